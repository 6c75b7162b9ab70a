import { DirectoryError } from '../model/errors.ts';
import { decodePlain, encodePasswordPolicy } from '../wire/controls.ts';
import { encodeResult } from '../wire/encode.ts';
import type { BindRequest } from '../wire/messages.ts';
import { OID } from '../wire/oids.ts';
import type { Connection } from './connection.ts';
import type { RequestControls } from './request-controls.ts';

/** RFC 4511 §4.2, RFC 4513 §5. The connection is anonymous already, and stays so when the bind fails. */
export function bind(connection: Connection, id: number, request: BindRequest, controls: RequestControls): Promise<void> | undefined {
  if (request.version !== 3) throw new DirectoryError('protocolError', 'LDAP version 3 is spoken here');
  const { authentication } = request;
  if (authentication.kind === 'simple') {
    if (request.dn === '' && authentication.password.length === 0) {
      encodeResult(connection.out, id, 'bind', { kind: 'success' });
      return undefined;
    }
    return verify(connection, id, request.dn, authentication.password, controls);
  }
  switch (authentication.mechanism.toUpperCase()) {
    case 'EXTERNAL':
      return external(connection, id);
    case 'PLAIN': {
      const { authorizationId, authenticationId, password } = decodePlain(authentication.credentials);
      const dn = dnOfAuthenticationId(connection, authenticationId);
      if (
        authorizationId !== '' &&
        authorizationId !== authenticationId &&
        authorizationId !== `dn:${dn}` &&
        authorizationId !== `u:${authenticationId}`
      ) {
        throw new DirectoryError('invalidCredentials', 'acting for somebody else is not possible here');
      }
      return verify(connection, id, dn, password, controls);
    }
    default:
      throw new DirectoryError('authMethodNotSupported', 'this SASL mechanism is not available; bind with a simple password or SASL PLAIN');
  }
}

/** The administrator at the socket in the state folder (RFC 4422 appendix A). */
function external(connection: Connection, id: number): undefined {
  if (!connection.transport.trusted)
    throw new DirectoryError('authMethodNotSupported', 'SASL EXTERNAL is for the ldapi socket in the state folder');
  connection.become({ kind: 'root', dn: connection.server.directory.rootDn });
  encodeResult(connection.out, id, 'bind', { kind: 'success' });
}

async function verify(connection: Connection, id: number, dn: string, password: Buffer, controls: RequestControls): Promise<void> {
  refuseInTheClear(connection);
  if (password.length === 0) throw new DirectoryError('unwillingToPerform', 'a name without a password proves nothing; send the password');
  if (dn === '') throw new DirectoryError('invalidCredentials');
  const identity = await connection.server.authenticator.authenticate({
    dn,
    password: Buffer.from(password),
    address: connection.address,
    door: 'directory',
    service: connection.service,
  });
  if (connection.closed) return;
  connection.become(identity);
  const { authenticator } = connection.server;
  const notice = controls.passwordPolicy
    ? [{ oid: OID.passwordPolicy, value: encodePasswordPolicy(authenticator.notice(identity)) }]
    : undefined;
  encodeResult(connection.out, id, 'bind', { kind: 'success' }, notice);
}

/** A password is not even looked at when others could have read it on the way. */
export function refuseInTheClear(connection: Connection): void {
  const { cleartext } = connection.server.limits;
  if (connection.secure || (cleartext === 'loopback' && connection.local)) return;
  throw new DirectoryError('confidentialityRequired', 'passwords are taken over TLS only: use ldaps:// or StartTLS');
}

/** `dn:…`, `u:name`, a DN or a bare user name (RFC 4513 §5.2.1.8). */
function dnOfAuthenticationId(connection: Connection, text: string): string {
  if (/^dn:/i.test(text)) return text.slice(3);
  if (text.includes('=')) return text;
  return connection.server.authenticator.dnOfUser(text.replace(/^u:/i, ''));
}
