import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { lookup, lookupService } from 'node:dns/promises';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';

/** Where a server's certificate comes from. */
export interface CertificateSource {
  /** PEM, the server's own certificate first and then its chain; with `keyFile`, or neither */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** PEM, what clients check the certificate against */
  readonly caFile?: string | undefined;
  /** where a certificate of our own making is kept, when there is no `certFile` */
  readonly folder: string;
  readonly now: Date;
}

/** Options for node:tls, and what to tell about them. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  /** the file that a client is to trust */
  readonly caFile: string;
  /** the end of the certificate's validity */
  readonly notAfter: Date;
}

const day = 86_400_000;
const renewBefore = 30 * day;
const authorityLife = 20 * 365 * day;
/** Apple's clients refuse certificates that are valid for longer than 825 days. */
const serverLife = 800 * day;
/** Clients' clocks may be slow. */
const clockSkew = 3_600_000;
/** A lock this old was left by a process that died; the work under it takes milliseconds. */
const staleLock = 10_000;

const addresses = ['127.0.0.1', '::1'];
const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Issued {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads the certificate that the settings name. Without one, keeps a private authority (`ca.crt`, `ca.key`) and a certificate
 * from it (`server.crt`, `server.key`) in `folder`, and issues the latter anew when it has less than 30 days left, does not
 * name this machine, or is damaged. The authority stays, so that clients that trust `ca.crt` need nothing new.
 * @throws Error when a file can't be read, or certificate and key don't belong together
 */
export async function loadOrCreateCertificate(source: CertificateSource): Promise<ServerCertificate> {
  const { certFile, keyFile, caFile, folder, now } = source;
  if (certFile !== undefined && keyFile !== undefined) return readCertificate(certFile, keyFile, caFile);
  if (certFile !== undefined || keyFile !== undefined) throw new Error('a certificate and its key come together');
  const names = await namesOfThisMachine();
  const kept = await readKept(folder, names, now);
  if (kept !== undefined) return kept;
  await mkdir(folder, { recursive: true });
  return exclusively(join(folder, 'lock'), async () => {
    const meanwhile = await readKept(folder, names, now);
    if (meanwhile !== undefined) return meanwhile;
    const authority = await keepAuthority(folder, now);
    const server = await issueServer(authority, names, now);
    await writeWhole(join(folder, 'server.key'), server.key, 0o600);
    await writeWhole(join(folder, 'server.crt'), server.cert, 0o644);
    return answer(server, authority.cert, join(folder, 'ca.crt'));
  });
}

function answer({ cert, key }: Issued, ca: string | undefined, caFile: string): ServerCertificate {
  return { cert, key, ...(ca === undefined ? {} : { ca }), caFile, notAfter: end(new X509Certificate(cert)) };
}

async function readCertificate(certFile: string, keyFile: string, caFile: string | undefined): Promise<ServerCertificate> {
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
  try {
    createSecureContext({ cert, key, ...(ca === undefined ? {} : { ca }) });
    return answer({ cert, key }, ca, caFile ?? certFile);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the certificate ${certFile} and the key ${keyFile} cannot be used: ${reason}`, { cause: error });
  }
}

/** What is in the folder, when all of it is in order. */
async function readKept(folder: string, names: readonly string[], now: Date): Promise<ServerCertificate | undefined> {
  const caFile = join(folder, 'ca.crt');
  const [ca, cert, key] = await Promise.all([caFile, join(folder, 'server.crt'), join(folder, 'server.key')].map(readIfThere));
  if (ca === undefined || cert === undefined || key === undefined) return undefined;
  const inOrder = readable(() => {
    const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)];
    return (
      server.checkIssued(authority) &&
      server.verify(authority.publicKey) &&
      server.checkPrivateKey(createPrivateKey(key)) &&
      isLasting(authority, now) &&
      isLasting(server, now) &&
      names.every((name) => server.checkHost(name) !== undefined)
    );
  });
  return inOrder ? answer({ cert, key }, ca, caFile) : undefined;
}

/** The authority of the folder; a new one when there is none, or it has come to its end or to harm. */
async function keepAuthority(folder: string, now: Date): Promise<Issued> {
  const [certFile, keyFile] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  const [cert, key] = await Promise.all([readIfThere(certFile), readIfThere(keyFile)]);
  if (cert !== undefined && key !== undefined) {
    const inOrder = readable(() => {
      const authority = new X509Certificate(cert);
      return authority.checkPrivateKey(createPrivateKey(key)) && isLasting(authority, now);
    });
    if (inOrder) return { cert, key };
  }
  const authority = await issueAuthority(now);
  await writeWhole(keyFile, authority.key, 0o600);
  await writeWhole(certFile, authority.cert, 0o644);
  return authority;
}

/** False also for what node:crypto can't make sense of. */
function readable(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function end(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}

function isLasting(certificate: X509Certificate, now: Date): boolean {
  return end(certificate).getTime() - now.getTime() >= renewBefore;
}

async function issueAuthority(now: Date): Promise<Issued> {
  const x509 = await library();
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const identifier = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // clients that meet several of them can tell them apart
    name: `CN=MOS private authority ${identifier.keyId.slice(0, 8)}`,
    keys,
    signingAlgorithm: curve,
    notBefore: new Date(now.getTime() - clockSkew),
    notAfter: new Date(now.getTime() + authorityLife),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      identifier,
    ],
  });
  return { cert: pem(certificate), key: privatePem(keys.privateKey) };
}

async function issueServer(authority: Issued, names: readonly string[], now: Date): Promise<Issued> {
  const x509 = await library();
  const issuer = new x509.X509Certificate(authority.cert);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' }),
    curve,
    false,
    ['sign'],
  );
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${(names[1] ?? 'localhost').slice(0, 64)}`, // X.520 ub-common-name; clients look at subjectAltName
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: curve,
    notBefore: new Date(now.getTime() - clockSkew),
    notAfter: new Date(Math.min(now.getTime() + serverLife, issuer.notAfter.getTime())),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { cert: pem(certificate), key: privatePem(keys.privateKey) };
}

/** Comes in when it is needed: it takes a tenth of a second, and most starts read what is there. */
async function library(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata'); // @peculiar/x509 stands on it and does not bring it
  return import('@peculiar/x509');
}

function pem(certificate: import('@peculiar/x509').X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

function privatePem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** localhost and the machine's name, short and in full. libldap asks for the latter even where the URL says localhost. */
async function namesOfThisMachine(): Promise<string[]> {
  const short = hostname().toLowerCase();
  if (!/^[a-z\d]([a-z\d.-]*[a-z\d])?$/.test(short)) return ['localhost']; // not a name that DNS or a certificate could hold
  const full = await Promise.race([fullName(short), pause(2000, undefined, { ref: false })]);
  return [...new Set(['localhost', short, ...(full === undefined ? [] : [full])])];
}

async function fullName(short: string): Promise<string | undefined> {
  try {
    const { address } = await lookup(short);
    const { hostname: found } = await lookupService(address, 0);
    return found.toLowerCase().startsWith(`${short}.`) ? found.toLowerCase() : undefined;
  } catch {
    return undefined; // a machine without an entry in DNS or hosts
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Nobody ever reads half of the file, not even after a power cut. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.new`; // only the holder of the lock writes
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** Does the work while no other process that starts on the same folder does it. */
async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(lock))) await pause(20);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const since = await stat(lock).then(({ mtimeMs }) => mtimeMs, Date.now);
  if (Date.now() - since > staleLock) await rm(lock, { force: true });
  return false;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
