import { existsSync, readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Where Debian, Fedora and SUSE keep the authorities that the machine trusts. */
const systemFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];

/**
 * Trusts the machine's authorities, those that come with Node, and these.
 * @param files PEM files
 * @throws Error when one can't be read
 */
export function trust(files: readonly string[]): SecureContext {
  const ca = [...files, ...systemFiles.filter((each) => existsSync(each))].map((file) => readFileSync(file, 'utf8'));
  return createSecureContext({ ca: [...rootCertificates, ...ca], minVersion: 'TLSv1.2' });
}
