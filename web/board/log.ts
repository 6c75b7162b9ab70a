import { readLog } from '../../directory/core/audit-log.ts';
import type { RevisionQuestion } from '../../directory/core/store.ts';
import { type Answer, page } from '../answer.ts';
import { folded } from '../history/folded.ts';
import { shownDifference } from '../history/shown-change.ts';
import { userNameOf } from '../people/person.ts';
import type { Visit } from '../visit.ts';

const perPage = 25;
/** Characters of what a change did, in the list; all of it is one click away. */
const mostOfOne = 500;
const operations = ['add', 'modify', 'rename', 'delete'] as const;
const states = ['applied', 'pending', 'approved', 'refused', 'withdrawn'] as const;

/** GET /board/log: every change, the newest first. `?actor= ?entry= ?origin= ?operation= ?state= ?since= ?until= ?before=`, and `?csn=` one alone, whole. */
export async function showLog(visit: Visit): Promise<Answer> {
  const filters = Object.fromEntries(
    ['actor', 'entry', 'origin', 'operation', 'state', 'since', 'until'].map((name) => [name, visit.query(name).slice(0, 200)]),
  );
  const items = await readLog(visit.site.directory, visit.as, { ...questionOf(visit), limit: perPage });
  const changes = items.map(({ at, by, differences, entryUuid, ...item }) => {
    const uid = uidOf(visit, entryUuid);
    // what an attribute is called on a profile, it is called of people alone
    const shown = differences.map((each) => ({ ...shownDifference(visit, each), ...(uid === undefined && { label: each.attribute }) }));
    return { ...item, at: at.toISOString(), by: by.dn, uid, differences: shown };
  });
  const before = items.length === perPage ? items.at(-1)?.csn : undefined;
  const most = visit.query('csn') === '' ? mostOfOne : Number.POSITIVE_INFINITY;
  const lines = changes.map(({ differences }) => folded(differences, most));
  return page('board/log', visit.t('log.title'), { changes, before }, { form: { filters, operations, states, lines } });
}

function questionOf(visit: Visit): RevisionQuestion {
  const text = (name: string) => visit.query(name).slice(0, 200) || undefined;
  const day = (name: string, days: number) => {
    const time = /^\d{4}-\d\d-\d\d$/.test(visit.query(name)) ? Date.parse(visit.query(name)) : Number.NaN;
    return Number.isNaN(time) ? undefined : new Date(time + days * 86_400_000);
  };
  const [operation, state] = [visit.query('operation'), visit.query('state')];
  const number = (name: string) => (/^\d{1,15}$/.test(visit.query(name)) ? Number(visit.query(name)) : undefined);
  return given({
    actorHas: text('actor'),
    dnHas: text('entry'),
    originHas: text('origin'),
    operation: operations.find((each) => each === operation),
    state: states.find((each) => each === state),
    since: day('since', 0),
    until: day('until', 1),
    csn: number('csn'),
    beforeCsn: number('before'),
  });
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without what is not said. */
function given<T extends object>(values: T): Given<T> {
  // what is left has the type that it had
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

function uidOf({ site }: Visit, uuid: string | undefined): string | undefined {
  const entry = uuid === undefined ? undefined : site.directory.tree.byUuid(uuid);
  return entry === undefined || !site.directory.tree.isOfClass(entry, 'inetOrgPerson') ? undefined : userNameOf(entry);
}
