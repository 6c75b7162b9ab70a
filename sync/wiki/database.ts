/** One piece of SQL that MariaDB and SQLite both understand, with ? for each value. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
}

/** Values as text or numbers, by column; bytes of text are UTF-8. */
export type Row = Readonly<Record<string, string | number | null>>;

/** The wiki's database. */
export interface WikiDatabase {
  /** Begins the name of every table, `mw_` or nothing */
  readonly prefix: string;
  /** @returns which of these tables there are, without prefix @throws WikiAway */
  tables(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Asks several things of one state of the database. @throws WikiAway */
  read(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
  /** Does all of it in one transaction, or nothing. @throws WikiAway */
  write(statements: readonly Statement[]): Promise<void>;
  close(): Promise<void>;
}

/** The wiki's database can't be asked, or refuses: nothing has been written. The message has no secret in it. */
export class WikiAway extends Error {
  override readonly name = 'WikiAway';
}

/**
 * Opens what MOS_WIKI_DATABASE names: mysql://USER:PASSWORD@HOST:PORT/DATABASE?prefix=mw_, with ?socket=PATH for a Unix socket,
 * ?ca=FILE for the authority of its certificate, ?tls=no to go without; or sqlite:///PATH. The driver is loaded only for the kind that it is.
 * @throws WikiAway
 */
export async function openWiki(url: string): Promise<WikiDatabase> {
  const { protocol, pathname, searchParams } = new URL(url);
  const prefix = searchParams.get('prefix') ?? '';
  if (!/^\w*$/.test(prefix)) throw new WikiAway('MOS_WIKI_DATABASE: the prefix has other characters than letters, digits and _');
  const name = decodeURIComponent(pathname);
  if (protocol === 'sqlite:') return (await import('./sqlite.ts')).openSqlite(name, prefix);
  return (await import('./mariadb.ts')).openMariadb(new URL(url), prefix);
}
