// Certificates as servers have them, good and bad, each from an authority that is made here.
import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  readonly name?: string;
  /** Days from now */
  readonly from?: number;
  readonly to?: number;
}

export interface Authority {
  /** PEM */
  readonly ca: string;
  issue(wanted?: Wanted): Promise<Issued>;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: curve,
    notBefore: inDays(-100),
    notAfter: inDays(100),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: authority.toString('pem'),
    async issue({ name: dns = 'localhost', from = -50, to = 50 } = {}) {
      const own = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${dns}`,
        issuer: authority.subjectName,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: curve,
        notBefore: inDays(from),
        notAfter: inDays(to),
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: dns }])],
      });
      return { cert: certificate.toString('pem'), key: KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}
