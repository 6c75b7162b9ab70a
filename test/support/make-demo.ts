/**
 * Makes ldif/demo.ldif: a club that does not exist. The same seed gives the same file:
 * node --import tsx test/support/make-demo.ts > ldif/demo.ldif
 */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash as argon2 } from '@node-rs/argon2';
import { printEntry } from '../../ldif/print.ts';
import { packageFolder } from '../../settings/package-root.ts';
import { portrait } from './portrait.ts';

const base = 'dc=example,dc=org';
const memberPassword = 'demo-password';
const servicePassword = 'demo-service';

let state = 20260101;
function random(): number {
  // mulberry32
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
function pick<T>(list: readonly T[]): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('an empty list');
  return found;
}
const chance = (share: number): boolean => random() < share;
const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

const given = `Ada Aisha Akira Alena Alžběta Amélie Anouk Anselm Antonín Ariane Arvid Aylin Bára Beatriz Benedikt Birgit Björn Božena Branka
Bruno Camille Carmen Cécile Chiara Ciarán Clemens Côme Dagmar Danijel Darya Davor Delphine Dilek Dušan Ebru Eduard Eilidh Elif Emese
Emília Enya Erzsébet Esra Eun-ji Fabienne Farid Fatima Ferdinand Filip Finn Florence Franka Friedrich Gábor Geneviève Giulia Gökhan
Goran Grzegorz Güneş Halina Hana Haruki Hedwig Helmut Ignác Ilse Imre Ines Ingrid Irina Isolde Jadwiga Jakob Jaroslav Jens Jiří Joëlle
Jolanta Jürgen Kaan Kateřina Kerstin Klára Krzysztof Lars Léa Leopold Levente Liv Ljubica Lorenz Ludmila Lukáš Magdalena Małgorzata
Marek Márta Matthäus Mei Mila Milan Miroslav Nadia Natálie Nela Nikola Noémie Nora Oğuz Olga Ondřej Oskar Ottilie Paweł Petra Pınar
Quentin Radek Rania Renée Rosa Roswitha Ruben Sára Selim Sigrid Siobhán Sofia Søren Stanisław Sunniva Svenja Şebnem Tadeusz Tamás Théo
Tomáš Ulrike Ursula Václav Valentin Veronika Viktória Wendelin Wiktor Xaver Yasmin Yuki Yvonne Zahra Zdeněk Zeynep Živa Zoltán Zoé`.split(
  /\s+/,
);
const family = `Abendroth Ackerbauer Aldanova Amsüss Bergström Birnstingl Blaha Borowczyk Brunnhuber Čapková Castellan Dąbrowik Demirhan
Drechsel Dvorakova Ebenstreit Eisenzopf Erdélyfi Falkensammer Ferreirinha Fiala Flugfeld Gänsdorfer Gebrüder Głowiński Grünspan Hájková
Hallgrímsdóttir Hirschvogel Holzapfel Horváthné Hradil İlkbahar Immervoll Jägersberger Jankowicz Jelínková Kadlecová Kaltenegger
Karahanoğlu Kirchschlag Klöpfer Kovalenko Krautgartner Kreuzpointner Krumpholz Kubíčková Lachenmaier Lázárová Lindqvist Löwenherz
Maciejka Mühlbach Müllegger Nachtigall Nádasi Neunkirch Nordlicht Novotná Obermoser Ørnskov Öztürkmen Palfinger Papadimas Petersilka
Pfeffermühl Pichlmair Polívka Quittenbaum Rabenstein Regenfelder Říhová Rosskopf Rührnössl Sauerteig Schlüsselberg Schnürsenkel
Schrammel Sedláčková Silberling Šimáčková Sonnleithner Stöckelmaier Svobodník Szabóki Tannhäuser Tischlinger Třešňák Trauttenberg
Ünalan Unterweger Vacek Vlková Vogelsang Wachtelhofer Weißensteiner Windbichler Wójtowicz Yamaguchi-Berg Yıldıray Zauner Zelenková
Zimtstern Żurawska Zwetschkenbaum`.split(/\s+/);
const skills = `soldering 3d-printing lasercutting sewing woodwork cnc welding amateur-radio lockpicking photography python rust fpga
analog-synths baking fermentation networking typescript openstreetmap screenprinting bookbinding drones pcb-design juggling first-aid
accounting bicycle-repair microscopy sourdough retrocomputing`.split(/\s+/);
const nouns = [
  'a vintage oscilloscope',
  'too many Raspberry Pis',
  'a loom that runs Linux',
  'the best coffee at 3 a.m.',
  'a label printer',
  'a theremin',
  'a bag of unsorted resistors',
  'a telescope',
  'a knitting machine',
  'the key to the basement',
];
const doings = [
  'repairs',
  'collects',
  'argues about',
  'writes firmware for',
  'documents',
  'takes apart',
  'names things after',
  'dreams of',
  'gives workshops on',
  'has strong opinions on',
];
const things = [
  'toasters',
  'e-ink displays',
  'vim',
  'old telephones',
  'tensegrity',
  'tape loops',
  'mechanical keyboards',
  'compost',
  'obscure fonts',
  'microcontrollers',
  'Esperanto',
  'cable management',
  'synthesizers',
  'sundials',
];
const streets = ['Lötkolbengasse', 'Am Schraubstock', 'Platinenweg', 'Röhrenplatz', 'Kondensatorstraße', 'Hinter der Drehbank'];
const shells = ['/bin/bash', '/bin/bash', '/bin/zsh', '/usr/bin/fish'];

interface Person {
  readonly uid: string;
  readonly status: string;
  readonly lines: readonly (readonly [string, string | Buffer])[];
}

const plain = (text: string): string =>
  text
    .replace(/ß/g, 'ss')
    .replace(/[äÄ]/g, 'ae')
    .replace(/[öÖøØ]/g, 'oe')
    .replace(/[üÜ]/g, 'ue')
    .replace(/[łŁ]/g, 'l')
    .replace(/[ıİ]/g, 'i')
    .normalize('NFD')
    .replace(/[^A-Za-z-]/g, '')
    .toLowerCase();

const taken = new Set<string>();
function uidFor(first: string, last: string): string {
  const name = plain(first).replace(/-/g, '');
  for (const uid of [name, `${name}${plain(last).slice(0, 1)}`, `${name}${plain(last).slice(0, 3)}`, `${name}.${plain(last)}`]) {
    if (!taken.has(uid)) {
      taken.add(uid);
      return uid;
    }
  }
  throw new Error(`no user name left for ${first} ${last}`);
}

/** Bytes that look random and are the same each time. */
const bytes = (of: string, length: number): Buffer => createHash('sha512').update(of).digest().subarray(0, length);

function sshKey(uid: string): string {
  const part = (data: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  return `ssh-ed25519 ${Buffer.concat([part(Buffer.from('ssh-ed25519')), part(bytes(`ssh ${uid}`, 32))]).toString('base64')} ${uid}@laptop`;
}

/** A password that everybody knows needs no salt that nobody can guess. */
const current = async (password: string, of: string): Promise<string> =>
  `{ARGON2}${await argon2(password, { memoryCost: 19456, timeCost: 2, parallelism: 1, salt: bytes(`salt ${of}`, 16) })}`;

/** Hashes as other systems leave them behind, so that moving in can be tried. */
const imported: Readonly<Record<string, (uid: string) => string>> = {
  ssha: (uid) =>
    `{SSHA}${Buffer.concat([createHash('sha1').update(memberPassword).update(bytes(uid, 8)).digest(), bytes(uid, 8)]).toString('base64')}`,
  ssha512: (uid) =>
    `{SSHA512}${Buffer.concat([createHash('sha512').update(memberPassword).update(bytes(uid, 8)).digest(), bytes(uid, 8)]).toString('base64')}`,
  django: (uid) => `pbkdf2_sha256$20000$${uid}salt$${pbkdf2Sync(memberPassword, `${uid}salt`, 20000, 32, 'sha256').toString('base64')}`,
};

const statuses = [
  ...Array<string>(220).fill('member'),
  ...Array<string>(25).fill('applicant'),
  ...Array<string>(40).fill('alumni'),
  ...Array<string>(5).fill('banned'),
  ...Array<string>(10).fill('honorary'),
];

async function person(index: number): Promise<Person> {
  const [first, last] = index === 0 ? ['Ada', 'Nachtigall'] : [pick(given), pick(family)];
  const uid = uidFor(first, last);
  const status = index < 40 ? 'member' : (statuses[index] ?? 'member');
  const year = between(2006, status === 'applicant' ? 2026 : 2025);
  const joined = `${status === 'applicant' ? 2026 : year}${String(between(1, status === 'applicant' ? 10 : 12)).padStart(2, '0')}${String(between(1, 28)).padStart(2, '0')}180000Z`;
  const lines: [string, string | Buffer][] = [
    ...['inetOrgPerson', 'mosMember', 'posixAccount', 'inetLocalMailRecipient', ...(index % 4 === 0 ? ['ldapPublicKey'] : [])].map(
      (name): [string, string] => ['objectClass', name],
    ),
    ['uid', uid],
    ['cn', `${first} ${last}`],
    ['givenName', first],
    ['sn', last],
    ['displayName', chance(0.6) ? first : `${first} ${last}`],
    ['mail', `${uid}@example.org`],
    ['mailLocalAddress', `${plain(first)}.${plain(last)}@example.org`],
    ['mosStatus', `cn=${status},ou=statuses,${base}`],
    ['mosJoined', joined],
    ['mosMailActivated', status === 'applicant' && chance(0.4) ? 'FALSE' : 'TRUE'],
    ['uidNumber', String(10000 + index)],
    ['gidNumber', '10000'],
    ['homeDirectory', `/home/${uid}`],
    ['loginShell', pick(shells)],
  ];
  if (status === 'alumni') lines.push(['mosLeft', `${Math.min(year + between(1, 8), 2026)}0630120000Z`]);
  if (chance(0.7)) lines.push(['mobile', `+43 699 ${between(1000, 9999)} ${between(1000, 9999)}`]);
  if (chance(0.2)) lines.push(['telephoneNumber', `+43 1 ${between(200, 999)} ${between(10, 99)} ${between(10, 99)}`]);
  if (chance(0.3)) lines.push(['homePostalAddress', `${pick(streets)} ${between(1, 90)}$${between(1, 23) * 10 + 1000} Wien`]);
  if (chance(0.8))
    lines.push([
      'description',
      chance(0.5)
        ? `${first} ${pick(doings)} ${pick(things)} and owns ${pick(nouns)}.`
        : `Usually found near ${pick(nouns)}; ${pick(doings)} ${pick(things)}.`,
    ]);
  for (const skill of new Set([pick(skills), pick(skills), pick(skills)].slice(0, between(0, 3)))) lines.push(['mosSkill', skill]);
  if (chance(0.3)) lines.push(['mosLink', `https://${uid}.example.net/ blog`]);
  if (chance(0.5)) lines.push(['mosWikiName', uid.charAt(0).toUpperCase() + uid.slice(1)]);
  if (chance(0.4)) lines.push(['mosBirthday', `${String(between(1, 12)).padStart(2, '0')}-${String(between(1, 28)).padStart(2, '0')}`]);
  lines.push(['mosListMember', chance(0.8) ? 'TRUE' : 'FALSE']);
  if (chance(0.25)) lines.push(['mosVisibility', 'displayName public'], ['mosVisibility', 'mosSkill public']);
  if (chance(0.2)) lines.push(['mosVisibility', 'mobile members']);
  if (index % 4 === 0) lines.push(['sshPublicKey', sshKey(uid)]);
  // of the seeds that were tried, this one's faces go best with the names
  if (index % 10 === 0) lines.push(['jpegPhoto', await portrait(bytes(`portrait 272 ${uid}`, 64))]);
  const schemes = Object.values(imported);
  const old = index >= 1 && index <= 6 ? schemes[(index - 1) % schemes.length] : undefined;
  lines.push(['userPassword', old === undefined ? await current(memberPassword, uid) : old(uid)]);
  return { uid, status, lines };
}

const dnOf = (uid: string): string => `uid=${uid},ou=people,${base}`;

function entry(dn: string, lines: readonly (readonly [string, string | Buffer])[]): string {
  const attributes = new Map<string, Buffer[]>();
  for (const [name, value] of lines) attributes.set(name, [...(attributes.get(name) ?? []), Buffer.from(value)]);
  return printEntry({ dn, attributes: [...attributes].map(([description, values]) => ({ description, values })) });
}

function group(name: string, description: string, members: readonly string[], mail = `${name}@example.org`): string {
  return entry(`cn=${name},ou=groups,${base}`, [
    ['objectClass', 'groupOfNames'],
    ['objectClass', 'mosGroup'],
    ['cn', name],
    ['description', description],
    ['mail', mail],
    ...members.map((dn): [string, string] => ['member', dn]),
  ]);
}

async function service(name: string, description: string, grants: readonly string[]): Promise<string> {
  return entry(`cn=${name},ou=services,${base}`, [
    ...['applicationProcess', 'simpleSecurityObject', 'mosService'].map((each): [string, string] => ['objectClass', each]),
    ['cn', name],
    ['description', description],
    ['userPassword', await current(servicePassword, name)],
    ...grants.map((grant): [string, string] => ['mosGrant', grant]),
  ]);
}

const people: Person[] = [];
for (let index = 0; index < 300; index++) people.push(await person(index));
const members = people.filter(({ status }) => status === 'member').map(({ uid }) => uid);
const some = (count: number): string[] => [...new Set(Array.from({ length: count * 2 }, () => pick(members)))].slice(0, count).map(dnOf);
const ada = dnOf(people[0]?.uid ?? '');
const withHash = (of: number): string => [of, of + 3].map((index) => people[index]?.uid).join(', ');

const baseLdif = readFileSync(join(packageFolder, 'ldif', 'base.ldif'), 'utf8').replace(/^version: 1\n\n/, '');
/** board and helpers get their members here */
const frame = baseLdif
  .replace('o: The club', 'o: Flux Hackspace')
  .split('\n\n')
  .filter((record) => !/^dn: cn=(?:board|helpers),/.test(record.trim()))
  .map((record) => record.trim())
  .join('\n\n');

const everyone = 'ou=people (objectClass=mosMember)';
process.stdout.write(`version: 1
# Flux Hackspace, a club that does not exist: ${people.length} people, groups, services and mail. All names are made up.
# Members have the password ${memberPassword}, services ${servicePassword}.
# Old hashes that are renewed at the first login: {SSHA} ${withHash(1)}; {SSHA512} ${withHash(2)}; Django's ${withHash(3)}.

${frame}

${people.map(({ uid, lines }) => entry(dnOf(uid), lines)).join('')}`);
process.stdout.write(
  [
    group('board', 'Elected to run the club', [ada, ...some(5).filter((dn) => dn !== ada)]),
    group('helpers', 'Help the board with its work and see what it sees', some(12)),
    group('infra-core', 'Hold the root passwords', [ada, ...some(3).filter((dn) => dn !== ada)]),
    group('infra', 'Keep servers and network alive', [`cn=infra-core,ou=groups,${base}`, ...some(8)]),
    group('wiki-admins', 'Look after the wiki', [`cn=infra-core,ou=groups,${base}`, ...some(2)]),
    group('kitchen', 'Know where the clean cups are', some(15)),
    group('workshop', 'May run the dangerous machines', some(40)),
    group('laser', 'Trained on the laser cutter', some(25)),
    group('press', 'Talk to newspapers', some(4)),
    entry(`cn=soldering,ou=groups,${base}`, [
      ['objectClass', 'groupOfURLs'],
      ['objectClass', 'mosGroup'],
      ['cn', 'soldering'],
      ['description', 'Everybody who says that they can solder'],
      ['mail', 'soldering@example.org'],
      ['memberURL', `ldap:///ou=people,${base}??sub?(mosSkill=soldering)`],
    ]),
    await service('dovecot', 'IMAP: looks people up and binds as them', [
      `${everyone} | objectClass, uid, mail, mailLocalAddress, mosStatus, memberOf | read`,
    ]),
    await service('postfix', 'Mail routing', [
      `${everyone} | objectClass, uid, mail, mailLocalAddress, mailRoutingAddress, mosStatus | read`,
      'ou=groups | * | read',
      'ou=mail | * | read',
    ]),
    await service('ejabberd', 'XMPP: people, roster, vCards, password changes', [
      `${everyone} | objectClass, uid, cn, sn, givenName, displayName, mail, jpegPhoto, mosStatus, memberOf | read`,
      `${everyone} | userPassword | write`,
      'ou=groups | * | read',
    ]),
    await service('mediawiki', 'The wiki', [
      `${everyone} | objectClass, uid, cn, displayName, mail, mosWikiName, mosStatus, memberOf | read`,
      'ou=groups | * | read',
    ]),
    await service('mailman', 'Mailing lists', [
      `${everyone} | objectClass, uid, cn, displayName, mail, mosListMember, mosListAddress, mosStatus | read`,
    ]),
    entry(`associatedDomain=example.org,ou=mail,${base}`, [
      ['objectClass', 'mosMailDomain'],
      ['associatedDomain', 'example.org'],
      ['description', 'The club itself'],
    ]),
    entry(`cn=hello,ou=mail,${base}`, [
      ['objectClass', 'mosMailAlias'],
      ['objectClass', 'inetLocalMailRecipient'],
      ['cn', 'hello'],
      ['mailLocalAddress', 'hello@example.org'],
      ['mailLocalAddress', 'office@example.org'],
      ['mailRoutingAddress', 'board@example.org'],
    ]),
    entry(`cn=webmaster,ou=mail,${base}`, [
      ['objectClass', 'mosMailAlias'],
      ['objectClass', 'inetLocalMailRecipient'],
      ['cn', 'webmaster'],
      ['mailLocalAddress', 'webmaster@example.org'],
      ['mailLocalAddress', 'postmaster@example.org'],
      ['mailRoutingAddress', 'infra@example.org'],
    ]),
    entry(`cn=door,ou=mail,${base}`, [
      ['objectClass', 'nisMailAlias'],
      ['cn', 'door'],
      ...some(3).map((dn): [string, string] => ['rfc822MailMember', `${/^uid=([^,]+)/.exec(dn)?.[1]}@example.org`]),
    ]),
  ].join(''),
);
