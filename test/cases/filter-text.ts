import type { Filter } from '../../directory/model/filter.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const equality = (attribute: string, value: string | Buffer): Filter => ({ kind: 'equality', attribute, value: Buffer.from(value) });
const present = (attribute: string): Filter => ({ kind: 'present', attribute });

export interface FilterRow {
  readonly text: string;
  readonly filter: Filter;
  /** How it is written again; `text` when left out */
  readonly written?: string;
}

export const filters: readonly FilterRow[] = [
  { text: '(uid=ada)', filter: equality('uid', 'ada') },
  { text: 'uid=ada', filter: equality('uid', 'ada'), written: '(uid=ada)' },
  { text: ' (uid=ada) ', filter: equality('uid', 'ada'), written: '(uid=ada)' },
  { text: '(cn=Ada Lovelace)', filter: equality('cn', 'Ada Lovelace') },
  { text: '(cn= a )', filter: equality('cn', ' a ') },
  { text: '(cn=)', filter: equality('cn', '') },
  { text: '(cn=a=b)', filter: equality('cn', 'a=b') },
  { text: '(cn=a>=b)', filter: equality('cn', 'a>=b') },
  { text: '(cn=Löve 😀)', filter: equality('cn', 'Löve 😀') },
  { text: '(cn=L\\c3\\b6ve)', filter: equality('cn', 'Löve'), written: '(cn=Löve)' },
  { text: '(cn=\\2a)', filter: equality('cn', '*') },
  { text: '(cn=\\2A\\28\\29\\5C\\00)', filter: equality('cn', '*()\\\0'), written: '(cn=\\2a\\28\\29\\5c\\00)' },
  { text: '(photo=\\ff\\d8a)', filter: equality('photo', Buffer.from('ffd861', 'hex')) },
  { text: '(2.5.4.3=a)', filter: equality('2.5.4.3', 'a') },
  { text: '(cn;lang-de;x-y=a)', filter: equality('cn;lang-de;x-y', 'a') },
  { text: '(member=uid=ada,dc=example)', filter: equality('member', 'uid=ada,dc=example') },
  { text: '(cn=*)', filter: present('cn') },
  { text: '(cn=a*)', filter: { kind: 'substrings', attribute: 'cn', initial: bytes('a'), any: [] } },
  { text: '(cn=*a)', filter: { kind: 'substrings', attribute: 'cn', any: [], final: bytes('a') } },
  { text: '(cn=*a*)', filter: { kind: 'substrings', attribute: 'cn', any: [bytes('a')] } },
  {
    text: '(cn=a*b*c*d)',
    filter: { kind: 'substrings', attribute: 'cn', initial: bytes('a'), any: [bytes('b'), bytes('c')], final: bytes('d') },
  },
  {
    text: '(cn=a**b)',
    filter: { kind: 'substrings', attribute: 'cn', initial: bytes('a'), any: [], final: bytes('b') },
    written: '(cn=a*b)',
  },
  { text: '(cn=\\2a*\\2a)', filter: { kind: 'substrings', attribute: 'cn', initial: bytes('*'), any: [], final: bytes('*') } },
  { text: '(uidNumber>=10)', filter: { kind: 'greaterOrEqual', attribute: 'uidNumber', value: bytes('10') } },
  { text: '(uidNumber<=10)', filter: { kind: 'lessOrEqual', attribute: 'uidNumber', value: bytes('10') } },
  { text: '(cn~=ada)', filter: { kind: 'approx', attribute: 'cn', value: bytes('ada') } },
  { text: '(cn:=a)', filter: { kind: 'extensible', attribute: 'cn', value: bytes('a'), dnAttributes: false } },
  { text: '(cn:dn:=a)', filter: { kind: 'extensible', attribute: 'cn', value: bytes('a'), dnAttributes: true } },
  {
    text: '(cn:caseExactMatch:=a)',
    filter: { kind: 'extensible', attribute: 'cn', rule: 'caseExactMatch', value: bytes('a'), dnAttributes: false },
  },
  { text: '(cn:dn:2.5.13.5:=a)', filter: { kind: 'extensible', attribute: 'cn', rule: '2.5.13.5', value: bytes('a'), dnAttributes: true } },
  { text: '(:caseExactMatch:=a)', filter: { kind: 'extensible', rule: 'caseExactMatch', value: bytes('a'), dnAttributes: false } },
  {
    text: '(:DN:2.5.13.5:=a)',
    filter: { kind: 'extensible', rule: '2.5.13.5', value: bytes('a'), dnAttributes: true },
    written: '(:dn:2.5.13.5:=a)',
  },
  {
    text: '(member:1.2.840.113556.1.4.1941:=cn=a)',
    filter: { kind: 'extensible', attribute: 'member', rule: '1.2.840.113556.1.4.1941', value: bytes('cn=a'), dnAttributes: false },
  },
  { text: '(&)', filter: { kind: 'and', filters: [] } },
  { text: '(|)', filter: { kind: 'or', filters: [] } },
  { text: '(&(a=*))', filter: { kind: 'and', filters: [present('a')] } },
  {
    text: '(&(a=*)(|(b=1)(!(c=*))))',
    filter: { kind: 'and', filters: [present('a'), { kind: 'or', filters: [equality('b', '1'), { kind: 'not', filter: present('c') }] }] },
  },
  {
    text: '( & (a=*)\n  ( ! (c=*) ) )',
    filter: { kind: 'and', filters: [present('a'), { kind: 'not', filter: present('c') }] },
    written: '(&(a=*)(!(c=*)))',
  },
];

export const wrongFilters: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'nothing', text: '' },
  { name: 'blanks', text: '  ' },
  { name: 'empty brackets', text: '()' },
  { name: 'no assertion', text: '(cn)' },
  { name: 'no attribute', text: '(=a)' },
  { name: 'an attribute with a blank', text: '(c n=a)' },
  { name: 'an attribute with an underscore', text: '(c_n=a)' },
  { name: 'an OID that ends with a dot', text: '(2.5.=a)' },
  { name: 'an empty option', text: '(cn;=a)' },
  { name: 'no closing bracket', text: '(cn=a' },
  { name: 'two closing brackets', text: '(cn=a))' },
  { name: 'two filters', text: '(cn=a)(cn=b)' },
  { name: 'something behind the filter', text: '(cn=a)x' },
  { name: 'something between filters', text: '(&(cn=a)x(cn=b))' },
  { name: 'a closing bracket without brackets', text: 'cn=a)' },
  { name: 'an opening bracket in a value', text: '(cn=a(b)' },
  { name: 'a NUL in a value', text: '(cn=a\0b)' },
  { name: 'a backslash at the end', text: '(cn=a\\)' },
  { name: 'one hex digit', text: '(cn=a\\2)' },
  { name: 'no hex digits', text: '(cn=a\\zz)' },
  { name: 'a star in an ordering', text: '(cn>=a*)' },
  { name: 'a star in an extensible match', text: '(cn:=a*)' },
  { name: 'nothing but stars', text: '(cn=**)' },
  { name: 'a not of nothing', text: '(!)' },
  { name: 'a not of two', text: '(!(a=1)(b=2))' },
  { name: 'a not without brackets inside', text: '(!a=1)' },
  { name: 'an extensible match of nothing', text: '(:=a)' },
  { name: 'an extensible match of dn alone', text: '(:dn:=a)' },
  { name: 'a rule with a blank', text: '(cn:a b:=x)' },
  { name: 'two rules', text: '(cn:a:b:=x)' },
  { name: 'an unknown operator', text: '(cn<a)' },
  { name: '60 nots', text: `${'(!'.repeat(60)}(a=1)${')'.repeat(60)}` },
  { name: '100,000 nots', text: '(!'.repeat(100_000) },
  { name: '100,000 ands', text: '(&'.repeat(100_000) },
];
