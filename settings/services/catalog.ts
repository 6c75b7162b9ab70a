import type { Settings } from '../settings.ts';

/** What a template may name, and what it is when nobody says otherwise. */
export interface Variable {
  readonly default: (from: Place) => string;
  readonly help: string;
  /** What a value looks like; undefined: any text of one line that the files can hold */
  readonly form?: RegExp;
  /** Goes into the file as it is, lines and all: the admin's own words in the language of the file */
  readonly raw?: true;
}

/** What the running settings say to every service. */
export interface Place {
  readonly settings: Settings;
  /** The name in the certificate, by which services reach MOS */
  readonly host: string;
  readonly ldapPort: number;
  readonly ldapsPort: number;
  /** The club's domain for mail and XMPP */
  readonly domain: string;
  /** cn of the service's entry */
  readonly service: string;
}

/** One of the programs that MOS writes configuration for. */
export interface Service {
  readonly summary: string;
  /** cn of its entry below ou=services; undefined: it does not ask the directory anything */
  readonly account: string | undefined;
  /** Values of mosGrant: what its entry may, and no more */
  readonly grants: readonly string[];
  /** Files in the folder of the same name, and whether they hold the service's password */
  readonly files: readonly { readonly name: string; readonly secret?: true }[];
  readonly variables: Readonly<Record<string, Variable>>;
}

const fixed = (value: string, help: string, form?: RegExp): Variable => ({ default: () => value, help, ...(form && { form }) });
const raw = (value: string, help: string): Variable => ({ ...fixed(value, help), raw: true });
const number = /^\d{1,5}$/;
const port = (value: string, help: string) => fixed(value, help, number);
/** Needs no escaping in a search filter (RFC 4515) */
const word = /^[\w.-]+( [\w.-]+)*$/;
const attribute = /^[A-Za-z][A-Za-z0-9-]*$/;

/** What all need that ask the directory. */
const directory = {
  base: { default: ({ settings }) => settings.baseDn, help: 'suffix of the directory' },
  account: {
    default: ({ service, settings }) => `cn=${service},ou=services,${settings.baseDn}`,
    help: 'DN that the service binds as; mos service add makes it',
  },
  ldap_host: { default: ({ host }) => host, help: 'where MOS is, by the name in its certificate' },
  ldaps_port: { default: ({ ldapsPort }) => String(ldapsPort), help: 'its port for LDAPS', form: number },
  ca: {
    default: ({ settings }) => settings.tlsCa ?? '/etc/ssl/mos-ca.pem',
    help: 'what its certificate is checked against; mos config ca prints it',
  },
} satisfies Record<string, Variable>;

const domain: Variable = { default: ({ domain }) => domain, help: 'domain of the club' };

/** The service's own certificate. */
const certificate = {
  cert: fixed('/etc/ssl/certs/ssl-cert-snakeoil.pem', "the service's own certificate; Debian's is only for the first try"),
  key: fixed('/etc/ssl/private/ssl-cert-snakeoil.key', 'its key'),
} satisfies Record<string, Variable>;

/** For services that can do both; LDAPS has no moment in plain text. */
const startTls = {
  starttls: fixed('no', 'yes: StartTLS at ldap_port, no: LDAPS at ldaps_port', /^(yes|no)$/),
  ldap_port: { default: ({ ldapPort }) => String(ldapPort), help: 'its port for StartTLS', form: number },
} satisfies Record<string, Variable>;

const dovecot = {
  ...directory,
  ...startTls,
  ...certificate,
  domain,
  config_dir: fixed('/etc/dovecot', 'where these files go'),
  listen: fixed('*, ::', 'addresses'),
  imap_port: port('143', 'port of IMAP with STARTTLS'),
  imaps_port: port('993', 'port of IMAP over TLS'),
  run_dir: fixed('/run/dovecot', 'folder for sockets'),
  log: fixed('syslog', 'syslog, or a file'),
  instance: fixed('dovecot', 'tells several on one machine apart'),
  mail_dir: fixed('/var/vmail', 'folder of the mailboxes, owned by mail_user'),
  mail_user: fixed('vmail', 'user and group that all mail belongs to'),
  failure_delay: fixed('2 secs', 'wait before a wrong password is told'),
  postfix_socket_dir: fixed('/var/spool/postfix/private', 'where Postfix looks for Dovecot'),
  postfix_user: fixed('postfix', 'user that Postfix runs as'),
  more: raw('', 'further lines'),
} satisfies Record<string, Variable>;

const people = 'ou=people (mosActive=TRUE)';

/** Every service that MOS knows how to set up. */
export const services: Readonly<Record<string, Service>> = {
  dovecot: {
    summary: 'IMAP, and passwords for Postfix (Dovecot 2.3, Debian 12)',
    account: 'dovecot',
    grants: [`${people} | objectClass, uid, mail, mailLocalAddress, mosActive, entryUUID | read`],
    files: [
      { name: 'dovecot.conf' },
      { name: 'mos-passdb.conf.ext' },
      { name: 'mos-userdb.conf.ext' },
      { name: 'mos-password.conf.ext', secret: true },
    ],
    variables: dovecot,
  },
  'dovecot-2.4': {
    summary: 'the same for Dovecot 2.4 (Debian 13)',
    account: 'dovecot',
    grants: [],
    files: [{ name: 'dovecot.conf' }, { name: 'mos-password.conf', secret: true }],
    variables: dovecot,
  },
  ejabberd: {
    summary: 'XMPP: logins, contact lists, vCards (ejabberd 23)',
    account: 'ejabberd',
    grants: [
      `${people} | objectClass, uid, mosActive | read`,
      `${people} | visible:members | read`,
      `${people} | userPassword | write`,
      'ou=groups | objectClass, cn, memberUid | read',
    ],
    files: [{ name: 'ejabberd.yml' }, { name: 'mos-password.yml', secret: true }],
    variables: {
      ...directory,
      domain,
      config_dir: fixed('/etc/ejabberd', 'where these files go'),
      ip: fixed('::', 'address to listen on'),
      xmpp_port: port('5222', 'port for clients, with STARTTLS'),
      xmpps_port: port('5223', 'port for clients over TLS'),
      s2s_port: port('5269', 'port for other servers'),
      roster_group: fixed('members', 'cn of the group whose members have each other in their contact lists', word),
      shown_name: fixed('displayName', 'attribute that names somebody in a contact list', attribute),
      cert: fixed('/etc/ejabberd/ejabberd.pem', 'certificate and key in one file'),
    },
  },
  postfix: {
    summary: 'mail: domains, mailboxes, aliases, groups, submission (Postfix 3.7 and later, Debian 12 and 13)',
    account: 'postfix',
    grants: [
      `${people} | objectClass, uid, mail, mailLocalAddress, mailRoutingAddress, mosActive | read`,
      'ou=groups | objectClass, mail, member | read',
      'ou=mail | objectClass, cn, associatedDomain, mailLocalAddress, mailRoutingAddress, rfc822MailMember | read',
    ],
    files: [
      { name: 'main.cf' },
      { name: 'master.cf' },
      ...['domains', 'mailboxes', 'aliases', 'forwards', 'groups', 'senders'].map((table) => ({
        name: `mos-${table}.cf`,
        secret: true as const,
      })),
    ],
    variables: {
      ...directory,
      ...startTls,
      ...certificate,
      domain,
      config_dir: fixed('/etc/postfix', 'where these files go'),
      mail_host: { default: ({ domain }) => `mail.${domain}`, help: "the mail server's own name" },
      mynetworks: fixed('127.0.0.0/8 [::1]/128', 'who may send without a password'),
      inet_interfaces: fixed('all', 'addresses to listen on'),
      inet_protocols: fixed('all', 'ipv4, ipv6 or all'),
      smtp_port: fixed('smtp', 'port for other servers'),
      submission_port: fixed('submission', 'port for members, with STARTTLS'),
      submissions_port: fixed('submissions', 'port for members over TLS'),
      queue_dir: fixed('/var/spool/postfix', 'folder of the queue'),
      data_dir: fixed('/var/lib/postfix', 'folder for state'),
      maillog: fixed('', 'a file; nothing: syslog'),
      log_dir: fixed('/var/log', 'folder where the log may be'),
      dovecot_socket_dir: fixed('private', "folder of Dovecot's sockets"),
      list_maps: raw('', 'further tables, like " hash:/var/lib/mailman3/data/postfix_lmtp" for Mailman (with the blank)'),
      message_size: fixed('31457280', 'bytes of the largest message'),
    },
  },
  mediawiki: {
    summary: 'the wiki: members sign in with their password (MediaWiki 1.39)',
    account: 'mediawiki',
    grants: [
      `${people} | objectClass, uid, cn, sn, displayName, mail, mosWikiName, mosActive, memberOf | read`,
      'ou=groups | objectClass, cn, member | read',
    ],
    files: [{ name: 'mos.php' }, { name: 'mos-ldapprovider.json', secret: true }, { name: 'mos-push.php' }],
    variables: {
      ...directory,
      ...startTls,
      config_dir: fixed('/etc/mediawiki', 'where these files go'),
      wiki_domain: { default: ({ domain }) => domain, help: 'name of this directory within the wiki' },
      wiki_name: fixed('uid', 'attribute that names the account in the wiki', attribute),
      button: fixed('Log in', 'what the button says'),
    },
  },
  mailman: {
    summary: 'the list of all members (Mailman 3.3); it asks MOS nothing, mos sync mailman tells it',
    account: undefined,
    grants: [],
    files: [{ name: 'mailman.cfg', secret: true }],
    variables: {
      domain,
      config_dir: fixed('/etc/mailman3', 'where this file goes'),
      layout: fixed('debian', 'name of the paths'),
      language: fixed('en', 'of messages'),
      var_dir: fixed('/var/lib/mailman3', 'folder for state'),
      log_dir: fixed('/var/log/mailman3', 'folder for logs'),
      run_dir: fixed('/run/mailman3', 'folder for the pid file'),
      rest_port: port('8001', 'port of its REST interface'),
      rest_user: fixed('restadmin', 'user name there'),
      lmtp_port: port('8024', 'port that Postfix delivers to'),
      smtp_port: port('25', 'port of Postfix'),
      mta: fixed('mailman.mta.postfix.LMTP', 'mailman.mta.null.NullMTA: without Postfix'),
      more: raw('', 'further lines, like a section for an archiver'),
    },
  },
};
