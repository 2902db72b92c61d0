/**
 * A display of a test's own (X11), with Node alone: a person's pointer and keys, what closes windows,
 * and another program onto which something is dropped.
 * Owns the wire format, little-endian, and the little of XTEST and XDND that is needed. Knows nothing
 * of Nuthatch. Invariant: only windows of the test's programs are on it. Start at `startDisplay`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';

const SIZE = '1280x900x24';
const REPLY = 1;
const CLIENT_MESSAGE = 33;
const SELECTION_NOTIFY = 31;
const VIEWABLE = 2;
/** XTEST's kinds of events. */
const KEY_DOWN = 2;
const KEY_UP = 3;
const PRESS = 4;
const RELEASE = 5;
const MOTION = 6;
const ATOM = 4;
/** Keys that write nothing, as the display has them; of others a letter is its own number. */
const KEYSYMS = { Return: 0xff0d, Escape: 0xff1b, Shift: 0xffe1, Control: 0xffe3 };
/** The version of XDND that the other program speaks. */
const XDND = 5;

/** Starts a display without a window manager. Its `name` is for DISPLAY. */
export async function startDisplay(t) {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', SIZE, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(server.stdio[3], 'data');
  const number = String(line).trim();
  const socket = createConnection(`/tmp/.X11-unix/X${number}`);
  await once(socket, 'connect');
  t.after(() => socket.destroy());
  const display = new Display(`:${number}`, socket);
  await display.ready;
  display.hasTests = (await display.ask(98, 0, text('XTEST')))[9];
  return display;
}

class Display {
  #socket;
  #sequence = 0;
  #waiting = new Map();
  #rest = Buffer.alloc(0);
  #listeners = [];
  #opened;
  #nextId;
  #keycodes;
  #keys;

  constructor(name, socket) {
    this.name = name;
    this.#socket = socket;
    this.ready = new Promise((resolve) => (this.#opened = resolve));
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => {});
    socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  }

  /** Sends a request that has a reply, and waits for it. */
  ask(opcode, detail, body) {
    this.tell(opcode, detail, body);
    const sequence = this.#sequence;
    return new Promise((resolve, reject) => this.#waiting.set(sequence, { resolve, reject }));
  }

  tell(opcode, detail, body = Buffer.alloc(0)) {
    const head = Buffer.from([opcode, detail, 0, 0]);
    const padded = pad(body);
    head.writeUInt16LE(1 + padded.length / 4, 2);
    this.#socket.write(Buffer.concat([head, padded]));
    this.#sequence = (this.#sequence + 1) & 0xffff;
  }

  async atom(name) {
    return (await this.ask(16, 0, text(name))).readUInt32LE(8);
  }

  /** A property's value; empty where there is none. */
  async property(window, name) {
    const reply = await this.ask(20, 0, numbers(window, await this.atom(name), 0, 0, 100_000));
    const nBytes = reply.readUInt32LE(16) * (reply[1] / 8);
    return reply.subarray(32, 32 + nBytes);
  }

  /** The windows on the display with a title, or all; with whether one sees them. */
  async windows(title = null) {
    const tree = await this.ask(15, 0, numbers(this.root));
    const found = [];
    for (let at = 32; at < 32 + 4 * tree.readUInt16LE(16); at += 4) {
      const window = tree.readUInt32LE(at);
      try {
        const name = String(await this.property(window, '_NET_WM_NAME'));
        if (title !== null && name !== title) continue;
        const attributes = await this.ask(3, 0, numbers(window));
        // Of a toolkit's own windows none can be closed.
        if ((await this.property(window, 'WM_PROTOCOLS')).length > 0) found.push({ window, name, isSeen: attributes[26] === VIEWABLE });
      } catch {
        // It has gone meanwhile.
      }
    }
    return found;
  }

  /** Asks a window to close, as a window manager does when its cross is clicked. */
  async close(window) {
    await this.#message(window, 'WM_PROTOCOLS', [await this.atom('WM_DELETE_WINDOW'), 0]);
  }

  /** Drags with the pointer from one point of the screen to another, in steps as a hand does. */
  async drag(from, to) {
    const steps = 12;
    this.#input(MOTION, 0, from);
    await pause(100);
    this.#input(PRESS, 1);
    for (let step = 1; step <= steps; step += 1) {
      await pause(40);
      const part = (at) => Math.round(from[at] + ((to[at] - from[at]) * step) / steps);
      this.#input(MOTION, 0, [part(0), part(1)]);
    }
    await pause(300);
    this.#input(RELEASE, 1);
  }

  /** Types into the window under the pointer, which without a window manager has the keys. */
  async type(text) {
    for (const character of text) await this.press(character);
  }

  /** Presses a key, with others held down: `press('a', 'Control')`. */
  async press(key, ...held) {
    const [code, isShifted] = await this.#keyOf(KEYSYMS[key] ?? key.codePointAt(0));
    const codes = await Promise.all(held.map(async (name) => (await this.#keyOf(KEYSYMS[name]))[0]));
    if (isShifted) codes.push((await this.#keyOf(KEYSYMS.Shift))[0]);
    for (const down of [...codes, code]) this.#input(KEY_DOWN, down);
    for (const up of [code, ...codes]) this.#input(KEY_UP, up);
    await pause(10);
  }

  /** Puts the pointer somewhere on the screen. */
  pointTo(place) {
    this.#input(MOTION, 0, place);
  }

  /** Where a window lies: left, top, width and height. */
  async placeOf(window) {
    const reply = await this.ask(14, 0, numbers(window));
    return [reply.readInt16LE(12), reply.readInt16LE(14), reply.readUInt16LE(16), reply.readUInt16LE(18)];
  }

  /** The key that writes a sign, and whether Shift is needed. */
  async #keyOf(keysym) {
    const [first, last] = this.#keycodes;
    this.#keys ??= await this.ask(101, 0, Buffer.from([first, last - first + 1, 0, 0]));
    const nColumns = this.#keys[1];
    for (const column of [0, 1]) {
      for (let code = first; code <= last; code += 1) {
        const at = 32 + 4 * ((code - first) * nColumns + column);
        if (this.#keys.readUInt32LE(at) === keysym) return [code, column === 1];
      }
    }
    throw new Error(`no key for ${keysym}`);
  }

  /** Another program's window, which takes files that are dropped onto it. */
  async dropTarget(x, y, width, height) {
    const window = this.#nextId++;
    const size = Buffer.alloc(12);
    [x, y, width, height, 0, 1].forEach((value, at) => size.writeInt16LE(value, 2 * at));
    // No window manager is asked, and nothing drawn.
    this.tell(1, 0, Buffer.concat([numbers(window, this.root), size, numbers(0, 0x200, 1)]));
    await this.#setNumber(window, 'XdndAware', ATOM, XDND);
    this.tell(8, 0, numbers(window));
    const target = { window, types: [], dropped: null };
    // One after the other, as they were said.
    let last = Promise.resolve();
    this.#listeners.push((event) => void (last = last.then(() => this.#onDrag(target, event))));
    return target;
  }

  async #onDrag(target, event) {
    const kind = event[0] & 0x7f;
    if (kind === SELECTION_NOTIFY && event.readUInt32LE(8) === target.window) {
      target.dropped = String(await this.property(target.window, 'NUTHATCH_DROP'));
      await this.#message(target.source, 'XdndFinished', [target.window, 1, await this.atom('XdndActionCopy')]);
    }
    if (kind !== CLIENT_MESSAGE || event.readUInt32LE(4) !== target.window) return;
    const type = await this.#atomName(event.readUInt32LE(8));
    const data = (at) => event.readUInt32LE(12 + 4 * at);
    if (type === 'XdndEnter') {
      target.source = data(0);
      const list = data(1) & 1 ? await this.property(target.source, 'XdndTypeList') : numbers(data(2), data(3), data(4));
      const atoms = Array.from({ length: list.length / 4 }, (_, at) => list.readUInt32LE(4 * at));
      target.types = await Promise.all(atoms.filter((atom) => atom > 0).map((atom) => this.#atomName(atom)));
    } else if (type === 'XdndPosition') {
      const says = [target.window, target.types.includes('text/uri-list') ? 3 : 2, 0, 0];
      await this.#message(data(0), 'XdndStatus', [...says, await this.atom('XdndActionCopy')]);
    } else if (type === 'XdndDrop') {
      const atoms = ['XdndSelection', 'text/uri-list', 'NUTHATCH_DROP'].map((name) => this.atom(name));
      this.tell(24, 0, numbers(target.window, ...(await Promise.all(atoms)), data(2)));
    }
  }

  async #setNumber(window, name, type, value) {
    const head = numbers(window, await this.atom(name), type, 32, 1, value);
    this.tell(18, 0, head);
  }

  async #atomName(atom) {
    const reply = await this.ask(17, 0, numbers(atom));
    return String(reply.subarray(32, 32 + reply.readUInt16LE(8)));
  }

  async #message(window, type, values) {
    const event = Buffer.alloc(32);
    event[0] = CLIENT_MESSAGE;
    event[1] = 32;
    event.writeUInt32LE(window, 4);
    event.writeUInt32LE(await this.atom(type), 8);
    values.forEach((value, at) => event.writeUInt32LE(value, 12 + 4 * at));
    this.tell(25, 0, Buffer.concat([numbers(window, 0), event]));
  }

  /** A button, a key or a movement, as if a hand had made it. */
  #input(kind, detail, [x, y] = [0, 0]) {
    const body = Buffer.alloc(32);
    body[0] = kind;
    body[1] = detail;
    if (kind === MOTION) body.writeUInt32LE(this.root, 8);
    body.writeInt16LE(x, 20);
    body.writeInt16LE(y, 22);
    this.tell(this.hasTests, 2, body);
  }

  #take(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.root === undefined) this.#takeSetup();
    while (this.root !== undefined && this.#rest.length >= 32) {
      const kind = this.#rest[0];
      const length = kind === REPLY ? 32 + 4 * this.#rest.readUInt32LE(4) : 32;
      if (this.#rest.length < length) return;
      const answer = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      const waiting = this.#waiting.get(answer.readUInt16LE(2));
      if (kind > REPLY) for (const listen of this.#listeners) listen(answer);
      else if (waiting) {
        this.#waiting.delete(answer.readUInt16LE(2));
        if (kind === REPLY) waiting.resolve(answer);
        else waiting.reject(new Error(`the display refuses: ${answer[1]}`));
      }
    }
  }

  #takeSetup() {
    const rest = this.#rest;
    if (rest.length < 8 || rest.length < 8 + 4 * rest.readUInt16LE(6)) return;
    if (rest[0] !== 1) throw new Error('the display refuses the test');
    this.#nextId = rest.readUInt32LE(12) + 1;
    this.#keycodes = [rest[34], rest[35]];
    const vendor = Math.ceil(rest.readUInt16LE(24) / 4) * 4;
    this.root = rest.readUInt32LE(40 + vendor + 8 * rest[29]);
    this.#rest = rest.subarray(8 + 4 * rest.readUInt16LE(6));
    this.#opened();
  }
}

function numbers(...values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => bytes.writeUInt32LE(value >>> 0, 4 * at));
  return bytes;
}

/** A name as the requests have it that look one up. */
function text(name) {
  const length = Buffer.alloc(4);
  length.writeUInt16LE(name.length);
  return Buffer.concat([length, Buffer.from(name)]);
}

const pad = (bytes) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
