import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { type Finding, quoted } from './finding.ts';

const day = 86_400_000;
/** Days before its end from which on a certificate is mentioned. */
const soon = 14;

/** What OpenSSL says when no authority that is known here stands behind a certificate. */
const unknownAuthority: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
/** Said by the dates and the names below. */
const saidElsewhere: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'];

/** Judges the certificate of a connection that was made without judging it: authority, name and dates. */
export function judgeCertificate(socket: TLSSocket, name: string, now: Date): Finding[] {
  const certificate = socket.getPeerCertificate();
  if (certificate.subject === undefined) return [wrong('shows no certificate')];
  const findings: Finding[] = [];
  const code = socket.authorized ? '' : String(socket.authorizationError);
  if (unknownAuthority.includes(code)) {
    const issuer = quoted([certificate.issuer.CN ?? certificate.issuer.O].flat().join(' '));
    findings.push(
      wrong(`its certificate is from an authority that is not known here, ${issuer}: name its file with --ca or in MOS_TLS_CA`),
    );
  } else if (code !== '' && !saidElsewhere.includes(code)) findings.push(wrong(`its certificate is refused (${code})`));
  if (checkServerIdentity(name, certificate) !== undefined)
    findings.push(wrong(`its certificate does not name ${name}, but ${quoted(certificate.subjectaltname ?? 'nothing')}`));
  return [...findings, ...judgeDates(new Date(certificate.valid_from), new Date(certificate.valid_to), now)];
}

function judgeDates(begin: Date, end: Date, now: Date): Finding[] {
  const left = end.getTime() - now.getTime();
  if (left < 0) return [wrong(`its certificate ended on ${dayOf(end)}: renew it`)];
  if (begin.getTime() > now.getTime()) return [wrong(`its certificate begins on ${dayOf(begin)}: look at the clocks`)];
  return left < soon * day ? [{ level: 'warning', text: `its certificate ends on ${dayOf(end)}: renew it` }] : [];
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function wrong(text: string): Finding {
  return { level: 'wrong', text };
}
