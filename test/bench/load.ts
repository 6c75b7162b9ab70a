// The load generator: closed-loop clients over raw sockets, requests encoded beforehand, each answer checked.
import { connect, type Socket } from 'node:net';
import { elementAt, elements, integer, integerOf, sequence } from './ber.ts';
import { bindOperation, firstId, type Question, response } from './questions.ts';

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Requests that one connection has outstanding; at most 16 */
  readonly outstanding: number;
  readonly seconds: number;
  readonly warmUp: number;
  /** Goes on until then, whatever `seconds` says */
  readonly until?: Promise<void>;
  /** Whom the connections are bound as; undefined: anonymous */
  readonly identity?: { readonly dn: string; readonly password: string } | undefined;
  readonly questions: readonly Question[];
  /** Each question's successor, asked on a second connection once it is answered: search, then bind */
  readonly followedBy?: readonly Question[] | undefined;
  /** Called when the measured time begins and when it ends */
  readonly onWindow?: (begins: boolean) => void;
}

export interface Measurement {
  /** Operations, or cycles of a question and its successor, in the measured time */
  readonly operations: number;
  readonly seconds: number;
  /** Milliseconds from the write to the end of the answer */
  readonly p50: number;
  readonly p99: number;
  /** Share of the client's core that the client used, 0 to 1 */
  readonly clientBusy: number;
}

const slotBits = 4;
const idMask = 0xffff;

/** Runs the load. Rejects at the first answer that is not the right one. */
export async function run(load: Load): Promise<Measurement> {
  if (load.outstanding > 1 << slotBits) throw new RangeError('outstanding');
  const state = new Run(load);
  const lanes: Lane[] = [];
  for (let index = 0; index < load.connections; index++) {
    lanes.push(new Lane(state, index, await open(load), load.followedBy === undefined ? undefined : await open(load)));
  }
  for (const lane of lanes) lane.start();
  await state.sleep(load.warmUp);
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  state.measuring = true;
  load.onWindow?.(true);
  await state.sleep(load.seconds);
  await load.until;
  state.measuring = false;
  load.onWindow?.(false);
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  state.stopping = true;
  await Promise.race([Promise.all(lanes.map((lane) => lane.drained)), state.failed, late()]);
  for (const lane of lanes) lane.close();
  const sorted = state.latencies.subarray(0, state.operations).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { operations: state.operations, seconds, p50: at(0.5), p99: at(0.99), clientBusy: (user + system) / 1e6 / seconds };
}

async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 10_000).unref());
  throw new Error('an answer is missing 10 s after the last request');
}

/** A connection, bound if the load says as whom. */
async function open({ port, identity }: Load): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: Buffer.allocUnsafeSlow(65536), callback: noAnswer } });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  if (identity === undefined) return socket;
  const bound = new Promise<void>((resolve, reject) => {
    readers.set(socket, (buffer) => {
      const [, answer] = elements(elementAt(buffer, 0)?.content ?? Buffer.alloc(0));
      const result = answer === undefined ? undefined : elements(answer.content)[0];
      if (answer?.tag === response.bind && result !== undefined && integerOf(result) === 0) resolve();
      else reject(new Error(`bind as ${identity.dn}: ${result === undefined ? 'no result' : integerOf(result)}`));
    });
  });
  socket.write(sequence(integer(1), bindOperation(identity.dn, identity.password)));
  await bound;
  return socket;
}

/** `onread` is fixed when a socket is made; this is where its callback finds who reads at the moment. */
const readers = new WeakMap<Socket, (buffer: Buffer) => void>();

function noAnswer(this: Socket, size: number, buffer: Uint8Array): boolean {
  readers.get(this)?.(Buffer.from(buffer.buffer, buffer.byteOffset, size));
  return true;
}

/** What the connections of one run share. */
class Run {
  readonly load: Load;
  readonly latencies = new Float32Array(4_000_000);
  readonly failed: Promise<never>;
  fail: (error: Error) => void = () => {};
  operations = 0;
  measuring = false;
  stopping = false;

  constructor(load: Load) {
    this.load = load;
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {});
  }

  async sleep(seconds: number): Promise<void> {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, seconds * 1000)), this.failed]);
  }

  record(since: number, now: number): void {
    if (!this.measuring || this.operations === this.latencies.length) return;
    this.latencies[this.operations++] = now - since;
  }
}

/** One request that is outstanding, over and over. */
interface Slot {
  readonly number: number;
  question: Question;
  /** Index of the question, and of the one after it */
  current: number;
  next: number;
  id: number;
  since: number;
  entries: number;
  second: boolean;
}

const noQuestion: Question = { request: Buffer.alloc(0), idAt: 0, dn: undefined, done: 0, code: 0, values: undefined };

/** A connection with its slots; with a second one where each question has a successor. */
class Lane {
  readonly run: Run;
  readonly sockets: readonly Socket[];
  readonly slots: Slot[] = [];
  readonly drained: Promise<void>;
  readonly drain: () => void;
  /** The answer that was cut off at the end of the last read, per socket */
  readonly rest: (Buffer | undefined)[] = [];
  /** Requests to send when the read event has been worked off, per socket */
  readonly due: Slot[][] = [[], []];
  readonly stride: number;
  busy: number;

  constructor(run: Run, index: number, first: Socket, second: Socket | undefined) {
    const { connections, outstanding, questions } = run.load;
    this.run = run;
    this.sockets = second === undefined ? [first] : [first, second];
    this.busy = outstanding;
    this.stride = connections * outstanding;
    let drain = (): void => {};
    this.drained = new Promise((resolve) => {
      drain = resolve;
    });
    this.drain = drain;
    for (let number = 0; number < outstanding; number++) {
      const next = (index * outstanding + number) % questions.length;
      this.slots.push({ number, question: noQuestion, current: next, next, id: 0, since: 0, entries: 0, second: false });
    }
    this.sockets.forEach((socket, which) => {
      readers.set(socket, (buffer) => this.read(which, buffer));
      socket.on('error', (error) => run.fail(error)).on('close', () => run.stopping || run.fail(new Error('connection closed')));
    });
  }

  start(): void {
    for (const slot of this.slots) this.ask(slot);
    this.flush(0, performance.now());
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Takes the slot's next question. */
  private ask(slot: Slot): void {
    const { questions } = this.run.load;
    slot.current = slot.next;
    slot.question = questions[slot.current] ?? noQuestion;
    slot.next = (slot.next + this.stride) % questions.length;
    slot.second = false;
    this.due[0]?.push(slot);
  }

  /** Writes what is due in one piece. */
  private flush(which: number, now: number): void {
    const due = this.due[which] ?? [];
    if (due.length === 0) return;
    let size = 0;
    for (const slot of due) size += slot.question.request.length;
    const buffer = Buffer.allocUnsafe(size);
    let at = 0;
    for (const slot of due) {
      const { request, idAt } = slot.question;
      buffer.set(request, at);
      slot.id = ((((slot.id >> slotBits) + 1) << slotBits) & idMask) | slot.number;
      buffer[at + idAt + 0] = slot.id >> 8;
      buffer[at + idAt + 1] = slot.id & 0xff;
      slot.since = slot.second ? slot.since : now;
      slot.entries = 0;
      at += request.length;
    }
    due.length = 0;
    this.sockets[which]?.write(buffer);
  }

  private read(which: number, chunk: Buffer): void {
    const rest = this.rest[which];
    const buffer = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    const now = performance.now();
    try {
      let at = 0;
      for (let end = messageEnd(buffer, 0); end !== -1; end = messageEnd(buffer, at)) {
        this.answer(which, buffer, at, end, now);
        at = end;
      }
      this.rest[which] = at === buffer.length ? undefined : Buffer.from(buffer.subarray(at)); // the chunk's memory is used again
    } catch (error) {
      this.run.fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.flush(which, now);
    if (this.sockets.length > 1) this.flush(1 - which, now);
  }

  /** One whole message from `at` to `end`. */
  private answer(which: number, buffer: Buffer, at: number, end: number, now: number): void {
    const idAt = at + headerSize(buffer, at);
    if (buffer[idAt] !== 2 || buffer[idAt + 1] !== 3 || buffer[idAt + 2] !== firstId >> 16) throw wrong('message id', buffer, at, end);
    const id = ((buffer[idAt + 3] ?? 0) << 8) | (buffer[idAt + 4] ?? 0);
    const slot = this.slots[id & ((1 << slotBits) - 1)];
    if (slot === undefined || slot.id !== id || slot.second !== (which === 1)) throw wrong('message id', buffer, at, end);
    const { question } = slot;
    const operationAt = idAt + 5;
    const contentAt = operationAt + headerSize(buffer, operationAt);
    const tag = buffer[operationAt];
    if (tag === response.entry) {
      const { dn, many } = question;
      if (many !== undefined && slot.entries++ < many) return;
      if (dn === undefined || slot.entries++ !== 0) throw wrong('an entry too many', buffer, at, end);
      const dnAt = contentAt + headerSize(buffer, contentAt);
      if (buffer.compare(dn, 0, dn.length, dnAt, dnAt + dn.length) !== 0 || lengthAt(buffer, contentAt) !== dn.length)
        throw wrong(`not ${dn}`, buffer, at, end);
      return;
    }
    if (tag !== question.done || buffer[contentAt] !== 0x0a || buffer[contentAt + 2] !== question.code)
      throw wrong('result', buffer, at, end);
    if (slot.entries !== (question.many ?? (question.dn === undefined ? 0 : 1))) throw wrong('number of entries', buffer, at, end);
    this.finish(slot, now);
  }

  private finish(slot: Slot, now: number): void {
    const { load } = this.run;
    if (load.followedBy !== undefined && !slot.second) {
      slot.question = load.followedBy[slot.current] ?? noQuestion;
      slot.second = true;
      this.due[1]?.push(slot);
      return;
    }
    this.run.record(slot.since, now);
    if (!this.run.stopping) this.ask(slot);
    else if (--this.busy === 0) this.drain();
  }
}

/** Octets of identifier and length. */
function headerSize(buffer: Buffer, at: number): number {
  const first = buffer[at + 1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}

function lengthAt(buffer: Buffer, at: number): number {
  const first = buffer[at + 1] ?? 0;
  return first < 0x80 ? first : buffer.readUIntBE(at + 2, first & 0x7f);
}

/** Where the message at `at` ends; -1 while it is not all there. */
function messageEnd(buffer: Buffer, at: number): number {
  if (at + 2 > buffer.length) return -1;
  if (buffer[at] !== 0x30) throw wrong('not an LDAPMessage', buffer, at, Math.min(buffer.length, at + 64));
  const size = headerSize(buffer, at);
  if (size > 6) throw wrong('length', buffer, at, Math.min(buffer.length, at + 64));
  if (at + size > buffer.length) return -1;
  const end = at + size + lengthAt(buffer, at);
  return end > buffer.length ? -1 : end;
}

function wrong(what: string, buffer: Buffer, at: number, end: number): Error {
  return new Error(`wrong answer: ${what}: ${buffer.subarray(at, Math.min(end, at + 200)).toString('hex')}`);
}
