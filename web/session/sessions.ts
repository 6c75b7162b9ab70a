import { createHash, randomBytes } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Identity } from '../../directory/core/access.ts';
import type { Directory } from '../../directory/core/directory.ts';
import type { PackedEntry } from '../../directory/core/packed-entry.ts';

/** Somebody who is signed in, or halfway. */
export interface Session {
  readonly id: string;
  readonly identity: Extract<Identity, { kind: 'entry' | 'root' }>;
  /** `password`: the second factor is still to come */
  readonly stage: 'password' | 'complete';
  readonly madeAt: Date;
  readonly usedAt: Date;
  /** When its owner last gave a password or a passkey */
  readonly provedAt: Date;
  readonly expiresAt: Date;
  /** Of the password that opened it: `passwordMark` of then */
  readonly mark: string;
  readonly address: string;
  readonly agent: string;
}

export interface SessionOptions {
  readonly directory: Directory;
  readonly database: DatabasePool;
  readonly clock: () => number;
  /** Days without a visit after which a session ends */
  readonly days: number;
}

const row = z.object({
  id: z.string(),
  entry_uuid: z.string().nullable(),
  password_changed: z.string(),
  stage: z.enum(['password', 'complete']),
  made_at: z.date(),
  used_at: z.date(),
  proved_at: z.date(),
  expires_at: z.date(),
  address: z.string(),
  agent: z.string(),
});
const columns = sql.fragment`id, entry_uuid, password_changed, stage, made_at, used_at, proved_at, expires_at, address, agent`;
const nothing = sql.type(z.unknown());

/** Milliseconds between two notes that a session is in use. */
const noteEvery = 60_000;
const longestAgent = 300;
/** Codes that may be tried until the password is asked for again. */
const mostTries = 5;
/** Minutes in which the second factor has to follow. */
const stageMinutes = 10;
const day = 86_400_000;

/** Sessions of the site, in Postgres, so that every process knows them. Only a digest of the cookie is kept. */
export class Sessions {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Begins a session. @param mark of the password that was given: `passwordMark` from before it was checked @returns what its cookie holds */
  async begin(
    identity: Session['identity'],
    { stage, mark, address, agent }: Pick<Session, 'stage' | 'mark' | 'address' | 'agent'>,
  ): Promise<string> {
    const { database } = this.#options;
    const token = newToken();
    const now = new Date(this.#options.clock());
    const time = sql.timestamp(now);
    await database.query(nothing`
      INSERT INTO mos.session (token_digest, entry_uuid, password_changed, stage, made_at, used_at, proved_at, expires_at, address, agent)
      VALUES (${sql.binary(digest(token))}, ${identity.kind === 'entry' ? sql.uuid(identity.uuid) : null}, ${mark},
              ${stage}, ${time}, ${time}, ${time}, ${sql.timestamp(this.#end(stage, now))}, ${address.slice(0, longestAgent)}, ${clean(agent)})`);
    return token;
  }

  /** Makes a session that waited for its second factor a complete one, with another token. @returns undefined when it is not there any more */
  async complete({ id }: Session): Promise<string | undefined> {
    const token = newToken();
    const now = new Date(this.#options.clock());
    const { rowCount } = await this.#options.database.query(nothing`
      UPDATE mos.session
      SET token_digest = ${sql.binary(digest(token))}, stage = 'complete', used_at = ${sql.timestamp(now)}, expires_at = ${sql.timestamp(this.#end('complete', now))}
      WHERE id = ${sql.uuid(id)} AND stage = 'password'`);
    return rowCount === 1 ? token : undefined;
  }

  /** Counts a code before it is looked at. @returns how many more may follow; undefined when there were too many, and the session has ended */
  async countTry({ id }: Session): Promise<number | undefined> {
    const { database } = this.#options;
    const counted = await database.maybeOne(sql.type(z.object({ code_tries: z.number() }))`
      UPDATE mos.session SET code_tries = code_tries + 1 WHERE id = ${sql.uuid(id)} AND code_tries < ${mostTries} RETURNING code_tries`);
    if (counted !== null) return mostTries - counted.code_tries;
    await database.query(nothing`DELETE FROM mos.session WHERE id = ${sql.uuid(id)}`);
    return undefined;
  }

  /** Notes that its owner has given the password again. */
  async prove({ id }: Session): Promise<void> {
    const now = sql.timestamp(new Date(this.#options.clock()));
    await this.#options.database.query(nothing`UPDATE mos.session SET proved_at = ${now} WHERE id = ${sql.uuid(id)}`);
  }

  /** Whose cookie this is; undefined when it is nobody's any more. */
  async find(token: string): Promise<Session | undefined> {
    if (!/^[\w-]{43}$/.test(token)) return undefined;
    const { database, clock } = this.#options;
    const key = sql.binary(digest(token));
    const found = await database.maybeOne(sql.type(row)`SELECT ${columns} FROM mos.session WHERE token_digest = ${key}`);
    if (found === null) return undefined;
    const session = this.#session(found);
    const now = clock();
    if (!this.#isGood(session, now)) {
      await this.end(token);
      return undefined;
    }
    if (now - session.usedAt.getTime() >= noteEvery) {
      await database.query(nothing`
        UPDATE mos.session SET used_at = ${sql.timestamp(new Date(now))}, expires_at = ${sql.timestamp(this.#end(session.stage, new Date(now)))}
        WHERE token_digest = ${key}`);
    }
    return session;
  }

  async end(token: string): Promise<void> {
    await this.#options.database.query(nothing`DELETE FROM mos.session WHERE token_digest = ${sql.binary(digest(token))}`);
  }

  /** All sessions of somebody, the one used last first. */
  async of(identity: Session['identity']): Promise<readonly Session[]> {
    const { database, clock } = this.#options;
    const rows = await database.any(sql.type(row)`
      SELECT ${columns} FROM mos.session WHERE ${whose(identity)} AND stage = 'complete' ORDER BY used_at DESC, id`);
    return rows.flatMap((found) => {
      const session = this.#session(found);
      return this.#isGood(session, clock()) ? session : [];
    });
  }

  /** Ends one of somebody's sessions, or all but one. @returns how many */
  async endOf(identity: Session['identity'], which: { readonly id: string } | { readonly allBut: string | undefined }): Promise<number> {
    // what stands in an address is anything
    if ('id' in which && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(which.id)) return 0;
    const chosen =
      'id' in which
        ? sql.fragment`id::text = ${which.id}`
        : which.allBut === undefined
          ? sql.fragment`true`
          : sql.fragment`id::text <> ${which.allBut}`;
    const { rowCount } = await this.#options.database.query(nothing`DELETE FROM mos.session WHERE ${whose(identity)} AND ${chosen}`);
    return rowCount;
  }

  /** Ends what is over: too old, of somebody who may no longer sign in, or opened with a password that is none any more. */
  async sweep(): Promise<void> {
    const { database, clock } = this.#options;
    const rows = await database.any(sql.type(row)`SELECT ${columns} FROM mos.session`);
    const over = rows.filter((found) => !this.#isGood(this.#session(found), clock())).map(({ id }) => id);
    if (over.length > 0) await database.query(nothing`DELETE FROM mos.session WHERE id = ANY(${sql.array(over, 'uuid')})`);
  }

  #session(found: z.infer<typeof row>): Session {
    const { directory } = this.#options;
    return {
      id: found.id,
      identity: found.entry_uuid === null ? { kind: 'root', dn: directory.rootDn } : { kind: 'entry', uuid: found.entry_uuid },
      stage: found.stage,
      madeAt: found.made_at,
      usedAt: found.used_at,
      provedAt: found.proved_at,
      expiresAt: found.expires_at,
      mark: found.password_changed,
      address: found.address,
      agent: found.agent,
    };
  }

  #isGood({ identity, expiresAt, mark }: Session, now: number): boolean {
    if (expiresAt.getTime() <= now) return false;
    return identity.kind === 'root' ? mark === this.passwordMark(undefined) : this.holds(identity.uuid, mark);
  }

  /** Does what somebody began with this password still hold, a session or a token: may they sign in, and is the password still that one? */
  holds(entryUuid: string, mark: string): boolean {
    const { directory } = this.#options;
    const entry = directory.tree.byUuid(entryUuid);
    return entry !== undefined && directory.mayLogIn(entry) && mark === this.passwordMark(entry);
  }

  #end(stage: Session['stage'], now: Date): Date {
    return new Date(now.getTime() + (stage === 'complete' ? this.#options.days * day : stageMinutes * 60_000));
  }

  /**
   * Changes with the password, and a session of another mark is over: no two passwords of an entry have the same time (`timeAlone`), and
   * a hash that is renewed keeps it. Of the administrator there is nothing to go by: that password comes with a start.
   * @param entry undefined: the administrator
   */
  passwordMark(entry: PackedEntry | undefined): string {
    return (entry && this.#options.directory.valuesOf(entry, 'pwdChangedTime')[0]?.toString()) ?? '';
  }
}

function whose(identity: Session['identity']) {
  return identity.kind === 'entry' ? sql.fragment`entry_uuid = ${sql.uuid(identity.uuid)}` : sql.fragment`entry_uuid IS NULL`;
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What a browser calls itself, as far as it is kept. */
function clean(agent: string): string {
  return agent.replace(/\p{Cc}/gu, ' ').slice(0, longestAgent);
}

/** A token has 256 bits of chance: a plain digest is as good as a slow hash. */
export function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
