import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface CertificateOptions {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly caFile: string | undefined;
  /** Where a certificate of our own is kept */
  readonly folder: string;
  /** milliseconds since 1970 */
  readonly now?: number;
}

/** Fits node:tls's options; `caFile` is what clients check against. */
export interface LoadedCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly caFile: string;
  readonly minVersion: 'TLSv1.2';
}

const day = 86_400_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Reads the certificate of the settings; without one, that of the state folder, which is made when it is missing or ends
 * within 30 days, signed by a CA of its own whose key is not kept.
 */
export async function loadOrCreateCertificate(options: CertificateOptions): Promise<LoadedCertificate> {
  const { certFile, keyFile, caFile, folder } = options;
  if (certFile !== undefined && keyFile !== undefined) {
    return { cert: readFileSync(certFile), key: readFileSync(keyFile), caFile: caFile ?? certFile, minVersion: 'TLSv1.2' };
  }
  const now = options.now ?? Date.now();
  const files = { ca: join(folder, 'ca.crt'), cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  if (!isGood(files.cert, files.key, now)) await create(folder, files, now);
  return { cert: readFileSync(files.cert), key: readFileSync(files.key), caFile: files.ca, minVersion: 'TLSv1.2' };
}

function isGood(certFile: string, keyFile: string, now: number): boolean {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  return Date.parse(new NodeCertificate(readFileSync(certFile)).validTo) - now > 30 * day;
}

async function create(
  folder: string,
  files: { readonly ca: string; readonly cert: string; readonly key: string },
  now: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const dates = { notBefore: new Date(now - day), notAfter: new Date(now + 800 * day) };
  const ca = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const server = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = `CN=MOS at ${hostname()}`;
  const root = await X509CertificateGenerator.createSelfSigned({
    ...dates,
    serialNumber: serialNumber(),
    name: issuer,
    keys: ca,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const leaf = await X509CertificateGenerator.create({
    ...dates,
    serialNumber: serialNumber(),
    subject: `CN=${hostname()}`,
    issuer,
    publicKey: server.publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      // libldap turns localhost into the machine's own name before it checks
      new SubjectAlternativeNameExtension([
        ...[...new Set(['localhost', hostname()])].map((value) => ({ type: 'dns' as const, value })),
        ...['127.0.0.1', '::1'].map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', server.privateKey), 'PRIVATE KEY');
  write(files.key, key, 0o600);
  write(files.ca, root.toString('pem'), 0o644);
  // last: whoever finds it finds the rest
  write(files.cert, leaf.toString('pem'), 0o644);
}

function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function write(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, `${text.trimEnd()}\n`, { mode });
  renameSync(`${file}.new`, file);
}
