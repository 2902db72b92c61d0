/**
 * A fresh Debian in a folder, for trying what a package does to a machine.
 * Owns making it, running programs in it (as root, or as a user who has no network at all), and telling
 * which files came or went. Needs root, mmdebstrap and unshare. Knows nothing of Nuthatch.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whoever uses the machine. */
export const USER = 'robin';
const HOME = `/home/${USER}`;
/** What the package manager writes down about itself, which no package is to blame for. */
const ITS_OWN = /^\/(proc|sys|dev|run|tmp|root|home|etc\/apt|var\/(cache|log|tmp|lib\/(apt|dpkg)))(\/|$)/;

export function freshRoot(t) {
  const root = mkdtempSync(join(tmpdir(), 'nuthatch-debian-'));
  const release = /VERSION_CODENAME=(\w+)/.exec(readFileSync('/etc/os-release', 'utf8'))[1];
  sh('mmdebstrap', ['--quiet', '--variant=minbase', '--format=directory', release, root]);
  // The host's way to its mirrors.
  cpSync('/etc/apt', join(root, 'etc/apt'), { recursive: true });
  cpSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'), { dereference: true });
  const mounts = ['proc', 'dev', 'tmp/.X11-unix'].map((name) => join(root, name));
  mkdirSync('/tmp/.X11-unix', { recursive: true });
  mkdirSync(mounts[2], { recursive: true });
  sh('mount', ['-t', 'proc', 'proc', mounts[0]]);
  sh('mount', ['--rbind', '--make-rslave', '/dev', mounts[1]]);
  sh('mount', ['--bind', '/tmp/.X11-unix', mounts[2]]);
  t.after(() => {
    for (const mount of mounts.toReversed()) sh('umount', ['--recursive', '--lazy', mount]);
    // Never through a mount that is still there.
    sh('rm', ['-rf', '--one-file-system', root]);
  });
  sh('chroot', [root, 'useradd', '--create-home', USER]);
  sh('chroot', [root, 'apt-get', 'update', '-qq']);
  return new Root(root);
}

class Root {
  constructor(path) {
    this.path = path;
    this.home = join(path, HOME);
  }

  /** As root, with the network. */
  asRoot(...command) {
    const settings = ['/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8'];
    return sh('chroot', [this.path, ...settings, ...command]);
  }

  install(...packages) {
    const names = packages.map((file) => {
      const name = file.split('/').at(-1);
      cpSync(file, join(this.path, 'tmp', name));
      return `/tmp/${name}`;
    });
    return this.asRoot('apt-get', 'install', '-y', '-q', '--no-install-recommends', '--allow-downgrades', ...names);
  }

  /** As its user, without any network: not even a loopback that is up. */
  asUser(...command) {
    return sh('unshare', this.#alone(command));
  }

  /** The same, going on beside the test. */
  start(variables, ...command) {
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const child = spawn('unshare', this.#alone(['/usr/bin/env', ...set, ...command]), { stdio: 'ignore' });
    return child;
  }

  /** A file of the user's. */
  write(name, content) {
    const path = join(this.home, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    this.asRoot('chown', '-R', `${USER}:${USER}`, HOME);
    return `${HOME}/${name}`;
  }

  has(path) {
    return existsSync(join(this.path, path));
  }

  /** Every file of the system that belongs to packages or settings. */
  files() {
    const all = sh('find', [this.path, '-xdev', '-printf', '/%P\n']).split('\n');
    return new Set(all.filter((path) => path !== '' && !ITS_OWN.test(path)));
  }

  #alone(command) {
    const user = ['chroot', `--userspec=${USER}:${USER}`, this.path];
    const settings = ['/usr/bin/env', '-i', `HOME=${HOME}`, 'PATH=/usr/bin:/bin', 'LC_ALL=C.UTF-8'];
    return ['--net', '--pid', '--fork', '--kill-child', ...user, ...settings, ...command];
  }
}

export function sh(program, args) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e9 });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

/** A folder that is gone with the test. */
export function passing(t) {
  const folder = mkdtempSync(join(tmpdir(), 'nuthatch-packages-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
