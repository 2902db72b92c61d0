/**
 * The rpm beside the deb: `node tests/packages/rpm.mjs RPM DEB`. Needs rpm, rpm2cpio, cpio and dpkg-deb, no
 * Fedora: what it names and holds is looked at, and its command line is run from where it was unpacked.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { passing, sh } from './root.mjs';

const [rpm, deb] = process.argv.slice(2);
if (!deb) throw new Error('name the rpm and the deb');
const lines = (text) => text.trim().split('\n').map((line) => line.trim());

test('the rpm holds what the deb holds, and names what it needs', (t) => {
  const folder = passing(t);
  const held = lines(sh('rpm', ['-qpl', rpm])).filter((path) => path !== '');
  const inDeb = lines(sh('dpkg-deb', ['-c', deb]))
    .filter((line) => line.startsWith('-'))
    .map((line) => `/${line.split(/\s+/).slice(5).join(' ').replace(/^\.?\//, '')}`);
  for (const path of inDeb) assert.ok(held.includes(path), `${path} is in the rpm`);

  const needs = sh('rpm', ['-qp', '--requires', rpm]);
  for (const need of ['webkit2gtk4.1', 'gtk3', 'libstdc++']) assert.match(needs, new RegExp(need.replaceAll('+', '\\+')));
  assert.match(sh('rpm', ['-qp', '--scripts', rpm]), /nuthatch erase/);
  assert.equal(sh('rpm', ['-qp', '--queryformat', '%{NAME} %{LICENSE}', rpm]), 'nuthatch Apache-2.0');

  execFileSync('sh', ['-c', 'rpm2cpio "$0" | cpio --quiet -idm', resolve(rpm)], { cwd: folder });
  const program = join(folder, 'usr/bin/nuthatch');
  assert.match(sh(program, ['--version']), /^nuthatch \d/);
  const linked = sh('ldd', [join(folder, 'usr/bin/nuthatch-desktop')]);
  assert.doesNotMatch(linked, /not found/);
});
