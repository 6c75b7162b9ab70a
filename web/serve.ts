import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { makeApp } from './app.ts';
import type { Site } from './site.ts';

export interface ListenOptions {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** PEM, for https */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface Listening {
  readonly port: number;
  /** Lets requests under way end, and ends. */
  stop(): Promise<void>;
}

/** Milliseconds; a client that is slower than that is none. */
const limits = { headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 60_000, maxHeaderSize: 16_384 };

/** Serves the site at an address. @throws Error when that is taken */
export async function listen(site: Site, { scheme, host, port, cert, key }: ListenOptions): Promise<Listening> {
  const app = makeApp(site);
  const server = createAdaptorServer({
    fetch: app.fetch,
    ...(scheme === 'https'
      ? { createServer: createHttpsServer, serverOptions: { ...limits, cert, key, minVersion: 'TLSv1.2' as const } }
      : { createServer: createHttpServer, serverOptions: limits }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // a server that listens on a port has an address of this form
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      }),
  };
}
