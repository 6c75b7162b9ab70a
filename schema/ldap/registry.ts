import type { MatchingRule } from './matching-rules.ts';
import type { Syntax } from './syntaxes.ts';

/** An attribute type with everything inherited from its superiors filled in (RFC 4512 §2.5.1, §4.1.2). */
export interface AttributeType {
  readonly oid: string;
  /** First name of the definition, in its spelling; the OID when it has none */
  readonly name: string;
  readonly names: readonly string[];
  readonly superior: AttributeType | undefined;
  readonly equality: MatchingRule | undefined;
  readonly ordering: MatchingRule | undefined;
  readonly substrings: MatchingRule | undefined;
  readonly syntax: Syntax;
  readonly maxLength: number | undefined;
  readonly singleValue: boolean;
  readonly collective: boolean;
  readonly noUserModification: boolean;
  readonly obsolete: boolean;
  readonly usage: 'userApplications' | 'directoryOperation' | 'distributedOperation' | 'dSAOperation';
  /** usage is not userApplications */
  readonly operational: boolean;
  /** RFC 4512 text as published */
  readonly definition: string;
}

export interface ObjectClass {
  readonly oid: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly superiors: readonly ObjectClass[];
  readonly kind: 'abstract' | 'structural' | 'auxiliary';
  readonly must: readonly AttributeType[];
  readonly may: readonly AttributeType[];
  readonly obsolete: boolean;
  readonly definition: string;
}

/** An attribute description: a type and its options, one object for each distinct one (RFC 4512 §2.5). */
export interface AttributeDescription {
  /** Small and dense; numbers an attribute in tables */
  readonly id: number;
  readonly type: AttributeType;
  /** lower case, sorted, without duplicates */
  readonly options: readonly string[];
  /** As it stands in answers: the schema's spelling of the type, `;options` in lower case */
  readonly name: string;
}
