// A club in which every page of the site has something to show: long names, many values, things that wait.
import { Secret, TOTP } from 'otpauth';
import sharp from 'sharp';
import { makeLink } from '../../web/session/links.ts';
import { beginTotp, takeTotp, waitingTotp } from '../../web/session/totp.ts';
import { base, person } from './directory.ts';
import { goodPassword, startTestSite, type TestSite } from './site.ts';

const people = `ou=people,${base}`;

export interface FurnishedSite {
  readonly site: TestSite;
  /** Parameter of an address, like `:name`, or an address that needs more → what to ask for */
  readonly examples: Readonly<Record<string, string>>;
}

/** Ada of the board, bob who has filled in everything, cleo with a second factor, applicants, a member who was banned. */
async function everybody(): Promise<string> {
  const photo = await sharp({ create: { width: 480, height: 480, channels: 3, background: '#7a5a99' } })
    .jpeg()
    .toBuffer();
  const member = (uid: string, ...more: readonly string[]) =>
    person(uid, 'member', `userPassword: ${goodPassword}`, `mail: ${uid}@example.org`, ...more);
  return [
    member('ada', 'displayName: Ada Zimtstern', 'mosNick: countess', 'mosSkill: weaving'),
    member(
      'bob',
      'displayName: Robert Donaudampfschifffahrtsgesellschaftskapitänswitwenrente',
      'givenName: Robert',
      'mosNick: bob',
      'mosNick: the tables',
      `mosNick: ${'mammoth'.repeat(7)}`,
      `mosSkill: ${'mammoth'.repeat(8)}`,
      ...['soldering', 'welding', '3d-printing', 'amateur-radio', 'fermentation', 'retrocomputing'].map((each) => `mosSkill: ${each}`),
      'description: I weave, and I solder. Ask me about the loom.',
      'mosLink: https://example.org/a/very/long/address/that/goes/on/and/on/and/on/without/any/place/to/break?it=123456789',
      'mobile: +43 1 23456789',
      'homePostalAddress: Lange Gasse 1$1080 Wien',
      'mosBirthday: 1990-02-28',
      'mosJoined: 20190401000000Z',
      `jpegPhoto:: ${photo.toString('base64')}`,
      ...['uid', 'cn', 'displayName', 'mosSkill', 'description'].map((each) => `mosVisibility: ${each} public`),
    ),
    member('cleo'),
    ...Array.from({ length: 70 }, (_, nth) => person(`member${nth}`, 'member', `mosSkill: skill${nth}`)),
    person(
      'zoe',
      'applicant',
      'displayName: Zoë Anfang',
      'mail: zoe@example.net',
      'mosApplication: I weave.',
      `mosInvitedBy: uid=bob,${people}`,
    ),
    person('zed', 'applicant', 'mail: zed@example.net', 'mosMailActivated: FALSE'),
    person('eve', 'banned'),
    `dn: cn=board,ou=groups,${base}\nchangetype: modify\nadd: member\nmember: uid=ada,${people}\n-\n\n`,
    `dn: cn=weavers,ou=groups,${base}\nobjectClass: groupOfNames\nobjectClass: mosGroup\ncn: weavers\ndescription: Who weaves\nmember: uid=bob,${people}\nmail: weavers@example.org\n\n`,
    `dn: cn=door,ou=mail,${base}\nobjectClass: nisMailAlias\ncn: door\nrfc822MailMember: bob@example.org\n\n`,
    `dn: cn=hello,ou=mail,${base}\nobjectClass: mosMailAlias\nobjectClass: inetLocalMailRecipient\ncn: hello\nmailLocalAddress: hello@example.org\nmailLocalAddress: office@example.org\nmailRoutingAddress: board@example.org\n\n`,
    `dn: associatedDomain=example.org,ou=mail,${base}\nobjectClass: mosMailDomain\nassociatedDomain: example.org\n\n`,
  ].join('');
}

export async function furnishedSite(): Promise<FurnishedSite> {
  const site = await startTestSite(await everybody());
  const uuidOf = (uid: string) => site.directory.asRoot('test').find(`uid=${uid},${people}`).uuid;
  const bob = site.directory.as({ kind: 'entry', uuid: uuidOf('bob') }, '192.0.2.1');
  const set = (description: string, text: string) => ({
    operation: 'replace' as const,
    attribute: { description, values: [Buffer.from(text)] },
  });
  await bob.modify(bob.dn, [set('description', 'I weave, and I solder. Ask me about the loom, at night.')]);
  await bob.modify(bob.dn, [set('cn', 'Robert Tables')]);
  await bob.modify(bob.dn, [set('mail', 'robert@example.org')]);
  await site.directory.asRoot('test').modify(bob.dn, [set('mail', 'bobby@example.org')]);
  await bob.secrets.addAppPassword(uuidOf('bob'), { name: 'mail on the phone that I carry about', service: undefined });
  await beginTotp(site.site, uuidOf('bob'));
  await beginTotp(site.site, uuidOf('cleo'));
  const waiting = await waitingTotp(site.site, uuidOf('cleo'), { club: 'club', person: 'cleo' });
  const code = new TOTP({ secret: Secret.fromBase32(waiting?.secret ?? '') }).generate();
  await takeTotp(site.site, uuidOf('cleo'), code, 'first');
  const forgetful = await site.visitor();
  await forgetful.get('/forgot');
  await forgetful.post('/forgot', { name: 'bob' });
  await site.mails();
  const application = { uid: 'newcomer', givenName: 'New', sn: 'Comer', mail: 'new@example.net', message: '', language: 'en' };
  const dn = encodeURIComponent(bob.dn);
  return {
    site,
    examples: {
      '/reset/:token': `/reset/${await makeLink(site.site, { purpose: 'reset', entryUuid: uuidOf('bob'), hours: 1 })}`,
      '/join/:token': `/join/${await makeLink(site.site, { purpose: 'activate', data: application, hours: 1 })}`,
      '/board/people/:name/reset-factors': '/board/people/cleo/reset-factors',
      '/board/groups/:name': '/board/groups/weavers',
      '/board/groups/preview': '/board/groups/preview?filter=(mosSkill%3Dwelding)',
      '/directory': `/directory?dn=${dn}`,
      '/directory/edit': `/directory/edit?dn=${dn}`,
      '/directory/add': `/directory/add?parent=${encodeURIComponent(people)}&class=inetOrgPerson&class=mosMember`,
      ':name': 'bob',
      ':id': '1',
    },
  };
}
