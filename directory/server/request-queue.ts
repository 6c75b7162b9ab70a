import type { MalformedRequest } from '../wire/decode.ts';
import type { Message } from '../wire/messages.ts';

/** A request whose turn has not come, or one that can't be read and whose refusal waits for its turn. */
export type Waiting = Message | MalformedRequest;

/** The requests of one connection, in their order, with the bytes that they came as. */
export class RequestQueue {
  readonly #queue: { readonly waiting: Waiting; readonly bytes: number }[] = [];
  #waitingBytes = 0;
  #activeBytes = 0;

  get length(): number {
    return this.#queue.length;
  }

  /** Of those that wait, and of the one that was taken last until `done`. */
  get bytes(): number {
    return this.#waitingBytes + this.#activeBytes;
  }

  push(waiting: Waiting, bytes: number): void {
    this.#queue.push({ waiting, bytes });
    this.#waitingBytes += bytes;
  }

  /** The next one, whose turn has come. */
  take(): Waiting | undefined {
    const next = this.#queue.shift();
    if (next === undefined) return undefined;
    this.#waitingBytes -= next.bytes;
    this.#activeBytes = next.bytes;
    return next.waiting;
  }

  /** The one that was taken is answered. */
  done(): void {
    this.#activeBytes = 0;
  }

  /** Takes one back before its turn. */
  withdraw(id: number): Waiting | undefined {
    const at = this.#queue.findIndex(({ waiting }) => waiting.id === id);
    const [queued] = at < 0 ? [] : this.#queue.splice(at, 1);
    this.#waitingBytes -= queued?.bytes ?? 0;
    return queued?.waiting;
  }

  clear(): void {
    this.#queue.length = 0;
    this.#waitingBytes = 0;
  }
}
