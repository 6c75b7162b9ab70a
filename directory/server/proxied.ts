import type { Identity } from '../core/access.ts';
import type { BoundDirectory } from '../core/bound-directory.ts';
import { DirectoryError } from '../model/errors.ts';
import type { Connection } from './connection.ts';
import type { RequestControls } from './request-controls.ts';

/**
 * The directory as the asker of this request sees it: who is bound, or whom they act for (RFC 4370).
 * @throws DirectoryError authorizationDenied
 */
export function directoryOf(connection: Connection, { proxied }: RequestControls): BoundDirectory {
  if (proxied === undefined) return connection.directory;
  const identity = identityOf(connection, proxied);
  return connection.server.directory.as(identity, `${connection.address} by ${connection.directory.dn}`);
}

/** An authorization identity (RFC 4513 §5.2.1.8): `dn:…`, `u:name`, or nothing for the anonymous. */
function identityOf(connection: Connection, text: string): Identity {
  const { directory, server } = connection;
  const { viewer } = directory;
  if (directory.identity.kind === 'anonymous' || (directory.identity.kind === 'entry' && directory.identity.app !== undefined))
    throw denied();
  if (text === '') return { kind: 'anonymous' };
  const [, kind, name = ''] = /^(dn|u):(.*)$/is.exec(text) ?? [];
  if (kind === undefined) throw denied();
  const { tree, schema, rootKey } = server.directory;
  const key = schema.normalizeDn(kind.toLowerCase() === 'dn' ? name : server.authenticator.dnOfUser(name));
  if (key === rootKey && viewer.isRoot) return { kind: 'root', dn: server.directory.rootDn };
  const entry = tree.find(key);
  if (entry === undefined || !viewer.mayActFor(entry) || !server.directory.mayLogIn(entry)) throw denied();
  return { kind: 'entry', uuid: entry.uuid };
}

/** One answer whether there is nobody of that name or one may not act for them. */
function denied(): DirectoryError {
  return new DirectoryError('authorizationDenied', 'acting for this identity is not allowed');
}
