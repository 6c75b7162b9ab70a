import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';

/** A mail as it is handed on. */
export interface Message {
  readonly id: number;
  readonly madeAt: Date;
  readonly recipient: string;
  readonly subject: string;
  readonly plain: string;
  readonly html: string;
}

/** Where mail goes. */
export interface Carrier {
  /** Hands a mail on; when it returns, somebody else looks after it. @throws Error, see `verdictOf` */
  carry(message: Message): Promise<void>;
  /** Does what was said have to be kept, because nobody got it? */
  readonly keepsText: boolean;
  close(): void;
}

export interface CarrierOptions {
  /** smtp:// or smtps:// with name and password; undefined: each mail becomes a file in the folder */
  readonly url: string | undefined;
  /** For mail that goes nowhere */
  readonly folder: string;
  readonly from: { readonly name: string; readonly address: string };
}

/** Milliseconds; together well below the time for which a mail is claimed. */
const patience = { connectionTimeout: 20_000, greetingTimeout: 20_000, dnsTimeout: 20_000, socketTimeout: 60_000 };

/** A carrier to a mail server, or, without one, into a folder. */
export function makeCarrier(options: CarrierOptions): Carrier {
  return options.url === undefined ? toFolder(options) : toServer(options, options.url);
}

function toServer({ from }: CarrierOptions, url: string): Carrier {
  const { username, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  // a password does not go over the network because somebody on the way has taken STARTTLS out of the greeting
  const requireTLS = username !== '' && !isLocal;
  const transport = createTransport({ url, requireTLS, ...patience, disableFileAccess: true, disableUrlAccess: true });
  return {
    keepsText: false,
    async carry(message) {
      await transport.sendMail(composed(from, message));
    },
    close: () => transport.close(),
  };
}

function toFolder({ folder, from }: CarrierOptions): Carrier {
  const composer = createTransport({ streamTransport: true, buffer: true, disableFileAccess: true, disableUrlAccess: true });
  return {
    keepsText: true,
    async carry(message) {
      const { message: bytes } = await composer.sendMail(composed(from, message));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${String(message.id).padStart(8, '0')}.eml`), bytes, { mode: 0o600 });
    },
    close: () => composer.close(),
  };
}

/** The Message-ID stays the same from attempt to attempt, so a mail that went twice is shown once. */
function composed(from: CarrierOptions['from'], { id, madeAt, recipient, subject, plain, html }: Message): SendMailOptions {
  return {
    from: { name: from.name, address: from.address },
    to: { name: '', address: recipient },
    subject,
    text: plain,
    html,
    date: madeAt,
    messageId: `<mos.${id}.${madeAt.getTime().toString(36)}@${from.address.split('@').at(-1) ?? 'localhost'}>`,
    // RFC 3834 §5: nobody's holiday answers it
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

/**
 * What an attempt that failed means.
 * @returns `refused`: the server does not take this mail, now or later; `away`: it takes none at the moment; `later`: not this one now
 */
export function verdictOf(error: unknown): 'refused' | 'later' | 'away' {
  const { responseCode, code, command = '' } = error instanceof Error ? (error as Error & Failure) : {};
  if (responseCode === undefined) return code === 'EENVELOPE' || code === 'EMESSAGE' ? 'refused' : 'away';
  // 530 and 421 are about us: no login, no time. What is said before a mail begins is about us too
  if (responseCode === 530 || responseCode === 421 || !/^(MAIL FROM|RCPT TO|DATA)/.test(command)) return 'away';
  return responseCode >= 500 ? 'refused' : 'later';
}

/** What nodemailer's errors carry. */
interface Failure {
  readonly code?: string;
  /** Of the server (RFC 5321 §4.2) */
  readonly responseCode?: number;
  readonly command?: string;
}
