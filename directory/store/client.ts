import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** A connection to the server, and an end that comes even when the network does not answer. */
export interface ServerClient {
  readonly client: Client;
  end(): Promise<void>;
}

/** Milliseconds that the server has to take its leave. */
const farewell = 1_000;

/** A client that is not connected yet. */
export function serverClient(config: ClientConfig): ServerClient {
  const socket = new Socket();
  const client = new Client({ ...config, stream: () => socket });
  const end = async (): Promise<void> => {
    const timer = setTimeout(() => socket.destroy(), farewell);
    await client.end();
    clearTimeout(timer);
    socket.destroy();
  };
  return { client, end };
}
