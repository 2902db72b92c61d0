/**
 * A member of a message bus (D-Bus), with Node alone: enough to stand in for parts of a desktop.
 * Owns the wire format, little-endian, without file descriptors. Knows nothing of what is said over
 * it; `fakes.mjs` does. Start reading at `joinBus`.
 */
import { once } from 'node:events';
import { createConnection } from 'node:net';

const CALL = 1;
const REPLY = 2;
const ERROR = 3;
const SIGNAL = 4;
/** The header's fields, and the signature of each. */
const FIELDS = { path: [1, 'o'], interface: [2, 's'], member: [3, 's'], error: [4, 's'], replyTo: [5, 'u'], to: [6, 's'], from: [7, 's'], signature: [8, 'g'] };
const NAMES = Object.fromEntries(Object.entries(FIELDS).map(([name, [code]]) => [code, name]));
const ALIGNMENT = { y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, s: 4, o: 4, a: 4, x: 8, t: 8, d: 8, '(': 8, '{': 8 };
const THE_BUS = { to: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };

/** Connects to a bus and returns its member, which leaves at the test's end. */
export async function joinBus(t, address) {
  const path = /unix:path=([^,;]+)/.exec(address)?.[1];
  if (path === undefined) throw new Error(`no socket in ${address}`);
  const socket = createConnection(path);
  await once(socket, 'connect');
  t.after(() => socket.destroy());
  const uid = Buffer.from(String(process.getuid())).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  const [answer] = await once(socket, 'data');
  if (!String(answer).startsWith('OK')) throw new Error(`the bus refuses: ${answer}`);
  socket.write('BEGIN\r\n');
  const member = new Member(socket);
  await member.call(THE_BUS, 'Hello');
  return member;
}

class Member {
  #socket;
  #serial = 0;
  #waiting = new Map();
  #answers = new Map();
  #rest = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => {});
  }

  /** Takes a name that others look for, or gives it back. */
  own(name) {
    return this.call(THE_BUS, 'RequestName', 'su', [name, 4]);
  }

  disown(name) {
    return this.call(THE_BUS, 'ReleaseName', 's', [name]);
  }

  /** Answers calls of `interface.member`: `act` gets the arguments and returns [signature, values]. */
  serve(name, act) {
    this.#answers.set(name, act);
  }

  /** Calls a method; the promise holds the values of the reply. */
  call(target, member, signature = '', values = []) {
    const serial = this.#send(CALL, { ...target, member }, signature, values);
    return new Promise((resolve, reject) => this.#waiting.set(serial, { resolve, reject }));
  }

  signal(path, of, member, signature = '', values = []) {
    this.#send(SIGNAL, { path, interface: of, member }, signature, values);
  }

  #send(type, header, signature, values) {
    const body = new Writer();
    body.all(signature, values);
    const serial = ++this.#serial;
    const fields = Object.entries({ ...header, ...(signature && { signature }) })
      .filter(([name]) => name in FIELDS)
      .map(([name, value]) => [FIELDS[name][0], [FIELDS[name][1], value]]);
    const head = new Writer();
    head.all('yyyyuua(yv)', [0x6c, type, 0, 1, body.bytes.length, serial, fields]);
    head.align(8);
    this.#socket.write(Buffer.from([...head.bytes, ...body.bytes]));
    return serial;
  }

  #take(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      if (this.#rest.length < 16) return;
      const nBody = this.#rest.readUInt32LE(4);
      const nFields = this.#rest.readUInt32LE(12);
      const begin = Math.ceil((16 + nFields) / 8) * 8;
      if (this.#rest.length < begin + nBody) return;
      const [, type, , , , serial, fields] = new Reader(this.#rest).all('yyyyuua(yv)');
      const header = Object.fromEntries(fields.map(([code, value]) => [NAMES[code], value]));
      const body = new Reader(this.#rest.subarray(begin, begin + nBody)).all(header.signature ?? '');
      this.#rest = this.#rest.subarray(begin + nBody);
      this.#receive(type, serial, header, body);
    }
  }

  #receive(type, serial, header, body) {
    const waiting = this.#waiting.get(header.replyTo);
    if (type === REPLY) waiting?.resolve(body);
    if (type === ERROR) waiting?.reject(new Error(`${header.error}: ${body[0]}`));
    if (type !== CALL) return;
    const act = this.#answers.get(`${header.interface}.${header.member}`);
    const back = { to: header.from, replyTo: serial };
    if (act === undefined) {
      const error = 'org.freedesktop.DBus.Error.UnknownMethod';
      this.#send(ERROR, { ...back, error }, 's', [`${header.interface}.${header.member}`]);
    } else {
      this.#send(REPLY, back, ...(act(body, header.from) ?? ['', []]));
    }
  }
}

/** The first complete type of a signature. */
function firstType(signature) {
  if (signature[0] === 'a') return 'a' + firstType(signature.slice(1));
  if (!'({'.includes(signature[0])) return signature[0];
  let depth = 0;
  for (let at = 0; ; at += 1) {
    if ('({'.includes(signature[at])) depth += 1;
    if (')}'.includes(signature[at])) depth -= 1;
    if (depth === 0) return signature.slice(0, at + 1);
  }
}

function types(signature) {
  const found = [];
  for (let rest = signature; rest; rest = rest.slice(found.at(-1).length)) found.push(firstType(rest));
  return found;
}

/** Writes values; a variant is [signature, value], a dictionary a list of pairs. */
class Writer {
  bytes = [];

  align(to) {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
  }

  all(signature, values) {
    types(signature).forEach((type, at) => this.one(type, values[at]));
  }

  one(type, value) {
    const kind = type[0];
    this.align(ALIGNMENT[kind]);
    if (kind === 'y') this.bytes.push(value);
    else if (kind === 'b' || kind === 'u' || kind === 'i') this.#number(Number(value), 4);
    else if (kind === 's' || kind === 'o') this.#text(value, 4);
    else if (kind === 'g') this.#text(value, 1);
    else if (kind === 'v') {
      this.#text(value[0], 1);
      this.one(value[0], value[1]);
    } else if (kind === '(' || kind === '{') this.all(type.slice(1, -1), value);
    else if (kind === 'a') this.#array(type.slice(1), value);
    else throw new Error(`no way to write ${type}`);
  }

  #array(of, values) {
    const at = this.bytes.length;
    this.#number(0, 4);
    this.align(ALIGNMENT[of[0]]);
    const begin = this.bytes.length;
    for (const value of values) this.one(of, value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(this.bytes.length - begin);
    this.bytes.splice(at, 4, ...length);
  }

  #number(value, nBytes) {
    const bytes = Buffer.alloc(nBytes);
    bytes.writeUInt32LE(value >>> 0);
    this.bytes.push(...bytes);
  }

  #text(text, nBytes) {
    const bytes = Buffer.from(text);
    if (nBytes === 1) this.bytes.push(bytes.length);
    else this.#number(bytes.length, 4);
    this.bytes.push(...bytes, 0);
  }
}

/** Reads values: a variant as what it holds, a dictionary as a list of pairs. */
class Reader {
  #at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  all(signature) {
    return types(signature).map((type) => this.one(type));
  }

  one(type) {
    const kind = type[0];
    this.#at = Math.ceil(this.#at / ALIGNMENT[kind]) * ALIGNMENT[kind];
    const take = (n) => this.bytes.subarray(this.#at, (this.#at += n));
    const text = (nBytes) => String(take(this.one(nBytes === 1 ? 'y' : 'u') + 1).subarray(0, -1));
    switch (kind) {
      case 'y': return take(1)[0];
      case 'b': return take(4).readUInt32LE() !== 0;
      case 'n': return take(2).readInt16LE();
      case 'q': return take(2).readUInt16LE();
      case 'i': return take(4).readInt32LE();
      case 'u': return take(4).readUInt32LE();
      case 'x': return take(8).readBigInt64LE();
      case 't': return take(8).readBigUInt64LE();
      case 'd': return take(8).readDoubleLE();
      case 's': case 'o': return text(4);
      case 'g': return text(1);
      case 'v': return this.one(this.one('g'));
      case '(': case '{': return this.all(type.slice(1, -1));
      case 'a': return this.#array(type.slice(1));
      default: throw new Error(`no way to read ${type}`);
    }
  }

  #array(of) {
    const length = this.one('u');
    this.#at = Math.ceil(this.#at / ALIGNMENT[of[0]]) * ALIGNMENT[of[0]];
    const end = this.#at + length;
    const values = [];
    while (this.#at < end) values.push(this.one(of));
    return values;
  }
}
