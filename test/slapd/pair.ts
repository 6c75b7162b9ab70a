import { formatDn, parseDn } from '../../directory/model/dn.ts';
import { parseFilter } from '../../directory/model/filter-text.ts';
import { startMos } from '../support/mos-process.ts';
import { type Answer, elements, entryOf, integer, RawClient, type RawControl, request } from '../support/raw-client.ts';
import { type LdapServer, startSlapd } from '../support/slapd.ts';
import { encodeFilter } from '../wire/bytes.ts';

/** A search as the rows write it. `$` in names stands for the suffix. */
export interface SearchRow {
  readonly base?: string;
  readonly scope?: 'base' | 'one' | 'sub' | 'subordinates';
  readonly filter?: string | Buffer;
  readonly attributes?: readonly string[];
  readonly typesOnly?: boolean;
  readonly size?: number;
  readonly deref?: 'never' | 'searching' | 'finding' | 'always';
  readonly controls?: readonly RawControl[];
  /** Is the order of the entries part of the answer? */
  readonly ordered?: boolean;
}

/** What a server said, in a form that can be compared. */
export interface Reply {
  readonly code: number;
  readonly matchedDn: string;
  readonly entries: readonly string[];
  readonly references: readonly string[];
  readonly controls: readonly string[];
}

export const suffix = 'dc=example,dc=org';
const scopes = ['base', 'one', 'sub', 'subordinates'];
const derefs = ['never', 'searching', 'finding', 'always'];

/** Both servers with the same entries, and a connection to each, bound as the administrator. */
export interface Pair {
  readonly slapd: RawClient;
  readonly mos: RawClient;
  stop(): Promise<void>;
}

const groups = [
  ['all', 'babs', 'bjorn', 'ursula'],
  ['sailors', 'babs'],
] as const;

async function mustBeMade(client: RawClient, cn: string, members: readonly string[]): Promise<void> {
  const member = members.map((uid) => `uid=${uid},ou=people,$`);
  const group = { objectClass: 'groupOfNames', cn, member, owner: 'uid=babs,ou=people,$' };
  const { code } = await perform(client, ['add', `cn=${cn},ou=groups,$`, group], suffix);
  if (code !== 0) throw new Error(`cn=${cn}: ${code}`);
}

export async function startPair(ldif: string): Promise<Pair> {
  const servers: LdapServer[] = [];
  try {
    servers.push(
      await startSlapd({
        baseDn: suffix,
        ldif: [ldif],
        modules: ['dynlist', 'ppolicy', 'syncprov'],
        overlays: ['memberof', 'sssvlv', 'refint'],
        lastOverlay: ['refint_attributes member owner'],
        database: ['index objectClass,uid,cn,sn,mail,member eq', 'index entryUUID,entryCSN eq'],
      }),
      await startMos({ baseDn: suffix, ldif: [ldif] }),
    );
    const clients: RawClient[] = [];
    for (const server of servers) {
      const client = await RawClient.connect(server.port);
      const { code } = await client.ask(request.bind(server.rootDn, server.rootPassword));
      if (code !== 0) throw new Error(`${server.name}: bind: ${code}`);
      // not in the file, because slapadd runs no overlays and memberOf would be missing
      for (const [cn, ...members] of groups) await mustBeMade(client, cn, members);
      clients.push(client);
    }
    const [slapd, mos] = clients;
    if (slapd === undefined || mos === undefined) throw new Error('two servers');
    const stop = async () => {
      for (const client of clients) client.close();
      for (const server of servers) await server.stop();
    };
    return { slapd, mos, stop };
  } catch (error) {
    for (const server of servers) await server.stop();
    throw error;
  }
}

/** `$` → the suffix. */
export const named = (text: string): string => text.replaceAll('$', suffix);

export async function search(client: RawClient, row: SearchRow): Promise<Reply> {
  const { base = '$', scope = 'sub', filter = '(objectClass=*)', attributes = [], typesOnly = false, size = 0, deref = 'never' } = row;
  const operation = request.search(named(base), {
    scope: scopes.indexOf(scope),
    deref: derefs.indexOf(deref),
    size,
    typesOnly,
    filter: typeof filter === 'string' ? encodeFilter(parseFilter(named(filter))) : filter,
    attributes,
  });
  return replyOf(await client.ask(operation, row.controls), row.ordered ?? false);
}

/** @param ordered otherwise entries are compared as a set, and always their values */
export function replyOf(answer: Answer & { readonly entries: readonly Answer[] }, ordered = false): Reply {
  const entries = answer.entries.filter(({ tag }) => tag === 0x64).map(lines);
  return {
    code: answer.code,
    matchedDn: answer.matchedDn,
    entries: ordered ? entries : entries.sort(),
    references: answer.entries
      .filter(({ tag }) => tag === 0x73)
      .map(({ parts }) => parts.map(({ content }) => String(content)).join(' '))
      .concat(
        answer.parts
          .filter(({ tag }) => tag === 0xa3)
          .map(({ content }) =>
            elements(content)
              .map((each) => String(each.content))
              .join(' '),
          ),
      )
      .sort(),
    controls: [...answer.controls.keys()].sort(),
  };
}

/** Names in one of the spellings that RFC 4514 §2.4 leaves open: slapd escapes a comma as `\2C` and puts the parts of an RDN in order. */
function lines({ parts }: Answer): string {
  const { dn, attributes } = entryOf(parts);
  const all = Object.entries(attributes).map(([name, values]) => `${name}=${[...values].sort().join('|')}`);
  const name = parseDn(dn).map((rdn) => rdn.toSorted((a, b) => (a.type < b.type ? -1 : 1)));
  return [formatDn(name), ...all.sort()].join(' ; ');
}

/** A step of an update row. */
export type Step =
  | readonly ['add', dn: string, attributes: Readonly<Record<string, string | readonly string[]>>]
  | readonly [
      'modify',
      dn: string,
      ...changes: (readonly [operation: 'add' | 'delete' | 'replace' | 'increment', name: string, ...values: string[]])[],
    ]
  | readonly ['delete', dn: string]
  | readonly ['rename', dn: string, newRdn: string, deleteOldRdn: boolean, newSuperior?: string]
  | readonly ['compare', dn: string, name: string, value: string]
  | readonly ['password', dn: string, value: string];

const operations = ['add', 'delete', 'replace', 'increment'];

/** @param place what `$` stands for in names and values */
export async function perform(client: RawClient, step: Step, place: string, controls: readonly RawControl[] = []): Promise<Reply> {
  const at = (text: string): string => text.replaceAll('$', place);
  return replyOf(await client.ask(operationOf(step, at), controls));
}

function operationOf(step: Step, at: (text: string) => string): Buffer {
  switch (step[0]) {
    case 'add': {
      const attributes = Object.entries(step[2]).map(([name, values]) => [name, [values].flat().map(at)] as const);
      return request.add(at(step[1]), Object.fromEntries(attributes));
    }
    case 'modify': {
      const [, dn, ...changes] = step;
      return request.modify(
        at(dn),
        ...changes.map(([operation, name, ...values]) => [operations.indexOf(operation), name, ...values.map(at)] as const),
      );
    }
    case 'delete':
      return request.delete(at(step[1]));
    case 'rename':
      return request.modifyDn(at(step[1]), at(step[2]), step[3], step[4] === undefined ? undefined : at(step[4]));
    case 'compare':
      return request.compare(at(step[1]), step[2], at(step[3]));
    case 'password':
      return request.bind(at(step[1]), step[2]);
  }
}

export const control = {
  manageDsaIt: { oid: '2.16.840.1.113730.3.4.2', critical: true },
  number: (value: number) => integer(value),
} as const;
