// The people and groups that both servers are loaded with, as LDIF.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

export const suffix = 'dc=example,dc=org';

/** Of every hundred people this many are in cn=members, the group that the login filter asks for. */
const membersPerHundred = 90;

/** How many people, from the first on, have the password `passwordOf`; the others have one that nobody uses. */
export const bindable = 256;
/** How many of them, the last ones, have an argon2 hash in every server. */
export const argonEverywhere = 64;

export const uidOf = (index: number): string => `user${String(index).padStart(6, '0')}`;
export const personDn = (index: number): string => `uid=${uidOf(index)},ou=people,${suffix}`;
export const mailOf = (index: number): string => `${uidOf(index)}@example.org`;
export const passwordOf = (index: number): string => `secret-${index}-word`;
export const isMember = (index: number): boolean => (index * 37) % 100 < membersPerHundred;
export const surnameOf = (index: number): string => surnames[index % surnames.length] ?? '';

/** The first names and surnames are few, as in life: an equality filter on them finds many. */
const givenNames = ['Ada', 'Grace', 'Hedy', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Ken', 'Margaret', 'Linus', 'Sophie', 'Dennis'];
const surnames = ['Lovelace', 'Hopper', 'Lamarr', 'Turing', 'Dijkstra', 'Liskov', 'Knuth', 'Perlman', 'Thompson', 'Hamilton', 'Wilson'];

/** A dozen groups: name and the share of the people in it; the smallest have some members whatever the number of people. */
const groups: readonly (readonly [name: string, share: number])[] = [
  ['helpers', 0.5],
  ['mailing', 0.25],
  ['keyholders', 0.1],
  ['electronics', 0.1],
  ['woodshop', 0.05],
  ['radio', 0.02],
  ['library', 0.01],
  ['network', 0.005],
  ['treasury', 0.002],
  ['board', 0.001],
  ['press', 0.0005],
];

/** {SSHA}, as slapd's administrators usually have it. The salt is the password's, so that the file is the same in each run. */
export function sshaOf(password: string): string {
  const salt = createHash('sha1').update(`salt of ${password}`).digest().subarray(0, 8);
  const digest = createHash('sha1').update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

/** What differs between the servers' files. */
export interface Flavour {
  /** slapadd runs no overlays: the values that memberof would keep are in the file, as in a dump made by slapcat */
  readonly memberOf: boolean;
  /** userPassword of person `index` */
  password(index: number): string;
}

const unusedPassword = sshaOf('nobody knows this one');
export const usualPassword = (index: number): string => (index < bindable ? sshaOf(passwordOf(index)) : unusedPassword);

function groupsOf(index: number, people: number): string[] {
  const found = isMember(index) ? ['members'] : [];
  groups.forEach(([name, share], at) => {
    if (isIn(at, index, Math.max(2, Math.round(people * share)), people)) found.push(name);
  });
  return found;
}

/** Every group starts somewhere else, so that few people are in all of them. */
const isIn = (group: number, index: number, size: number, people: number): boolean => (index + group * 811) % people < size;

/** The attributes of person `index`, without memberOf and objectClass's superclasses. */
export function personOf(index: number, password: string): [type: string, ...values: string[]][] {
  const given = givenNames[index % givenNames.length] ?? '';
  const surname = surnameOf(index);
  return [
    ['objectClass', 'inetOrgPerson'],
    ['uid', uidOf(index)],
    ['cn', `${given} ${surname} ${index}`],
    ['sn', surname],
    ['givenName', given],
    ['displayName', `${given} ${surname}`],
    ['mail', mailOf(index)],
    ['telephoneNumber', `+43 1 ${String(1000000 + index)}`],
    ['mobile', `+43 660 ${String(1000000 + index)}`],
    ['l', index % 3 === 0 ? 'Wien' : 'Graz'],
    ['preferredLanguage', index % 2 === 0 ? 'de' : 'en'],
    ['description', `member number ${index} of the club`],
    ['employeeNumber', String(index)],
    ['userPassword', password],
  ];
}

/** Writes the LDIF of `people` people and the dozen groups. Returns the number of entries. */
export function writeLdif(file: string, people: number, flavour: Flavour): number {
  const out = openSync(file, 'w');
  let text = '';
  let entries = 0;
  const entry = (dn: string, lines: readonly string[]): void => {
    text += `dn: ${dn}\n${lines.join('\n')}\n\n`;
    entries++;
    if (text.length > 1 << 20) {
      writeSync(out, text);
      text = '';
    }
  };
  entry(suffix, ['objectClass: dcObject', 'objectClass: organization', 'dc: example', 'o: Example']);
  for (const ou of ['people', 'groups']) entry(`ou=${ou},${suffix}`, ['objectClass: organizationalUnit', `ou: ${ou}`]);
  for (let index = 0; index < people; index++) {
    const lines = personOf(index, flavour.password(index)).flatMap(([type, ...values]) => values.map((value) => `${type}: ${value}`));
    if (flavour.memberOf) for (const name of groupsOf(index, people)) lines.push(`memberOf: cn=${name},ou=groups,${suffix}`);
    entry(personDn(index), lines);
  }
  const members = new Map<string, string[]>([['members', []], ...groups.map(([name]): [string, string[]] => [name, []])]);
  for (let index = 0; index < people; index++) {
    for (const name of groupsOf(index, people)) members.get(name)?.push(`member: ${personDn(index)}`);
  }
  for (const [name, lines] of members) entry(`cn=${name},ou=groups,${suffix}`, ['objectClass: groupOfNames', `cn: ${name}`, ...lines]);
  writeSync(out, text);
  closeSync(out);
  return entries;
}
