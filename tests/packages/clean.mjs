/**
 * The package on a Debian that has nothing else, and no network: `sudo node tests/packages/clean.mjs DEB
 * [PICTURE.png]`. Installs it, indexes a folder, finds a passage by meaning and one on a scanned page,
 * opens the window under Xvfb, erases what it made, and removes it again; what is left behind fails the test.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freshRoot, passing, sh, USER } from './root.mjs';
import { scannedPage } from './scan.mjs';

const [deb, picture] = process.argv.slice(2);
if (!deb) throw new Error('name the package');
const DISPLAY = ':87';
/** Until the window has found something, in seconds. */
const PATIENCE = 60;

test('the package on a clean Debian without a network', async (t) => {
  const root = freshRoot(t);
  const before = root.files();

  await t.test('is installed with what it names alone', () => {
    root.install(deb);
    for (const file of ['/usr/bin/nuthatch', '/usr/bin/nuthatch-desktop', '/usr/lib/nuthatch/THIRD-PARTY.txt']) {
      assert.ok(root.has(file), file);
    }
  });

  await t.test('indexes a folder, and finds a passage by its meaning', () => {
    root.write('Documents/tenancy.txt', 'The tenant may end the contract with three months of notice.\n');
    root.write('Documents/garden.md', '# Plums\n\nThe plum tree wants water in a dry spring.\n');
    root.write('Documents/kitchen.txt', 'A cake needs flour, eggs and an hour in the oven.\n');
    const scan = scannedPage(['Harbour office of Kiel', 'The mooring fee is due', 'on the first of October.']);
    root.write('Documents/harbour.pdf', scan);
    root.asUser('nuthatch', 'add', `/home/${USER}/Documents`);
    const found = search(root, 'how can a renter terminate the lease', '--only', 'meaning');
    assert.equal(found[0].path, `/home/${USER}/Documents/tenancy.txt`);
  });

  await t.test('finds what stands on a scanned page', () => {
    const found = search(root, 'mooring fee');
    assert.equal(found[0].path, `/home/${USER}/Documents/harbour.pdf`);
    assert.ok(found[0].confidence > 50, 'it is said to be scanned');
    assert.equal(found[0].page, 1);
  });

  await t.test('opens a window that shows what was found', async () => {
    const screen = spawn('Xvfb', [DISPLAY, '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: 'ignore' });
    t.after(() => screen.kill('SIGKILL'));
    await pause(1000);
    const window = root.start({ DISPLAY }, 'nuthatch-desktop', '--search', 'plum tree');
    const shot = picture ?? join(passing(t), 'window.png');
    let nColours = 0;
    for (let second = 0; second < PATIENCE && nColours < 200; second += 1) {
      await pause(1000);
      sh('import', ['-display', DISPLAY, '-window', 'root', shot]);
      nColours = Number(sh('identify', ['-format', '%k', shot]));
    }
    await pause(2000);
    sh('import', ['-display', DISPLAY, '-window', 'root', shot]);
    const names = sh('xwininfo', ['-display', DISPLAY, '-root', '-tree']);
    // The first process of its own space takes all others there with it.
    sh('pkill', ['-KILL', '-P', String(window.pid)]);
    await once(window, 'exit');
    screen.kill('SIGTERM');
    assert.match(names, /"Nuthatch"/);
    assert.ok(nColours >= 200, `the window is not blank: ${nColours} colours`);
  });

  await t.test('erases what it made for its user, and nothing else', () => {
    root.asUser('nuthatch', 'erase', '--yes');
    const kept = sh('find', [root.home, '-mindepth', '1', '-printf', '%P\n']).trim().split('\n');
    const ours = kept.filter((path) => /nuthatch/i.test(path));
    assert.deepEqual(ours, []);
    console.log('left in the home folder:', kept.filter((path) => !path.startsWith('Documents')).join(' '));
  });

  await t.test('leaves nothing behind', () => {
    root.asRoot('apt-get', 'purge', '-y', '-q', 'nuthatch');
    root.asRoot('apt-get', 'autoremove', '--purge', '-y', '-q');
    const left = [...root.files()].filter((path) => !before.has(path));
    const ours = left.filter((path) => /nuthatch/i.test(path));
    assert.deepEqual(ours, []);
    console.log(`left by packages that it needed: ${left.length} files`, left.slice(0, 10));
    const kept = readdirSync(join(root.home, 'Documents')).sort();
    assert.deepEqual(kept, ['garden.md', 'harbour.pdf', 'kitchen.txt', 'tenancy.txt'], 'documents stay');
  });
});

function search(root, query, ...more) {
  return JSON.parse(root.asUser('nuthatch', '--json', 'search', ...more, query)).results;
}
