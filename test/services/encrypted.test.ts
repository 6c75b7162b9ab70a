import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt, type Club, eventually, freePorts, missing, startClub } from '../support/club.ts';
import { type Ejabberd, ejabberdMissing, startEjabberd } from '../support/ejabberd.ts';
import { type Dovecot, type Postfix, startDovecot, startPostfix } from '../support/mail.ts';
import { fromSource, startMos } from '../support/mos-process.ts';

/** What mos check says of the real daemons on the files that mos config prints, and of the same after a slip of the pen. */
const why = missing('/usr/sbin/dovecot', '/usr/sbin/postfix', '/usr/bin/ldapmodify', '/usr/bin/curl') ?? ejabberdMissing;
if (why !== undefined) console.log(`skipped: encrypted: ${why}`);
else {
  const test = suite('encrypted');
  let club: Club;
  let dovecot: Dovecot;
  let postfix: Postfix;
  let ejabberd: Ejabberd;
  let further: Record<'pop3' | 'pop3s' | 'sieve', number>;
  const extras = ['pop3', 'sieve'].filter((each) => existsSync(`/usr/lib/dovecot/${each === 'sieve' ? 'managesieve' : each}-login`));
  if (extras.length < 2) console.log('skipped: POP3 or ManageSieve of Dovecot: not installed');

  test.before(async () => {
    club = await startClub();
    try {
      further = await freePorts('pop3', 'pop3s', 'sieve');
      writeFileSync(join(club.folder, 'dovecot.password'), club.run(['service', 'add', 'dovecot']));
      dovecot = await startDovecot(weakened(club, 'dovecot.conf', () => withExtras()));
      postfix = await startPostfix(club, dovecot);
      ejabberd = await startEjabberd(club);
    } catch (error) {
      await club.stop();
      throw error;
    }
  });
  // without a club the reason is what before has thrown
  test.after(() => club?.stop());

  /** mos config writes no POP3 and no ManageSieve; whoever adds them gets the same settings. */
  function withExtras(): readonly Slip[] {
    const pop3 = `service pop3-login {\n  inet_listener pop3 {\n    port = ${further.pop3}\n  }\n  inet_listener pop3s {\n    port = ${further.pop3s}\n    ssl = yes\n  }\n}\n`;
    const sieve = `service managesieve-login {\n  inet_listener sieve {\n    port = ${further.sieve}\n  }\n}\n`;
    const services = `${extras.includes('pop3') ? pop3 : ''}${extras.includes('sieve') ? sieve : ''}`;
    return [
      ['protocols = imap lmtp', `protocols = imap lmtp ${extras.join(' ')}`],
      ['# --- Who may connect.', services],
    ];
  }

  /** In the order in which they are looked at */
  function everything(): readonly string[] {
    const at = (scheme: string, port: number, path = '') => `${scheme}://localhost:${port}${path}`;
    const written = readFileSync(join(club.folder, 'ejabberd/conf/ejabberd.yml'), 'utf8');
    const [, xmpps = ''] = /^ {4}port: (\d+)\n(?: {4}(?!port)\S[^\n]*\n)*? {4}tls: true/m.exec(written) ?? [];
    return [
      at('imap', dovecot.imap),
      at('imaps', dovecot.imaps),
      ...(extras.includes('pop3') ? [at('pop3', further.pop3), at('pop3s', further.pop3s)] : []),
      ...(extras.includes('sieve') ? [at('sieve', further.sieve)] : []),
      at('smtp', postfix.smtp),
      at('submission', postfix.submission),
      at('submissions', postfix.submissions),
      at('xmpp', ejabberd.port, '/example.org'),
      at('xmpps', Number(xmpps), '/example.org'),
      at('ldaps', club.mos.tlsPort),
    ];
  }

  /**
   * A reload takes a moment to be everywhere, and on a busy machine one look takes half a minute: there is time for several. Each
   * reloads again, since a reload leaves out a port that somebody else has just then.
   */
  const patience = 120;

  /** `mos check --services`; the lines that it prints, and its exit code */
  function check(services: readonly string[], env: NodeJS.ProcessEnv = {}): { readonly code: number; readonly lines: readonly string[] } {
    const authorities = join(club.folder, 'authorities.pem');
    writeFileSync(authorities, [dovecot.cert, ejabberd.cert].map((each) => readFileSync(each, 'utf8')).join(''));
    const settings = Object.entries({ ...club.mos.env, MOS_CHECK_SERVICES: services.join(' '), ...env }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const words = [...settings, process.execPath, ...fromSource, 'check', '--services', '--ca', authorities];
    const { code, text } = attempt('env', words, '', 90);
    return { code, lines: text.trim().split('\n') };
  }

  test('what mos config prints is in order, all of it', () => {
    const services = everything();
    const { code, lines } = check(services);
    const expected = services.map((url) => `ok: ${url}: ${url.startsWith('smtp:') ? 'takes no passwords' : 'passwords over TLS alone'}`);
    assert.equal([code, lines], [0, expected]);
  });

  const slips: readonly (readonly [
    name: string,
    program: 'dovecot' | 'postfix',
    slips: readonly Slip[],
    which: RegExp,
    expected: RegExp,
  ])[] = [
    [
      'Dovecot that takes passwords in the clear',
      'dovecot',
      [
        ['ssl = required', 'ssl = yes'],
        ['disable_plaintext_auth = yes', 'disable_plaintext_auth = no'],
      ],
      /^(imap|pop3|sieve):/,
      /takes passwords without TLS \(.* offered before STARTTLS; a made-up password (was looked at|is not refused at once).*\): set ssl = required/,
    ],
    [
      'Dovecot without TLS',
      'dovecot',
      [
        ['ssl = required', 'ssl = no'],
        ['disable_plaintext_auth = yes', 'disable_plaintext_auth = no'],
      ],
      /^(imap|pop3|sieve)s?:/,
      /takes passwords without TLS .*\n.*offers no STARTTLS|^wrong: \w+s:.*(fails at TLS|does not answer)/,
    ],
    [
      'Dovecot that takes TLS 1.1',
      'dovecot',
      [['ssl_min_protocol = TLSv1.2', 'ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:@SECLEVEL=0']],
      /^(imap|pop3|sieve)s?:/,
      /takes TLSv1\.1, which is broken/,
    ],
    [
      'Postfix that takes passwords in the clear',
      'postfix',
      [
        ['main.cf: smtpd_tls_auth_only = yes', 'smtpd_tls_auth_only = no'],
        ['master.cf: -o smtpd_tls_security_level=encrypt', '-o smtpd_tls_security_level=may'],
      ],
      /^submission:/,
      /takes passwords without TLS \(AUTH .* offered before STARTTLS; a made-up password .*\): set smtpd_tls_security_level/,
    ],
    [
      'Postfix that takes passwords at port 25',
      'postfix',
      [
        ['main.cf: smtpd_tls_auth_only = yes', 'smtpd_tls_auth_only = no'],
        ['main.cf: smtpd_sasl_auth_enable = no', 'smtpd_sasl_auth_enable = yes'],
      ],
      /^smtp:/,
      /takes passwords without TLS .*: set smtpd_tls_auth_only = yes/,
    ],
  ];
  for (const [name, program, edits, which, expected] of slips) {
    test(`${name} is named, and nobody else`, async () => {
      const undo = edits.map(([from, to]) =>
        edit(program === 'dovecot' ? dovecot.config : join(postfix.folder, fileOf(from)), [textOf(from), to]),
      );
      try {
        const services = everything();
        await eventually(() => {
          reload(program);
          const { code, lines } = check(services);
          assert.is(code, 1);
          for (const url of services) {
            const about = lines.filter((line) => line.includes(` ${url}: `)).join('\n');
            assert.match(about, which.test(url) ? expected : /^ok: /, lines.join('\n'));
          }
        }, patience);
      } finally {
        for (const each of undo.reverse()) each();
        reload(program);
      }
    });
  }

  function reload(program: 'dovecot' | 'postfix'): void {
    const { code, text } =
      program === 'dovecot' ? attempt('doveadm', ['-c', dovecot.config, 'reload']) : attempt('postfix', ['-c', postfix.folder, 'reload']);
    assert.is(code, 0, text);
  }

  test('everything is in order again', async () => {
    await eventually(() => {
      reload('dovecot');
      const { code, lines } = check(everything());
      assert.is(code, 0, lines.join('\n'));
    }, patience);
  });

  test('ejabberd that takes passwords in the clear is named', async () => {
    const other = await startClub();
    try {
      const slip: Slip = ['starttls_required: true', 'starttls_required: false\n    starttls: true'];
      const { port, cert } = await startEjabberd(weakened(other, 'ejabberd/conf/ejabberd.yml', () => [slip]));
      const { code, text } = attempt('env', [
        ...Object.entries({ ...other.mos.env, MOS_CHECK_SERVICES: `xmpp://localhost:${port}/example.org` }).map(
          ([name, value]) => `${name}=${value}`,
        ),
        process.execPath,
        ...fromSource,
        'check',
        '--services',
        '--ca',
        cert,
      ]);
      assert.is(code, 1);
      assert.match(
        text,
        /^wrong: xmpp:.*takes passwords without TLS \(PLAIN is offered before STARTTLS; a made-up .*starttls_required: true/,
      );
    } finally {
      await other.stop();
    }
  });

  test('of MOS on loopback nobody can tell, unless it takes no password in the clear there either', async () => {
    const url = `ldap://localhost:${club.mos.port}`;
    assert.match(check([url]).lines.join('\n'), new RegExp(`^unknown: ${url}: .*on another machine$`));
    const strict = await startMos({ env: { MOS_CLEARTEXT: 'never' } });
    const { code, lines } = check([`ldap://localhost:${strict.port}`], strict.env);
    await strict.stop();
    assert.equal([code, lines], [0, [`ok: ldap://localhost:${strict.port}: passwords over TLS alone`]]);
  });

  const outer = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .some(({ internal, family }) => !internal && family === 'IPv4');
  if (!outer) console.log('skipped: MOS from another address: this machine has none but loopback');
  else
    test('without a list it is MOS itself, from where others come', async () => {
      const ports = await freePorts('ldap', 'ldaps', 'web');
      const [plain, tls] = [`ldap://0.0.0.0:${ports.ldap}`, `ldaps://0.0.0.0:${ports.ldaps}`];
      const open = await startMos({ ports, env: { MOS_LDAP_LISTEN: `${plain} ${tls}` } });
      const { code, lines } = check([], open.env);
      await open.stop();
      assert.equal([code, lines], [0, [plain, tls].map((url) => `ok: ${url}: passwords over TLS alone`)]);
      assert.equal(check([], open.env).lines, [`not running: ${plain}`, `not running: ${tls}`]);
    });

  test.run();
}

/** Text of a file, and what stands there instead. */
type Slip = readonly [from: string, to: string];

/** @returns what undoes it */
function edit(file: string, ...slips: readonly Slip[]): () => void {
  const before = readFileSync(file, 'utf8');
  let text = before;
  for (const [from, to] of slips) {
    assert.ok(text.includes(from), `${file} has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(file, text);
  return () => writeFileSync(file, before);
}

/** The same club, where a daemon finds its file with slips in it. */
function weakened(club: Club, file: string, slips: () => readonly Slip[]): Club {
  const daemon: Club['daemon'] = (command, words, options) => {
    const path = words.find((word) => word.endsWith(file)) ?? join(club.folder, file);
    edit(path, ...slips());
    return club.daemon(command, words, options);
  };
  // what is asked for later, like the server that runs then, is asked of the club
  return Object.create(club, { daemon: { value: daemon } });
}

/** `FILE: text` */
function fileOf(from: string): string {
  return from.slice(0, from.indexOf(': '));
}

function textOf(from: string): string {
  return from.replace(/^\w+\.cf: /, '');
}
