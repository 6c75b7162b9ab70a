import type { AnsweredOp, ResponseControl, Result } from '../../directory/wire/messages.ts';

export interface ResultRow {
  readonly name: string;
  /** 7 when left out */
  readonly id?: number;
  readonly op: AnsweredOp;
  readonly result: Result;
  readonly controls?: readonly ResponseControl[];
  readonly hex: string;
}

export const results: readonly ResultRow[] = [
  { name: 'a bind that succeeded', op: 'bind', result: { kind: 'success' }, hex: '300c 020107 6107 0a0100 0400 0400' },
  { name: 'a search that is done', op: 'search', result: { kind: 'success' }, hex: '300c 020107 6507 0a0100 0400 0400' },
  { name: 'a modify', op: 'modify', result: { kind: 'success' }, hex: '300c 020107 6707 0a0100 0400 0400' },
  { name: 'an add', op: 'add', result: { kind: 'success' }, hex: '300c 020107 6907 0a0100 0400 0400' },
  { name: 'a delete', op: 'delete', result: { kind: 'success' }, hex: '300c 020107 6b07 0a0100 0400 0400' },
  { name: 'a rename', op: 'modifyDn', result: { kind: 'success' }, hex: '300c 020107 6d07 0a0100 0400 0400' },
  { name: 'a compare that is true', op: 'compare', result: { kind: 'compareTrue' }, hex: '300c 020107 6f07 0a0106 0400 0400' },
  { name: 'a compare that is false', op: 'compare', result: { kind: 'compareFalse' }, hex: '300c 020107 6f07 0a0105 0400 0400' },
  { name: 'an extended operation', op: 'extended', result: { kind: 'success' }, hex: '300c 020107 7807 0a0100 0400 0400' },
  {
    name: 'empty texts are like none',
    op: 'bind',
    result: { kind: 'invalidCredentials', matchedDn: '', text: '', referrals: [] },
    hex: '300c 020107 6107 0a0131 0400 0400',
  },
  {
    name: 'a matched DN and a text in UTF-8',
    op: 'search',
    result: { kind: 'noSuchObject', matchedDn: 'dc=ö', text: 'nö' },
    hex: '3014 020107 650f 0a0120 0405 64633dc3b6 0403 6ec3b6',
  },
  {
    name: 'referrals',
    op: 'add',
    result: { kind: 'referral', referrals: ['ldap://a', 'ldap://b'] },
    hex: '3022 020107 691d 0a010a 0400 0400 a314 0408 6c6461703a2f2f61 0408 6c6461703a2f2f62',
  },
  {
    name: 'SASL credentials of the server',
    op: 'bind',
    result: { kind: 'saslBindInProgress', serverCredentials: Buffer.from('x') },
    hex: '300f 020107 610a 0a010e 0400 0400 8701 78',
  },
  {
    name: 'empty SASL credentials',
    op: 'bind',
    result: { kind: 'saslBindInProgress', serverCredentials: Buffer.alloc(0) },
    hex: '300e 020107 6109 0a010e 0400 0400 8700',
  },
  {
    name: 'the name and the value of an extended response',
    op: 'extended',
    result: { kind: 'success', oid: '1.2', value: Buffer.from('v') },
    hex: '3014 020107 780f 0a0100 0400 0400 8a03 312e32 8b01 76',
  },
  {
    name: 'an empty value of an extended response',
    op: 'extended',
    result: { kind: 'success', value: Buffer.alloc(0) },
    hex: '300e 020107 7809 0a0100 0400 0400 8b00',
  },
  {
    name: 'controls with a value and without',
    op: 'delete',
    result: { kind: 'success' },
    controls: [{ oid: '1.2', value: Buffer.from('v') }, { oid: '1.3' }],
    hex: '301f 020107 6b07 0a0100 0400 0400 a011 3008 0403 312e32 0401 76 3005 0403 312e33',
  },
  { name: 'no controls', op: 'delete', result: { kind: 'success' }, controls: [], hex: '300c 020107 6b07 0a0100 0400 0400' },
  { name: 'a failed assertion (RFC 4528)', op: 'modify', result: { kind: 'assertionFailed' }, hex: '300c 020107 6707 0a017a 0400 0400' },
  {
    name: 'an authorization that is denied (RFC 4370)',
    op: 'modify',
    result: { kind: 'authorizationDenied' },
    hex: '300c 020107 6707 0a017b 0400 0400',
  },
  { name: 'a cancelled search (RFC 3909)', op: 'search', result: { kind: 'canceled' }, hex: '300c 020107 6507 0a0176 0400 0400' },
  { name: 'nothing to cancel', op: 'extended', result: { kind: 'noSuchOperation' }, hex: '300c 020107 7807 0a0177 0400 0400' },
  { name: 'too late to cancel', op: 'extended', result: { kind: 'tooLate' }, hex: '300c 020107 7807 0a0178 0400 0400' },
  { name: 'what can not be cancelled', op: 'extended', result: { kind: 'cannotCancel' }, hex: '300c 020107 7807 0a0179 0400 0400' },
  {
    name: 'a content synchronisation that must begin again (RFC 4533)',
    op: 'search',
    result: { kind: 'syncRefreshRequired' },
    hex: '300d 020107 6508 0a021000 0400 0400',
  },
  {
    name: 'a message ID of four bytes',
    id: 0x12345678,
    op: 'bind',
    result: { kind: 'busy' },
    hex: '300f 020412345678 6107 0a0133 0400 0400',
  },
];
