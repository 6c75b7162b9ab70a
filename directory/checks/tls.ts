import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { judgeCertificate } from './certificate.ts';
import type { Channel } from './channel.ts';
import { CheckFailed, type Finding } from './finding.ts';
import type { Judge } from './service.ts';

/** Goes on over TLS and judges the certificate by this name. */
export async function secure(channel: Channel, name: string, { trusted, now }: Judge): Promise<Finding[]> {
  const socket = await channel.secure({ ...addressed(name), secureContext: trusted });
  return judgeCertificate(socket, name, now);
}

/**
 * Tries the versions that RFC 8996 forbids.
 * @param opened a connection that stands before its handshake
 */
export async function tryOldTls(opened: () => Promise<Channel>, name: string): Promise<Finding[]> {
  const channel = await opened();
  try {
    // OpenSSL offers them at its lowest level of security alone
    const secureContext = createSecureContext({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const socket = await channel.secure({ ...addressed(name), secureContext });
    return [{ level: 'wrong', text: `takes ${socket.getProtocol()}, which is broken: let TLSv1.2 be the lowest` }];
  } catch (error) {
    if (error instanceof CheckFailed) return [];
    throw error;
  } finally {
    channel.close();
  }
}

/** A server name is no address (RFC 6066 §3). */
function addressed(name: string): { readonly host: string; readonly servername?: string } {
  return isIP(name) === 0 ? { host: name, servername: name } : { host: name };
}
