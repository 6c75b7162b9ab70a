import { randomBytes } from 'node:crypto';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** Facts beside a line of the log. Never a password, never a value of an entry. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  error(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  debug(text: string, fields?: LogFields): void;
  /** Writes an unforeseen error with its stack and a number that a client may be told. */
  incident(error: unknown, fields?: LogFields): string;
}

/**
 * A line an event, as text for people or as JSON for programs.
 * @param write takes one line with its end
 */
export function makeLog(options: {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  readonly write: (line: string) => void;
}): Log {
  const most = order.indexOf(options.level);
  const line = (level: LogLevel, text: string, fields: LogFields = {}) => {
    if (order.indexOf(level) > most) return;
    const plain = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
    );
    const time = new Date().toISOString();
    options.write(
      options.format === 'json'
        ? `${JSON.stringify({ time, level, text, ...plain })}\n`
        : `${time} ${level.padEnd(5)} ${text}${Object.entries(plain)
            .map(([name, value]) => ` ${name}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`)
            .join('')}\n`,
    );
  };
  return {
    error: (text, fields) => line('error', text, fields),
    warn: (text, fields) => line('warn', text, fields),
    info: (text, fields) => line('info', text, fields),
    debug: (text, fields) => line('debug', text, fields),
    incident(error, fields) {
      const incident = randomBytes(4).toString('hex');
      line('error', 'unforeseen error', { incident, ...fields, error });
      return incident;
    },
  };
}

/** An error with where it came from and what lies beneath, in one line. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? ` <- ${describe(error.cause)}` : '';
  return `${(error.stack ?? error.message)
    .split('\n')
    .map((each) => each.trim())
    .join(' | ')}${cause}`;
}
