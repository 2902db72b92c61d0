/**
 * A newer package over an older one, and back: `sudo node tests/packages/upgrade.mjs OLDER.deb NEWER.deb`,
 * where the newer one's library has a later format. The library survives the update with every embedding; the
 * older program refuses it untouched; the newer one goes on with it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshRoot, USER } from './root.mjs';

const [older, newer] = process.argv.slice(2);
if (!newer) throw new Error('name the older package and the newer one');
const DOCUMENTS = `/home/${USER}/Documents`;
const TEXTS = {
  'tenancy.txt': 'The tenant may end the contract with three months of notice.',
  'lease.txt': 'A renter gives notice a quarter of a year before the lease ends.',
  'garden.md': 'The plum tree wants water in a dry spring.',
  'kitchen.txt': 'A cake needs flour, eggs and an hour in the oven.',
};

test('an update keeps the library, and a downgrade leaves it alone', async (t) => {
  const root = freshRoot(t);
  const json = (...command) => JSON.parse(root.asUser('nuthatch', '--json', ...command));
  const names = (found) => found.results.map((row) => row.path.slice(DOCUMENTS.length + 1));
  const library = join(root.home, '.local/share/nuthatch');
  const hash = () => createHash('sha256').update(readFileSync(join(library, 'library.db'))).digest('hex');

  await t.test('the older program indexes a folder', () => {
    root.install(older);
    for (const [name, text] of Object.entries(TEXTS)) root.write(`Documents/${name}`, `${text}\n`);
    root.asUser('nuthatch', 'add', DOCUMENTS);
    assert.equal(names(json('search', '--only', 'meaning', 'how does one terminate a flat'))[0], 'tenancy.txt');
  });

  await t.test('the newer one goes on with it, and embeds nothing again', () => {
    root.install(newer);
    // Whoever had to embed again could not.
    const models = join(root.path, 'usr/lib/nuthatch/models');
    renameSync(models, `${models}-away`);
    const after = json('add', DOCUMENTS);
    assert.equal(after.files.indexed, 4);
    assert.equal(after.passages, 4);
    assert.equal(after.to_embed, 0);
    assert.equal(names(json('similar', `${DOCUMENTS}/tenancy.txt`))[0], 'lease.txt');
    renameSync(`${models}-away`, models);
    assert.equal(names(json('search', '--only', 'meaning', 'how does one terminate a flat'))[0], 'tenancy.txt');
  });

  await t.test('the older one refuses a newer library, and changes nothing in it', () => {
    const before = hash();
    root.install(older);
    assert.throws(() => json('search', 'plum'), /newer/i);
    assert.throws(() => json('add', DOCUMENTS), /newer/i);
    assert.equal(hash(), before);
  });

  await t.test('and the newer one finds all of it again', () => {
    root.install(newer);
    assert.equal(names(json('search', 'plum tree'))[0], 'garden.md');
    assert.equal(json('status').files.indexed, 4);
  });
});
