import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError, type ErrorKind } from '../../directory/model/errors.ts';
import {
  decodeAssertion,
  decodeAttributeSelection,
  decodeCancel,
  decodeMatchedValues,
  decodePagedResults,
  decodePasswordModify,
  decodePlain,
  decodeProxiedAuthorization,
  decodeSortRequest,
  decodeSubentries,
  encodePagedResults,
  encodePasswordModifyResponse,
  encodePasswordPolicy,
  encodeReadEntry,
  encodeSortResponse,
  refuseValue,
} from '../../directory/wire/controls.ts';
import { encodeAttribute } from '../../directory/wire/encode.ts';
import { decodeSyncRequest, encodeSyncDone, encodeSyncInfo, encodeSyncState } from '../../directory/wire/sync-controls.ts';
import { element, hex, octets, seeded } from './bytes.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

interface Row<T> {
  readonly name: string;
  readonly decode: (value: Buffer | undefined) => T;
  readonly hex: string | undefined;
  readonly means: T;
}
function row<T>(name: string, decode: (value: Buffer | undefined) => T, hexText: string | undefined, means: T): Row<T> {
  return { name, decode, hex: hexText, means };
}

/** What OpenLDAP's tools send, and variations. */
const values: readonly Row<unknown>[] = [
  row('the first page', decodePagedResults, '3005 020102 0400', { size: 2, cookie: bytes('') }),
  row('the next page', decodePagedResults, '3009 020203e8 0403 616263', { size: 1000, cookie: bytes('abc') }),
  row('an assertion', decodeAssertion, 'a30a 0403756964 0403616461', { kind: 'equality', attribute: 'uid', value: bytes('ada') }),
  row('attributes to read', decodeAttributeSelection, '3008 0402636e 0402736e', ['cn', 'sn']),
  row('all attributes to read', decodeAttributeSelection, '3000', []),
  row('two sort keys', decodeSortRequest, '302830200402736e80176361736549676e6f72654f72646572696e674d617463688101ff30040402636e', [
    { attribute: 'sn', rule: 'caseIgnoreOrderingMatch', reverse: true },
    { attribute: 'cn', rule: undefined, reverse: false },
  ]),
  row('an authorization identity', decodeProxiedAuthorization, '646e3a7569643d626f62', 'dn:uid=bob'),
  row('an anonymous authorization identity', decodeProxiedAuthorization, '', ''),
  row('matched values', decodeMatchedValues, '300d a40b 04046d61696c 3003 820178', [
    { kind: 'substrings', attribute: 'mail', any: [], final: bytes('x') },
  ]),
  row('subentries alone', decodeSubentries, '0101ff', true),
  row('all but subentries', decodeSubentries, '010100', false),
  row('a password change with everything', decodePasswordModify, '301e80127569643d6164612c64633d6578616d706c6581036f6c6482036e6577', {
    userIdentity: bytes('uid=ada,dc=example'),
    oldPassword: bytes('old'),
    newPassword: bytes('new'),
  }),
  row('a password change with a new password alone', decodePasswordModify, '3005 82036e6577', {
    userIdentity: undefined,
    oldPassword: undefined,
    newPassword: bytes('new'),
  }),
  row('a password change that leaves all to the server', decodePasswordModify, undefined, {
    userIdentity: undefined,
    oldPassword: undefined,
    newPassword: undefined,
  }),
  row('a cancel', decodeCancel, '3003 020107', 7),
  row('a sync from the beginning', decodeSyncRequest, '3003 0a0101', { mode: 'refreshOnly', cookie: undefined, reloadHint: false }),
  row('a sync that goes on', decodeSyncRequest, '300b 0a0103 0403 616263 0101ff', {
    mode: 'refreshAndPersist',
    cookie: bytes('abc'),
    reloadHint: true,
  }),
  row('a sync with a hint alone', decodeSyncRequest, '3006 0a0103 0101ff', {
    mode: 'refreshAndPersist',
    cookie: undefined,
    reloadHint: true,
  }),
  row('a password change with something of a later version', decodePasswordModify, '3004 8a02 6162', {
    userIdentity: undefined,
    oldPassword: undefined,
    newPassword: undefined,
  }),
];

for (const { name, decode, hex: text, means } of values) {
  test(`a value is read: ${name}`, () => assert.equal(decode(text === undefined ? undefined : hex(text)), means));
}

const sortKeys = (count: number): string => element(0x30, ...Array<Buffer>(count).fill(element(0x30, octets('a')))).toString('hex');

const wrong: readonly { name: string; decode: (value: Buffer | undefined) => unknown; hex: string | undefined; kind?: ErrorKind }[] = [
  { name: 'a page without a value', decode: decodePagedResults, hex: undefined },
  { name: 'a page of nothing', decode: decodePagedResults, hex: '' },
  { name: 'a page without a cookie', decode: decodePagedResults, hex: '3003 020102' },
  { name: 'a page of negative size', decode: decodePagedResults, hex: '3005 0201ff 0400' },
  { name: 'a page with something behind it', decode: decodePagedResults, hex: '3005 020102 0400 00' },
  { name: 'a page of an indefinite length', decode: decodePagedResults, hex: '3080 020102 0400 0000' },
  { name: 'an assertion that is no filter', decode: decodeAssertion, hex: '0401 61' },
  { name: 'two assertions', decode: decodeAssertion, hex: '8701 61 8701 62' },
  { name: 'no attribute selection', decode: decodeAttributeSelection, hex: '0402636e' },
  {
    name: 'a huge attribute selection',
    decode: decodeAttributeSelection,
    hex: `30820fa0${'0400'.repeat(2000)}`,
    kind: 'adminLimitExceeded',
  },
  { name: 'a sort without a key', decode: decodeSortRequest, hex: '3000' },
  { name: 'a sort by too many keys', decode: decodeSortRequest, hex: sortKeys(17), kind: 'adminLimitExceeded' },
  { name: 'an authorization without a value', decode: decodeProxiedAuthorization, hex: undefined },
  { name: 'matched values without a filter', decode: decodeMatchedValues, hex: '3000' },
  { name: 'matched values with a not', decode: decodeMatchedValues, hex: '3004 a102 8700', kind: 'adminLimitExceeded' },
  { name: 'matched values with an empty and', decode: decodeMatchedValues, hex: '3002 a000' },
  { name: 'subentries without a value', decode: decodeSubentries, hex: undefined },
  { name: 'a password change that is no sequence', decode: decodePasswordModify, hex: '0400' },
  { name: 'a password change in the wrong order', decode: decodePasswordModify, hex: '3004 8200 8000' },
  { name: 'a cancel without a number', decode: decodeCancel, hex: '3000' },
  { name: 'a sync of mode 2', decode: decodeSyncRequest, hex: '3003 0a0102' },
  { name: 'a value where there is none', decode: (value) => refuseValue(value, 'the control'), hex: '' },
];

for (const { name, decode, hex: text, kind } of wrong) {
  test(`a value is refused: ${name}`, () => {
    assert.throws(
      () => decode(text === undefined ? undefined : hex(text)),
      (error: unknown) => error instanceof DirectoryError && error.kind === (kind ?? 'protocolError'),
    );
  });
}

test('a mutated value is read or refused', () => {
  const random = seeded(2696);
  for (let round = 0; round < 20_000; round++) {
    const { decode, hex: text } = values[Math.floor(random() * values.length)] ?? {};
    const mutated = hex(text ?? '');
    for (let times = 0; times < 2 && mutated.length > 0; times++)
      mutated[Math.floor(random() * mutated.length)] = Math.floor(random() * 256);
    try {
      decode?.(mutated);
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
    }
  }
});

const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const uuidHex = `0410${uuid.toString('hex')}`;
const image = Buffer.concat([bytes('cn=a'), encodeAttribute('cn', [bytes('a')])]);

const answers: readonly { name: string; value: Buffer; hex: string }[] = [
  { name: 'a last page', value: encodePagedResults({ size: 0, cookie: bytes('') }), hex: '3005 020100 0400' },
  { name: 'a page of 1,000', value: encodePagedResults({ size: 1000, cookie: bytes('abc') }), hex: '3009 020203e8 0403 616263' },
  { name: 'an image', value: encodeReadEntry(image, 4, [4, image.length], []), hex: '6413 0404 636e3d61 300b 3009 0402636e 3103 0401 61' },
  { name: 'a sort that was done', value: encodeSortResponse('success'), hex: '3003 0a0100' },
  { name: 'a sort by what does not exist', value: encodeSortResponse('noSuchAttribute', 'x'), hex: '3006 0a0110 8001 78' },
  { name: 'a password policy without a word', value: encodePasswordPolicy({}), hex: '3000' },
  {
    name: 'a password that expires',
    value: encodePasswordPolicy({ warning: { kind: 'timeBeforeExpiration', value: 3600 } }),
    hex: '3006 a004 80020e10',
  },
  {
    name: 'a grace bind with an error',
    value: encodePasswordPolicy({ warning: { kind: 'graceAuthentications', value: 2 }, error: 'changeAfterReset' }),
    hex: '3008 a003 810102 810102',
  },
  { name: 'a locked account', value: encodePasswordPolicy({ error: 'accountLocked' }), hex: '3003 810101' },
  { name: 'a password that was made up', value: encodePasswordModifyResponse(bytes('abc')), hex: '3005 8003 616263' },
  { name: 'an entry that is there', value: encodeSyncState('present', uuid), hex: `3015 0a0100 ${uuidHex}` },
  {
    name: 'an entry that is gone, with a cookie',
    value: encodeSyncState('delete', uuid, bytes('c')),
    hex: `3018 0a0103 ${uuidHex} 0401 63`,
  },
  { name: 'a sync that is done', value: encodeSyncDone(bytes('c'), true), hex: '3006 0401 63 0101ff' },
  { name: 'a sync that is done without a word', value: encodeSyncDone(undefined, false), hex: '3000' },
  { name: 'a new cookie', value: encodeSyncInfo({ kind: 'newCookie', cookie: bytes('c') }), hex: '8001 63' },
  {
    name: 'the end of the delete phase',
    value: encodeSyncInfo({ kind: 'refreshDelete', cookie: bytes('c'), refreshDone: true }),
    hex: 'a103 0401 63',
  },
  { name: 'the middle of a refresh', value: encodeSyncInfo({ kind: 'refreshPresent', refreshDone: false }), hex: 'a203 010100' },
  {
    name: 'a set of entries that are gone',
    value: encodeSyncInfo({ kind: 'idSet', refreshDeletes: true, uuids: [uuid, uuid] }),
    hex: `a329 0101ff 3124 ${uuidHex} ${uuidHex}`,
  },
];

for (const { name, value, hex: text } of answers) {
  test(`a value is written: ${name}`, () => assert.is(value.toString('hex'), hex(text).toString('hex')));
}

for (const { text, means } of [
  { text: '\0ada\0secret', means: ['', 'ada', 'secret'] },
  { text: 'bob\0ada\0secret', means: ['bob', 'ada', 'secret'] },
  { text: '\0áda\0pässword', means: ['', 'áda', 'pässword'] },
  { text: '\0\0', means: ['', '', ''] },
  { text: '', means: undefined },
  { text: 'ada', means: undefined },
  { text: '\0ada', means: undefined },
  { text: '\0ada\0sec\0ret', means: undefined },
]) {
  test(`SASL PLAIN ${JSON.stringify(text)} is ${means === undefined ? 'refused' : 'read'}`, () => {
    if (means === undefined) return assert.throws(() => decodePlain(bytes(text)), /PLAIN/);
    const { authorizationId, authenticationId, password } = decodePlain(bytes(text));
    assert.equal([authorizationId, authenticationId, password.toString()], means);
  });
}

test('SASL PLAIN without a message is refused', () => assert.throws(() => decodePlain(undefined), /PLAIN/));

test.run();
