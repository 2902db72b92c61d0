/**
 * A written answer in the real window, by the smallest model that writes sentences: it comes sentence by
 * sentence, each with what was found of it, and can be stopped.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { KEYS, newPlace, openLibrary, program, until } from './driver.mjs';
import { pdf } from './pdf.mjs';

const MODEL = 'smollm2-135m-instruct';
const SENTENCE = '[data-testid=answer-sentence]';

test('a model writes an answer, whose mark opens the page it rests on', async (t) => {
  const place = newPlace(t, {
    'lease.pdf': pdf([
      'The tenancy of the flat begins in May.',
      'The deposit is kept in an account of its own.',
      'The notice period for the tenant is three months.',
      'The keys are handed back on the last day.',
    ]),
  });
  const files = join(program('nuthatch'), '..', 'test-models', MODEL);
  execFileSync(program('nuthatch'), ['--library', place.library, 'models', 'import', MODEL, files], { stdio: 'ignore' });
  const window = await openLibrary(t, place, ['--add', place.folder]);
  await window.untilReady(1);
  await window.untilMeaning('tenant');
  const question = async (text) => {
    await window.search(`? ${text}`);
    await window.press(KEYS.enter);
  };
  const isWriting = () => window.run('return document.querySelector("[data-testid=stop-answer]") !== null');

  await question('How long is the notice period for the tenant');
  await until('a first sentence is there', async () => (await window.text(SENTENCE)) !== null);
  await until('it is written to its end', async () => !(await isWriting()));
  const standings = await window.run(
    `return [...document.querySelectorAll('${SENTENCE}')].map((sentence) => sentence.dataset.standing)`,
  );
  assert.ok(standings.length > 0 && standings.includes('quoted'), standings.join());
  assert.match(await window.text('[data-testid=answer]'), new RegExp(MODEL));

  await window.click('[data-testid=answer-mark]');
  await until('the page is shown', async () => (await window.text('[data-testid=preview-text]'))?.includes('notice'));
  assert.match(await window.text('[data-testid=preview]'), /3 of 4/);

  await question('What is the notice period for the tenant of the flat');
  await until('it is being written', isWriting);
  await window.click('[data-testid=stop-answer]');
  await until('it is stopped', async () => !(await isWriting()));
});
