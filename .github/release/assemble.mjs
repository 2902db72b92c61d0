/**
 * The packages of every system into the files of one release.
 *
 *     node assemble.mjs PACKAGES OUT VERSION DOWNLOADS
 *
 * PACKAGES holds one folder for each system, `packages-<name>`, as `cargo xtask bundle` wrote it there;
 * DOWNLOADS is the address below which the files of OUT will lie. Owns the names in a release and the
 * update manifest `latest.json`. Knows nothing of building or signing.
 * Invariant: nothing is published whose SHA-256 is not the one that its own build wrote down.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SUMS = 'SHA256SUMS';

/** The names of the builds in release.yml, and what the updater calls those systems. */
const SYSTEMS = {
  'linux-x86_64': 'linux-x86_64',
  'linux-aarch64': 'linux-aarch64',
  'windows-x86_64': 'windows-x86_64',
  'windows-arm64': 'windows-aarch64',
  'macos-arm64': 'darwin-aarch64',
  'macos-x86_64': 'darwin-x86_64',
};

/** What the updater asks for by the kind it was installed from; of each system, the first is also the answer to no kind. */
const KINDS = [
  ['.AppImage', 'appimage'],
  ['.deb', 'deb'],
  ['.rpm', 'rpm'],
  ['.exe', 'nsis'],
  ['.msi', 'msi'],
  ['.app.tar.gz', 'app'],
];

/** A package that no updater is asked for. */
const OTHERS = ['.dmg'];

/** Kinds that an updater may replace by itself without a package manager's knowledge. */
const DEFAULTS = ['appimage', 'nsis', 'app'];

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** `SHA256SUMS`, as `sha256sum` writes it: path and sum. */
function readSums(path) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, sum, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      if (sum === undefined) throw new Error(`${path} has a line that is no sum: ${line}`);
      return [file, sum];
    }),
  );
}

/** Some names say nothing of the system they are for, and would meet in one folder. */
function nameInRelease(name, system, version) {
  const arch = SYSTEMS[system].split('-')[1];
  const application = /\.app\.tar\.gz(\.sig)?$/.exec(name);
  if (application) return `nuthatch_${version}_${arch}${application[0]}`;
  return name === 'nuthatch.cdx.json' ? `${system}-${name}` : name;
}

const isPackage = (name) => OTHERS.some((end) => name.endsWith(end)) || KINDS.some(([end]) => name.endsWith(end));

/** Copies what one build summed up, comparing each file, with the signatures that lie beside. */
function take(folder, system, version, out) {
  const sums = readSums(join(folder, SUMS));
  const there = readdirSync(folder);
  const extra = there.filter((name) => isPackage(name) && !sums.has(name));
  if (extra.length > 0) throw new Error(`${system}: ${extra.join(', ')} is not in ${SUMS}`);
  const taken = [];
  const copy = (name) => {
    const to = nameInRelease(name, system, version);
    if (existsSync(join(out, to))) throw new Error(`two systems have a file ${to}`);
    copyFileSync(join(folder, name), join(out, to));
    taken.push(to);
  };
  for (const [name, sum] of sums) {
    if (!there.includes(name)) throw new Error(`${system}: ${name} is in ${SUMS}, but not there`);
    if (sha256(join(folder, name)) !== sum) throw new Error(`${system}: ${name} is not the file that was built`);
    copy(name);
    // It needs no sum: it holds for that one file, or it does not.
    if (there.includes(`${name}.sig`)) copy(`${name}.sig`);
  }
  return taken;
}

/** The part of the update manifest that one system's signed files make up. */
function updatesFor(system, names, out, downloads) {
  const updates = {};
  for (const [end, kind] of KINDS) {
    const name = names.find((name) => name.endsWith(end) && !name.startsWith('nuthatch-cuda'));
    if (name === undefined || !names.includes(`${name}.sig`)) continue;
    const update = {
      signature: readFileSync(join(out, `${name}.sig`), 'utf8').trim(),
      url: `${downloads}/${encodeURIComponent(name)}`,
    };
    const target = SYSTEMS[system];
    updates[`${target}-${kind}`] = update;
    if (DEFAULTS.includes(kind)) updates[target] = update;
  }
  return updates;
}

/** Fills `out` with the files of a release, and returns what there is to say. */
export function assemble({ packages, out, version, downloads, now }) {
  mkdirSync(out, { recursive: true });
  const platforms = {};
  const found = readdirSync(packages).filter((name) => name.startsWith('packages-'));
  if (found.length === 0) throw new Error(`${packages} holds no folder packages-…`);
  for (const folder of found.sort()) {
    const system = folder.slice('packages-'.length);
    if (SYSTEMS[system] === undefined) throw new Error(`no system is called ${system}`);
    const names = take(join(packages, folder), system, version, out);
    Object.assign(platforms, updatesFor(system, names, out, downloads));
  }
  const notices = [];
  if (Object.keys(platforms).length > 0) {
    const manifest = { version, notes: `${downloads.replace('/download/', '/tag/')}`, pub_date: now, platforms };
    writeFileSync(join(out, 'latest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  } else {
    notices.push('no update manifest: no package has a signature (TAURI_SIGNING_PRIVATE_KEY)');
  }
  const sums = readdirSync(out).sort().map((name) => `${sha256(join(out, name))}  ${name}\n`);
  writeFileSync(join(out, SUMS), sums.join(''));
  return notices;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [packages, out, version, downloads] = process.argv.slice(2);
  if (downloads === undefined) throw new Error('usage: assemble.mjs PACKAGES OUT VERSION DOWNLOADS');
  const now = new Date().toISOString();
  for (const notice of assemble({ packages, out, version, downloads, now })) {
    console.log(`::notice title=not signed::${notice}`);
  }
}
