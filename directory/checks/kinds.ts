import { http, https } from './http.ts';
import { imap } from './imap.ts';
import { ldap } from './ldap.ts';
import { type Manner, startingTls, tlsAlone } from './passwords.ts';
import { pop3 } from './pop3.ts';
import type { Check } from './service.ts';
import { sieve } from './sieve.ts';
import { smtp } from './smtp.ts';
import { xmpp } from './xmpp.ts';

/** What the scheme of a URL stands for. */
interface Kind {
  /** Where it is usually found */
  readonly port: number;
  readonly check: Check;
}

const dovecot: Manner = {
  login: true,
  spares: 'one address',
  remedy: 'set ssl = required and disable_plaintext_auth = yes (Dovecot 2.4: auth_allow_cleartext = no)',
};
const submission: Manner = { login: true, remedy: 'set smtpd_tls_security_level = encrypt and smtpd_tls_auth_only = yes (Postfix)' };
const mailExchange: Manner = { login: false, remedy: 'set smtpd_tls_auth_only = yes (Postfix)' };
const ejabberd: Manner = { login: true, remedy: 'set starttls_required: true (ejabberd)' };
const directory: Manner = { login: true, spares: 'loopback', remedy: 'demand TLS for binds (slapd: security simple_bind=128)' };

/** Every service that can be checked. */
export const kinds: Readonly<Record<string, Kind>> = {
  imap: { port: 143, check: startingTls(imap, dovecot) },
  imaps: { port: 993, check: tlsAlone(imap, dovecot) },
  pop3: { port: 110, check: startingTls(pop3, dovecot) },
  pop3s: { port: 995, check: tlsAlone(pop3, dovecot) },
  sieve: { port: 4190, check: startingTls(sieve, dovecot) },
  smtp: { port: 25, check: startingTls(smtp, mailExchange) },
  submission: { port: 587, check: startingTls(smtp, submission) },
  submissions: { port: 465, check: tlsAlone(smtp, submission) },
  xmpp: { port: 5222, check: startingTls(xmpp, ejabberd) },
  xmpps: { port: 5223, check: tlsAlone(xmpp, ejabberd) },
  ldap: { port: 389, check: startingTls(ldap, directory) },
  ldaps: { port: 636, check: tlsAlone(ldap, directory) },
  http: { port: 80, check: http },
  https: { port: 443, check: https },
};
