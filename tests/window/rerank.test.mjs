/**
 * The window with a reranker: the fused order first, then the reranked one; and the fused one when
 * the reranker dies in the middle of a query. The model is a tiny one of random weights.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPlace, openLibrary, pause, program, UNHURRIED, until } from './driver.mjs';

const TINY = join(import.meta.dirname, '../../models/tests/tiny/tied');
const FILES = ['config.json', 'tokenizer.json', 'model.safetensors'];
const ENDS = ['three months', 'a quarter', 'one year', 'the summer', 'six weeks', 'a month', 'never'];

/** Puts the tiny reranker into a library that is yet to be made, and has it used. */
function installReranker({ library }) {
  const folder = join(library, 'models/tiny/1');
  mkdirSync(folder, { recursive: true });
  const sums = FILES.map((name) => {
    copyFileSync(join(TINY, name), join(folder, name));
    const sum = createHash('sha256').update(readFileSync(join(folder, name)));
    return `${sum.digest('hex')}  ${name}\n`;
  });
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  const { spec } = JSON.parse(readFileSync(join(TINY, 'prompts.json'), 'utf8')).prompts[0];
  const known = Object.entries(spec).filter(([, value]) => value !== null);
  const catalogue = [
    '[[model]]',
    'id = "tiny"\nrevision = "1"\nlicence = "MIT"\ngood_for = "tests"\nmax_tokens = 512\nscripts = "all"',
    `files = [${FILES.map((name) => `{ name = "${name}" }`).join(', ')}]`,
    '[model.kind.causal_reranker]',
    ...known.map(([key, value]) => `${key} = ${key === 'scale' ? value.toFixed(1) : JSON.stringify(value)}`),
  ];
  writeFileSync(join(library, 'models/catalog.toml'), catalogue.join('\n'));
  // Far more time than it takes, so that a busy machine reranks all in time.
  writeFileSync(join(library, 'settings.toml'), UNHURRIED + 'reranker = "tiny"\nrerank_budget_ms = 30000\n');
}

function leases(t) {
  const texts = ENDS.map((end, i) => [
    `lease-${i}.txt`,
    `The notice period of the lease is ${end}, ${'and so on, '.repeat(i)}and it is given in writing.\n`,
  ]);
  const place = newPlace(t, Object.fromEntries(texts));
  installReranker(place);
  return place;
}

/** The order that the command line gives on the same library. */
function byCommandLine({ library, folder }, query, ...more) {
  const args = ['--json', '--library', library, 'search', query, '--limit', '50', ...more];
  const found = JSON.parse(execFileSync(program('nuthatch'), args, { encoding: 'utf8' }));
  return found.results.map((result) => result.path.replace(`${folder}/`, ''));
}

/** Waits until the window shows what the command line finds, in the same order. */
function untilAsByCommandLine(window, place, query, ...more) {
  return until('window and command line agree', async () => {
    const [shown, found] = [await window.names(), byCommandLine(place, query, ...more)];
    assert.deepEqual(shown, found);
    return found;
  });
}

/** Waits until every meaning is learned and told of: after that the window asks no more by itself. */
async function untilAtRest({ library }) {
  await until('all is indexed', () => {
    const args = ['--json', '--library', library, 'status'];
    return JSON.parse(execFileSync(program('nuthatch'), args, { encoding: 'utf8' })).to_embed === 0;
  });
  await pause(2000);
}

const stages = (window) => window.text('[data-testid=stages]');

/** The models' processes of a window, each with whether it has ONNX Runtime in its memory. */
function workers(library) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'nuthatch-models') return [];
      const { 1: parent } = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\) \S (\d+)/);
      if (!readFileSync(`/proc/${parent}/cmdline`, 'utf8').includes(library)) return [];
      return [{ pid: Number(pid), hasOnnx: readFileSync(`/proc/${pid}/maps`, 'utf8').includes('onnxruntime') }];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}

/** The reranker's process, known once the embedding model's has loaded ONNX Runtime. */
function rerankerProcess(library) {
  return until('both models run', () => {
    const found = workers(library);
    return found.some((worker) => worker.hasOnnx) && found.find((worker) => !worker.hasOnnx)?.pid;
  });
}

test('results are reranked, and say how strong each match is', async (t) => {
  const place = leases(t);
  const window = await openLibrary(t, place, ['--add', place.folder]);
  await window.untilReady(ENDS.length);
  const query = 'notice period of the lease';
  await window.search(query);
  await until('the results are reranked', async () => {
    const shown = await stages(window);
    if (shown?.includes(`reranked ${ENDS.length} in`)) return true;
    throw new Error(shown);
  });
  // Meanings may still be learned, and the window asks again when they are.
  const reranked = await untilAsByCommandLine(window, place, query);
  assert.notDeepEqual(reranked, byCommandLine(place, query, '--no-rerank'));
  assert.match(await window.text('[data-testid=result] .meta'), /(strong|possible|weak) match/);
});

test('a reranker that dies in the middle of a query leaves the fused order, and is missed', async (t) => {
  const place = leases(t);
  const window = await openLibrary(t, place, ['--add', place.folder]);
  await window.untilReady(ENDS.length);
  await window.search('lease');
  await until('the results are reranked', async () => (await stages(window))?.includes('reranked'));
  await untilAtRest(place);
  const pid = await rerankerProcess(place.library);
  process.kill(pid, 'SIGSTOP');
  const query = 'notice in writing';
  await window.search(query);
  await until('the fused order is there', async () => (await stages(window))?.includes('meaning'));
  // The settled query has reached the reranker by now, which does not answer.
  await pause(1500);
  assert.ok(!(await stages(window)).includes('reranked'));
  process.kill(pid, 'SIGKILL');
  await until('the window says so', async () => (await window.text('body')).includes('Not reranked: the model worker stopped'));
  await untilAsByCommandLine(window, place, query, '--no-rerank');
});
