import type { PackedEntry } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/**
 * Who may log in: an entry without MOS's own classes always; a member whose status says mosMayLogin and whose e-mail
 * address is activated. An address that nobody asked to activate (mosMailActivated is missing) counts as activated.
 */
export function mayLogIn(tree: Tree, entry: PackedEntry): boolean {
  const { schema } = tree;
  const objectClass = schema.attributeType('objectClass');
  const member = schema.objectClass('mosMember');
  if (objectClass === undefined || member === undefined) return true;
  if (!schema.classesOf(entry.valuesOfType(objectClass).map(String)).has(member)) return true;
  if (textOf(tree, entry, 'mosMailActivated') === 'FALSE') return false;
  const status = textOf(tree, entry, 'mosStatus');
  const definition = status === undefined ? undefined : tree.named(status);
  return definition !== undefined && textOf(tree, definition, 'mosMayLogin') === 'TRUE';
}

function textOf(tree: Tree, entry: PackedEntry, name: string): string | undefined {
  const type = tree.schema.attributeType(name);
  return type === undefined ? undefined : entry.valuesOfType(type)[0]?.toString();
}
