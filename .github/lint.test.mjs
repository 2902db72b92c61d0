/** That the linter finds what it is there for: each broken workflow differs from a sound one in one place. */
import assert from 'node:assert/strict';
import { test, after } from 'node:test';
import { findings } from './lint.mjs';

// The linter's own engine waits for ever.
after(() => setTimeout(() => process.exit(), 100).unref());

const PIN = 'actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2';
const SOUND = `on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04-arm
    steps:
      - uses: ${PIN}
      - run: echo "\${{ github.sha }}"
`;

const kinds = async (text) => (await findings(text, 'ci.yml')).map(({ kind }) => kind);

test('a sound workflow has no findings', async () => {
  assert.deepEqual(await findings(SOUND, 'ci.yml'), []);
});

test('each fault is found', async () => {
  for (const [kind, from, to] of [
    ['expression', 'github.sha', 'github.hash'],
    ['expression', 'github.sha', 'secrets['],
    ['syntax-check', 'runs-on', 'runs_on'],
    ['runner-label', 'ubuntu-24.04-arm', 'ubuntu-24.04-vax'],
    ['pin', PIN, 'actions/checkout@v6'],
    ['pin', ' # v6.0.2', ''],
    ['permissions', '  contents: read', '  contents: write'],
    ['permissions', 'permissions:\n  contents: read\n', ''],
  ]) {
    const broken = SOUND.replace(from, to);
    assert.notEqual(broken, SOUND);
    assert.ok((await kinds(broken)).includes(kind), `${from} → ${to}: ${await kinds(broken)}`);
  }
});

test('what a stranger wrote is not put into a script', async () => {
  const broken = SOUND.replace('github.sha', 'github.event.issue.title');
  assert.ok((await kinds(broken)).includes('expression'), 'an injection');
});
