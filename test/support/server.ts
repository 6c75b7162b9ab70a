import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateCertificate } from '../../directory/server/certificate.ts';
import { LdapServer, type ServerLimits } from '../../directory/server/ldap-server.ts';
import { makeLog } from '../../directory/server/log.ts';
import { openTestDirectory, type TestDirectory, type TestDirectoryOptions } from './directory.ts';

export interface TestServer extends TestDirectory {
  readonly server: LdapServer;
  readonly port: number;
  readonly tlsPort: number;
  readonly caFile: string;
  stop(): Promise<void>;
}

const limits: ServerLimits = {
  messageSize: 1 << 20,
  messageSizeAnonymous: 1 << 18,
  decode: { filterDepth: 50, filterItems: 1000, attributes: 1000, controls: 32 },
  buffers: 64 * 1024 * 1024,
  outstanding: 64,
  connections: 100,
  connectionsPerAddress: 100,
  idleMs: 60_000,
  messageMs: 500,
  sizeLimit: 1000,
  timeLimit: 10,
  cleartext: 'loopback',
};

export interface TestServerOptions extends TestDirectoryOptions {
  /** Takes what the server logs as an error. */
  readonly write?: (line: string) => void;
}

/** A server on free ports, with a certificate of its own. */
export async function startTestServer(
  ldif: string,
  access = 'open',
  changed: Partial<ServerLimits> = {},
  { write, ...options }: TestServerOptions = {},
): Promise<TestServer> {
  const open = await openTestDirectory(ldif, access, options);
  const served = await serveDirectory(open, changed, write);
  return {
    ...open,
    ...served,
    async stop() {
      await served.stop();
      await open.close();
    },
  };
}

/** The same over a directory that is open already, and stays open. */
export async function serveDirectory(
  open: Pick<TestDirectory, 'directory' | 'authenticator'>,
  changed: Partial<ServerLimits> = {},
  write: (line: string) => void = (line) => process.stderr.write(line),
): Promise<Omit<TestServer, keyof TestDirectory>> {
  const { directory, authenticator } = open;
  const folder = mkdtempSync(join(tmpdir(), 'mos-server-'));
  const tls = await loadOrCreateCertificate({ folder, now: new Date() });
  const log = makeLog({ level: 'error', format: 'text', write });
  const server = new LdapServer({ directory, authenticator, tls, limits: { ...limits, ...changed }, log, version: 'test' });
  const plain = await server.listen({ kind: 'ldap', host: '127.0.0.1', port: 0 });
  const secure = await server.listen({ kind: 'ldaps', host: '127.0.0.1', port: 0 });
  return {
    server,
    port: 'port' in plain ? plain.port : 0,
    tlsPort: 'port' in secure ? secure.port : 0,
    caFile: tls.caFile,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
