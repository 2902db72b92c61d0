/** What a release is made of, by made-up packages: no compiler, no network, no key but one made here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assemble } from './assemble.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nuthatch-release-'));
after(() => rmSync(folder, { recursive: true }));
let made = 0;
const fresh = () => {
  made += 1;
  mkdirSync(join(folder, String(made)));
  return join(folder, String(made));
};
const sum = (text) => createHash('sha256').update(text).digest('hex');

/** Packages of one system, as `cargo xtask bundle` leaves them: signatures and its own notes have no sum. */
function build(packages, system, files) {
  const root = join(packages, `packages-${system}`);
  mkdirSync(root);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const summed = Object.entries(files).filter(([name]) => !name.endsWith('.sig'));
  writeFileSync(join(root, 'SHA256SUMS'), summed.map(([name, text]) => `${sum(text)}  ${name}\n`).join(''));
  writeFileSync(join(root, 'config.json'), '{}');
  writeFileSync(join(root, 'THIRD-PARTY.txt'), 'notices');
  return root;
}

const request = (packages) => ({
  packages,
  out: join(packages, 'release'),
  version: '1.2.3',
  downloads: 'https://example.org/nuthatch/releases/download/v1.2.3',
  now: '2026-01-02T03:04:05.000Z',
});

const SIGNED = {
  'nuthatch_1.2.3_amd64.AppImage': 'image',
  'nuthatch_1.2.3_amd64.AppImage.sig': 'signature of the image\n',
  'nuthatch_1.2.3_amd64.deb': 'deb',
  'nuthatch_1.2.3_amd64.deb.sig': 'signature of the deb\n',
  'nuthatch.cdx.json': '{}',
};

test('every file of every system is in the release, with its sum', () => {
  const packages = fresh();
  build(packages, 'linux-x86_64', SIGNED);
  build(packages, 'macos-arm64', { 'nuthatch.app.tar.gz': 'arm', 'nuthatch.cdx.json': '{"arm":1}' });
  build(packages, 'macos-x86_64', { 'nuthatch.app.tar.gz': 'intel', 'nuthatch.cdx.json': '{"x":1}' });
  const wanted = request(packages);
  assemble(wanted);
  const there = readdirSync(wanted.out).sort();
  assert.deepEqual(there, [
    'SHA256SUMS',
    'latest.json',
    'linux-x86_64-nuthatch.cdx.json',
    'macos-arm64-nuthatch.cdx.json',
    'macos-x86_64-nuthatch.cdx.json',
    'nuthatch_1.2.3_aarch64.app.tar.gz',
    'nuthatch_1.2.3_amd64.AppImage',
    'nuthatch_1.2.3_amd64.AppImage.sig',
    'nuthatch_1.2.3_amd64.deb',
    'nuthatch_1.2.3_amd64.deb.sig',
    'nuthatch_1.2.3_x86_64.app.tar.gz',
  ]);
  const lines = readFileSync(join(wanted.out, 'SHA256SUMS'), 'utf8').trim().split('\n');
  assert.equal(lines.length, there.length - 1);
  assert.ok(lines.includes(`${sum('intel')}  nuthatch_1.2.3_x86_64.app.tar.gz`));
});

test('the update manifest names each signed package by its kind, and one that replaces itself for the rest', () => {
  const packages = fresh();
  build(packages, 'linux-x86_64', SIGNED);
  build(packages, 'windows-arm64', {
    'nuthatch_1.2.3_arm64-setup.exe': 'setup',
    'nuthatch_1.2.3_arm64-setup.exe.sig': 'signature of the setup',
    'nuthatch_1.2.3_arm64_en-US.msi': 'not signed',
  });
  const wanted = request(packages);
  assert.deepEqual(assemble(wanted), []);
  const manifest = JSON.parse(readFileSync(join(wanted.out, 'latest.json'), 'utf8'));
  assert.equal(manifest.version, '1.2.3');
  assert.equal(manifest.pub_date, wanted.now);
  assert.deepEqual(Object.keys(manifest.platforms).sort(), [
    'linux-x86_64',
    'linux-x86_64-appimage',
    'linux-x86_64-deb',
    'windows-aarch64',
    'windows-aarch64-nsis',
  ]);
  assert.deepEqual(manifest.platforms['linux-x86_64'], {
    signature: 'signature of the image',
    url: 'https://example.org/nuthatch/releases/download/v1.2.3/nuthatch_1.2.3_amd64.AppImage',
  });
});

test('without a signature there is no manifest, and that is said', () => {
  const packages = fresh();
  build(packages, 'linux-x86_64', { 'nuthatch_1.2.3_amd64.deb': 'deb' });
  const wanted = request(packages);
  assert.match(assemble(wanted).join(), /TAURI_SIGNING_PRIVATE_KEY/);
  assert.ok(!existsSync(join(wanted.out, 'latest.json')));
});

test('a file that is not the one that was built stops the release', () => {
  const packages = fresh();
  const root = build(packages, 'linux-x86_64', SIGNED);
  writeFileSync(join(root, 'nuthatch_1.2.3_amd64.deb'), 'another deb');
  assert.throws(() => assemble(request(packages)), /amd64\.deb is not the file that was built/);
});

test('a file without a sum, and a sum without a file, stop the release', () => {
  const extra = fresh();
  writeFileSync(join(build(extra, 'linux-x86_64', SIGNED), 'more.deb'), 'slipped in');
  assert.throws(() => assemble(request(extra)), /more\.deb is not in SHA256SUMS/);
  const gone = fresh();
  rmSync(join(build(gone, 'linux-x86_64', SIGNED), 'nuthatch.cdx.json'));
  assert.throws(() => assemble(request(gone)), /nuthatch\.cdx\.json is in SHA256SUMS, but not there/);
});

/** What Windows finds first under the name bash is another system's. */
const NO_BASH = { skip: process.platform === 'win32' };

/** Runs a script with this environment and nothing else but the PATH. */
function script(name, environment, ...words) {
  const done = spawnSync('bash', [join(HERE, name), ...words], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

function keys(environment) {
  const place = fresh();
  const handed = join(place, 'env');
  writeFileSync(handed, '');
  const said = script('keys.sh', { GITHUB_ENV: handed, RUNNER_TEMP: place, ...environment });
  return { said, handed: readFileSync(handed, 'utf8'), place };
}

test('what has no key is said in one line each, and no key is handed on', NO_BASH, () => {
  for (const [system, words] of [
    ['Linux', ['updates', 'rpm']],
    ['macOS', ['updates', 'macOS']],
    ['Windows', ['updates', 'Windows']],
  ]) {
    const { said, handed } = keys({ RUNNER_OS: system, APPLE_CERTIFICATE: '', TAURI_SIGNING_RPM_KEY: '' });
    const lines = said.trim().split('\n');
    assert.deepEqual(lines.map((line) => /^::notice title=not signed::(\w+):/.exec(line)?.[1]), words);
    const names = [...handed.matchAll(/^(\w+)<</gm)].map(([, name]) => name);
    assert.deepEqual(names, system === 'macOS' ? ['APPLE_SIGNING_IDENTITY'] : [], 'macOS wants a signature by nobody');
  }
});

test('a key of several lines is handed on whole', NO_BASH, () => {
  const key = '-----BEGIN-----\nabc\n-----END-----';
  const { said, handed } = keys({ RUNNER_OS: 'Linux', TAURI_SIGNING_PRIVATE_KEY: 'minisign', NUTHATCH_UPDATES_KEY: 'public', TAURI_SIGNING_RPM_KEY: key });
  assert.equal(said, '');
  assert.match(handed, /^TAURI_SIGNING_RPM_KEY<<(end-[0-9a-f]{32})\n-----BEGIN-----\nabc\n-----END-----\n\1$/m);
});

test('keys that must be files are files, which nobody else can read', NO_BASH, () => {
  const { said, handed, place } = keys({
    RUNNER_OS: 'macOS',
    TAURI_SIGNING_PRIVATE_KEY: 'minisign', NUTHATCH_UPDATES_KEY: 'public',
    APPLE_CERTIFICATE: 'cDEy',
    APPLE_CERTIFICATE_PASSWORD: 'secret',
    APPLE_API_ISSUER: 'issuer',
    APPLE_API_KEY: 'KEY1',
    APPLE_API_PRIVATE_KEY: 'private',
  });
  assert.equal(said, '');
  const path = join(place, 'AuthKey_KEY1.p8');
  assert.ok(handed.includes(path));
  assert.equal(readFileSync(path, 'utf8'), 'private\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);

  const windows = keys({ RUNNER_OS: 'Windows', WINDOWS_CERTIFICATE: 'cGZ4', WINDOWS_CERTIFICATE_PASSWORD: 'secret' });
  assert.equal(readFileSync(join(windows.place, 'certificate.pfx'), 'utf8'), 'pfx');
});

test('the sums stay unsigned without a key, and that is said', NO_BASH, () => {
  const list = join(fresh(), 'SHA256SUMS');
  writeFileSync(list, 'sums\n');
  assert.match(script('sign-sums.sh', {}, list), /^::notice title=not signed::SHA256SUMS/);
  assert.ok(!existsSync(`${list}.asc`));
});

const hasGpg = process.platform !== 'win32' && spawnSync('gpg', ['--version']).status === 0;
test('the sums are signed with a key', { skip: hasGpg ? false : 'there is no gpg' }, () => {
  const place = fresh();
  const gpg = (...words) => {
    const done = spawnSync('gpg', ['--batch', '--quiet', ...words], {
      env: { PATH: process.env.PATH, GNUPGHOME: place },
      encoding: 'utf8',
    });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const quiet = ['--pinentry-mode', 'loopback', '--passphrase', 'words'];
  gpg(...quiet, '--quick-generate-key', 'Nuthatch test', 'ed25519', 'sign', 'never');
  const key = gpg(...quiet, '--armor', '--export-secret-keys');
  const list = join(place, 'SHA256SUMS');
  writeFileSync(list, 'sums\n');
  script('sign-sums.sh', { GPG_PRIVATE_KEY: key, GPG_PASSPHRASE: 'words' }, list);
  gpg('--verify', `${list}.asc`, list);
  spawnSync('gpgconf', ['--kill', 'gpg-agent'], { env: { PATH: process.env.PATH, GNUPGHOME: place } });
});
