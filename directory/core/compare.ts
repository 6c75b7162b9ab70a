import type { AttributeType } from '../../schema/ldap/registry.ts';
import { DirectoryError } from '../model/errors.ts';
import type { ComputedAttribute } from './matching.ts';
import { findVisible } from './search.ts';
import type { Tree } from './tree.ts';
import type { Viewer } from './viewer.ts';

/**
 * Compares one value (RFC 4511 §4.10).
 * @throws DirectoryError noSuchObject, undefinedAttributeType, insufficientAccessRights, noSuchAttribute, inappropriateMatching, invalidAttributeSyntax
 */
export function compare(
  tree: Tree,
  computed: ReadonlyMap<AttributeType, ComputedAttribute>,
  viewer: Viewer,
  question: { readonly dn: string; readonly attribute: string; readonly value: Buffer },
): boolean {
  const entry = findVisible(tree, viewer, question.dn);
  const covered = tree.schema.covered(question.attribute);
  if (covered === undefined) throw new DirectoryError('undefinedAttributeType', `${question.attribute}: attribute type undefined`);
  if (covered.descriptions.length === 0) throw new DirectoryError('noSuchAttribute', `the entry has no ${question.attribute}`);
  const readable = covered.descriptions.filter((description) => viewer.mayCompare(entry, description));
  if (readable.length === 0) throw new DirectoryError('insufficientAccessRights', `comparing ${question.attribute} is not allowed here`);
  const rule = covered.type.equality;
  if (rule === undefined) throw new DirectoryError('inappropriateMatching', `${covered.type.name} has no equality matching rule`);
  const normal = rule.normalizeAssertion(question.value);
  if (normal === undefined) throw new DirectoryError('invalidAttributeSyntax', `the value is not valid for ${covered.type.name}`);
  const own = computed.get(covered.type);
  if (own !== undefined) {
    if (!own.present(entry)) throw new DirectoryError('noSuchAttribute', `the entry has no ${covered.type.name}`);
    return own.equals(entry, normal);
  }
  const present = readable.filter((description) => entry.has(description));
  if (present.length === 0) throw new DirectoryError('noSuchAttribute', `the entry has no ${covered.type.name}`);
  return present.some((description) => tree.indexTerms(description.type, entry.values(description)).includes(normal));
}
