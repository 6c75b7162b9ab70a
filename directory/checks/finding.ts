/** What a check has to say of a service, in words that stand behind its URL. */
export interface Finding {
  /** `unknown`: could not be judged from here. A service without a finding is in order. */
  readonly level: 'wrong' | 'warning' | 'unknown';
  readonly text: string;
}

/** A service that does not answer as its protocol wants; the message is a sentence about it. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
  /** `closed`: the other side has ended the connection; `silent`: time was up; or what the operating system calls it, like ECONNREFUSED */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

const longest = 120;

/** Text of a stranger for a terminal: short, on one line, without control characters. */
export function quoted(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return `"${clean.length > longest ? `${clean.slice(0, longest)}…` : clean}"`;
}

/** `A`, `A and B`, `A, B and C` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
