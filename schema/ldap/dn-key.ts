import { type AttributeTypeAndValue, escapeDnText, type Rdn } from '../../directory/model/dn.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { AttributeType } from './registry.ts';
import { prepare } from './string-preparation.ts';

type TypeByName = (name: string) => AttributeType | undefined;

/**
 * The normal form of an RDN, which is itself the text of one: `cn=ada+uid=1`.
 * @throws DirectoryError invalidDNSyntax when a value is none of its type
 */
export function rdnKey(rdn: Rdn, typeByName: TypeByName): string {
  const [only] = rdn;
  if (only !== undefined && rdn.length === 1) return valueKey(only, typeByName);
  return rdn
    .map((each) => valueKey(each, typeByName))
    .sort()
    .join('+');
}

/** A type that the schema does not know is compared as text: such a DN names no entry, but it may stand in a value. */
function valueKey({ type: name, value }: AttributeTypeAndValue, typeByName: TypeByName): string {
  const type = typeByName(name);
  if (type === undefined) return `${name.toLowerCase()}=${escapeForKey(prepare(value, true) ?? value.toString('latin1'))}`;
  const normal = type.equality === undefined ? value.toString('latin1') : type.equality.normalize(value);
  // an IA5 string without a character would be normal, but a name is none
  if (normal === undefined || value.length === 0)
    throw new DirectoryError('invalidDNSyntax', `invalid DN: the value of ${type.name} is no ${type.syntax.description}`);
  return `${type.name.toLowerCase()}=${escapeForKey(normal)}`;
}

/** Hex pairs for what sets parts of a DN apart: a comma in a key always begins another RDN, so that a suffix can be compared as text. */
function escapeForKey(normal: string): string {
  return escapeDnText(normal).replace(/\\([\\,+])/g, (_, character: string) => `\\${character.charCodeAt(0).toString(16)}`);
}
