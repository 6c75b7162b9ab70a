import type { AttributeType } from '../../schema/ldap/registry.ts';
import type { Change } from '../model/change.ts';
import type { Attribute } from '../model/entry.ts';
import { memberChangesOf } from './member-changes.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { PlannedChange, Stamp } from './plan.ts';
import type { Effect, NewRevision, StoredEntry } from './store.ts';
import type { Tree } from './tree.ts';
import { endedChoices } from './visibility-changes.ts';

/** Who does something and from where, as the log keeps it. */
export interface Author {
  readonly dn: string;
  readonly uuid: string | null;
  readonly origin: string;
}

export interface RevisionContext {
  readonly tree: Tree;
  readonly isSecret: (type: AttributeType) => boolean;
  /** RFC 2849 text of a change */
  readonly printChange: (change: Change) => string;
  /** The other way round. @throws Error */
  readonly parseChange: (text: string) => Change;
  readonly parentOf: (entry: PackedEntry) => PackedEntry | undefined;
  /** By the normal form of the DN */
  readonly entryNamed: (key: string) => PackedEntry | undefined;
}

/** The row of the log for one planned change. */
export function revisionOf(context: RevisionContext, planned: PlannedChange, author: Author, stamp: Stamp, csn: number): NewRevision {
  const { before, after, change, cause, waits = false, noted } = planned;
  const subject = before ?? after;
  if (subject === undefined) throw new Error('a change needs an entry');
  const values = noted ?? (before === undefined ? [] : touched(context, change, before));
  const members = waits || cause === 'reference' ? [] : memberChangesOf(context.tree.schema, context.entryNamed, change, values);
  const chosenBefore = waits ? undefined : endedChoices(context.tree.schema, before, after);
  return {
    csn,
    entryCsn: stamp.csn,
    at: stamp.at,
    actor: author.dn,
    actorUuid: author.uuid,
    origin: author.origin,
    operation: change.kind,
    cause,
    state: waits ? 'pending' : 'applied',
    entryUuid: subject.uuid,
    dn: subject.dn,
    change: context.printChange(withoutSecrets(context, change)),
    before: values,
    effect: waits || noted !== undefined ? { kind: 'none', uuid: subject.uuid } : effectOf(context, subject.uuid, after),
    ...(members.length > 0 && { members }),
    ...(chosenBefore && { chosenBefore }),
  };
}

function effectOf(context: RevisionContext, uuid: string, after: PackedEntry | undefined): Effect {
  return after === undefined ? { kind: 'delete', uuid } : { kind: 'put', entry: storedEntry(after, context.parentOf(after)) };
}

/** An entry as the store keeps it. */
export function storedEntry(entry: PackedEntry, parent: PackedEntry | undefined): StoredEntry {
  const { dn, key } = entry;
  return {
    uuid: entry.uuid,
    parent: entry.parent,
    rdn: parent === undefined ? dn : dn.slice(0, dn.length - parent.dn.length - 1),
    rdnKey: parent === undefined ? key : key.slice(0, key.length - parent.key.length - 1),
    // of several states in one commit only the last is written
    get attributes() {
      return entry.attributes();
    },
  };
}

/** The values of an entry that a change touches. A deleted entry is kept whole, so that it can be brought back. */
export function touched(context: Pick<RevisionContext, 'tree' | 'isSecret'>, change: Change, before: PackedEntry): Attribute[] {
  const { schema } = context.tree;
  const names = new Set(
    change.kind === 'modify' ? change.modifications.map(({ attribute }) => schema.description(attribute.description)?.name) : [],
  );
  const whole = change.kind === 'delete';
  return before
    .attributes()
    .filter(({ description }) => whole || names.has(description))
    .map((attribute) => masked(context, whole ? attribute : withoutTheRest(context, change, attribute)));
}

/** More values than this are not repeated in the log for the sake of one that comes or goes. */
const longList = 100;

/** Of a long list of which single values come and go (a large group), only those that go; the change itself names those that come. */
function withoutTheRest({ tree: { schema } }: Pick<RevisionContext, 'tree'>, change: Change, attribute: Attribute): Attribute {
  const { description, values } = attribute;
  if (change.kind !== 'modify' || values.length <= longList) return attribute;
  const own = change.modifications.filter((each) => schema.description(each.attribute.description)?.name === description);
  if (own.some((each) => each.operation !== 'add' && (each.operation !== 'delete' || each.attribute.values.length === 0))) return attribute;
  const bytes = (value: Buffer): string => value.toString('latin1');
  const gone = new Set(own.flatMap((each) => (each.operation === 'delete' ? each.attribute.values.map(bytes) : [])));
  const kept = gone.size === 0 ? [] : values.filter((value) => gone.has(bytes(value)));
  return kept.length === gone.size ? { description, values: kept } : attribute;
}

function withoutSecrets(context: RevisionContext, change: Change): Change {
  if (change.kind === 'add') return { ...change, attributes: change.attributes.map((attribute) => masked(context, attribute)) };
  if (change.kind !== 'modify') return change;
  return { ...change, modifications: change.modifications.map((each) => ({ ...each, attribute: masked(context, each.attribute) })) };
}

/** Passwords and the like leave their name in the log and nothing else. */
function masked(context: Pick<RevisionContext, 'tree' | 'isSecret'>, attribute: Attribute): Attribute {
  const type = context.tree.schema.description(attribute.description)?.type;
  return type !== undefined && context.isSecret(type) && attribute.values.length > 0
    ? { description: attribute.description, values: [Buffer.from('(not kept)')] }
    : attribute;
}
