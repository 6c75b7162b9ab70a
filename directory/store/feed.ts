import { setTimeout as pause } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import type { StoreEvents } from '../core/store.ts';
import { type ServerClient, serverClient } from './client.ts';
import { channel } from './revisions.ts';

/** A connection that hears of other writers, and that is made anew when it breaks. */
export interface Feed {
  close(): Promise<void>;
}

/** Milliseconds. */
const heartbeat = { every: 15_000, timeout: 5_000 };
const retry = { first: 100, longest: 5_000 };

/** Listens for revisions. Fails when the first connection does; later ones are tried until one succeeds. */
export async function openFeed(config: ClientConfig, events: StoreEvents): Promise<Feed> {
  const listener = new Listener({ ...config, query_timeout: heartbeat.timeout }, events);
  await listener.open();
  events.committed(); // whatever came before the ear was open
  return listener;
}

class Listener implements Feed {
  readonly #config: ClientConfig;
  readonly #events: StoreEvents;
  readonly #closing = new AbortController();
  #current: ServerClient | undefined;
  #beat: NodeJS.Timeout | undefined;
  #reopening: Promise<void> | undefined;

  constructor(config: ClientConfig, events: StoreEvents) {
    this.#config = config;
    this.#events = events;
  }

  async open(): Promise<void> {
    const opened = serverClient(this.#config);
    const { client } = opened;
    client.on('error', (error) => this.#lose(opened, error.message));
    client.on('end', () => this.#lose(opened, 'the connection was closed'));
    // an older version on the same database does not say which
    client.on('notification', ({ payload }) => this.#events.committed(Number(payload) || undefined));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      await opened.end();
      throw error;
    }
    this.#current = opened;
    this.#beat = setInterval(() => {
      client.query('SELECT').catch((error: Error) => this.#lose(opened, error.message));
    }, heartbeat.every);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#beat);
    const last = this.#current;
    this.#current = undefined;
    await last?.end();
    await this.#reopening;
  }

  #lose(lost: ServerClient, reason: string): void {
    if (lost !== this.#current) return;
    this.#current = undefined;
    clearInterval(this.#beat);
    lost.end().catch(() => undefined); // it is broken; this only frees the socket
    this.#events.lost(reason);
    this.#reopening = this.#reopen();
  }

  async #reopen(): Promise<void> {
    const { signal } = this.#closing;
    for (let wait = retry.first; !signal.aborted; wait = Math.min(wait * 2, retry.longest)) {
      try {
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal });
        await this.open();
      } catch {
        continue; // the core was told that it is lost; the next try comes
      }
      if (signal.aborted) await this.#current?.end();
      else this.#events.back();
      return;
    }
  }
}
