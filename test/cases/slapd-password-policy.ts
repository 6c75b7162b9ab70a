// Stories of one person under one policy, played on slapd's ppolicy and on MOS. The administrator has set "first password".

export type PolicyStep =
  | readonly ['bind', password: string]
  | readonly ['replace', fresh: string]
  | readonly ['exchange', old: string, fresh: string]
  | readonly ['remove']
  /** RFC 3062; no old one when it is empty */
  | readonly ['passmod', old: string, fresh: string]
  | readonly ['look']
  | readonly ['whoami']
  | readonly ['rename']
  /** By the administrator */
  | readonly ['reset', fresh: string]
  | readonly ['set', attribute: string, ...values: string[]]
  | readonly ['wait', milliseconds: number]
  /** How many values these have */
  | readonly ['count', ...attributes: string[]];

export interface PolicyCase {
  readonly name: string;
  readonly policy: Readonly<Record<string, string>>;
  readonly steps: readonly PolicyStep[];
  /** Where MOS answers otherwise on purpose: those of its lines that differ, and why */
  readonly ours?: readonly string[];
  readonly because?: string;
}

const first = 'first password';
const second = 'second password';
const third = 'third password';

export const policyCases: readonly PolicyCase[] = [
  { name: 'nothing to say', policy: {}, steps: [['bind', first], ['look'], ['bind', 'wrong'], ['bind', first]] },
  {
    name: 'quality is off unless it is asked for',
    policy: { pwdMinLength: '12' },
    steps: [
      ['bind', first],
      ['replace', 'short'],
    ],
  },
  {
    name: 'too short',
    policy: { pwdCheckQuality: '1', pwdMinLength: '12' },
    steps: [
      ['bind', first],
      ['replace', 'short'],
      ['exchange', first, 'short'],
      ['passmod', first, 'short'],
      ['bind', first],
    ],
  },
  {
    name: 'a hash where it need not be checked',
    policy: { pwdCheckQuality: '1', pwdMinLength: '12' },
    steps: [
      ['bind', first],
      ['replace', '{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3'],
      ['count', 'userPassword'],
    ],
  },
  {
    name: 'a hash where all is checked',
    policy: { pwdCheckQuality: '2', pwdMinLength: '12' },
    steps: [
      ['bind', first],
      ['replace', '{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3'],
    ],
  },
  {
    name: 'the administrator is not judged',
    policy: { pwdCheckQuality: '2', pwdMinLength: '12', pwdInHistory: '3' },
    steps: [
      ['reset', 'short'],
      ['reset', first],
      ['bind', first],
    ],
  },
  {
    name: 'history',
    policy: { pwdInHistory: '2' },
    steps: [
      ['bind', first],
      ['replace', first],
      ['exchange', first, second],
      ['exchange', second, first],
      ['exchange', second, third],
      ['exchange', third, first],
      ['exchange', third, 'fourth password'],
      ['exchange', 'fourth password', first],
      ['count', 'pwdHistory'],
    ],
  },
  {
    name: 'without a history the same again',
    policy: {},
    steps: [
      ['bind', first],
      ['exchange', first, first],
      ['count', 'pwdHistory'],
    ],
  },
  {
    name: 'changed with the extended operation',
    policy: { pwdInHistory: '2' },
    steps: [
      ['bind', first],
      ['passmod', first, second],
      ['passmod', second, first],
      ['passmod', 'wrong', third],
      ['bind', second],
    ],
  },
  {
    name: 'too young',
    policy: { pwdMinAge: '100' },
    steps: [
      ['bind', first],
      ['replace', second],
      ['passmod', first, second],
      ['reset', second],
      ['bind', second],
    ],
  },
  {
    name: 'old enough',
    policy: { pwdMinAge: '1' },
    steps: [
      ['wait', 2100],
      ['bind', first],
      ['exchange', first, second],
      ['exchange', second, third],
    ],
  },
  {
    name: 'nobody changes their own',
    policy: { pwdAllowUserChange: 'FALSE' },
    steps: [
      ['bind', first],
      ['replace', second],
      ['passmod', first, second],
      ['bind', first],
    ],
  },
  {
    name: 'the old one is needed',
    policy: { pwdSafeModify: 'TRUE' },
    steps: [
      ['bind', first],
      ['replace', second],
      ['passmod', '', second],
      ['exchange', 'wrong', second],
      ['exchange', first, second],
      ['passmod', second, third],
      ['bind', third],
    ],
    ours: ['passmod  second password: 53 3003810104'],
    because:
      'by the extended operation one never changes their own password without the old one, whatever the policy, and the code is the same',
  },
  {
    name: 'a wrong old one in a modify',
    policy: {},
    steps: [
      ['bind', first],
      ['exchange', 'wrong', second],
      ['bind', first],
    ],
  },
  {
    name: 'to be changed after a reset',
    policy: { pwdMustChange: 'TRUE' },
    steps: [
      ['set', 'pwdReset', 'TRUE'],
      ['bind', first],
      ['look'],
      ['whoami'],
      ['rename'],
      ['passmod', first, second],
      ['look'],
      ['count', 'pwdReset'],
      ['bind', second],
    ],
    ours: ['look: 50 3003810102', 'rename: 50 3003810102'],
    because: 'the draft (§8.1.2.2) names changeAfterReset; slapd says why only at the bind',
  },
  {
    name: 'to be changed after a reset, by modify',
    policy: { pwdMustChange: 'TRUE' },
    steps: [['set', 'pwdReset', 'TRUE'], ['bind', first], ['replace', second], ['count', 'pwdReset'], ['look']],
  },
  {
    name: 'a mark of reset without the rule',
    policy: {},
    steps: [['set', 'pwdReset', 'TRUE'], ['bind', first], ['look']],
  },
  {
    name: 'locked after failures',
    policy: { pwdLockout: 'TRUE', pwdMaxFailure: '3' },
    steps: [
      ['bind', 'wrong'],
      ['bind', 'wrong'],
      ['bind', 'wrong'],
      ['count', 'pwdAccountLockedTime', 'pwdFailureTime'],
      ['bind', first],
      ['bind', 'wrong'],
      ['reset', second],
      ['count', 'pwdAccountLockedTime', 'pwdFailureTime'],
      ['bind', second],
    ],
  },
  {
    name: 'not locked when a right one comes between',
    policy: { pwdLockout: 'TRUE', pwdMaxFailure: '2' },
    steps: [
      ['bind', 'wrong'],
      ['bind', first],
      ['bind', 'wrong'],
      ['bind', first],
    ],
  },
  {
    name: 'a lock that ends',
    policy: { pwdLockout: 'TRUE', pwdMaxFailure: '2', pwdLockoutDuration: '1' },
    steps: [
      ['bind', 'wrong'],
      ['bind', 'wrong'],
      ['bind', first],
      ['wait', 2100],
      ['bind', first],
      ['count', 'pwdAccountLockedTime', 'pwdFailureTime'],
    ],
  },
  {
    name: 'failures far apart',
    policy: { pwdLockout: 'TRUE', pwdMaxFailure: '2', pwdFailureCountInterval: '1' },
    steps: [
      ['bind', 'wrong'],
      ['wait', 2100],
      ['bind', 'wrong'],
      ['bind', first],
    ],
  },
  {
    name: 'locked for ever by hand',
    policy: { pwdLockout: 'TRUE' },
    steps: [
      ['set', 'pwdAccountLockedTime', '000001010000Z'],
      ['bind', first],
      ['set', 'pwdAccountLockedTime'],
      ['bind', first],
    ],
  },
  {
    name: 'no lock without pwdLockout',
    policy: { pwdMaxFailure: '2' },
    steps: [
      ['bind', 'wrong'],
      ['bind', 'wrong'],
      ['bind', 'wrong'],
      ['bind', first],
    ],
  },
  {
    name: 'expired',
    policy: { pwdMaxAge: '1' },
    steps: [['wait', 2100], ['bind', first], ['look'], ['bind', 'wrong'], ['reset', second], ['bind', second]],
  },
  {
    name: 'last logins with an expired one',
    policy: { pwdMaxAge: '1', pwdGraceAuthNLimit: '2' },
    steps: [
      ['wait', 2100],
      ['bind', first],
      ['bind', first],
      ['count', 'pwdGraceUseTime'],
      ['bind', first],
      ['bind', 'wrong'],
    ],
  },
  {
    name: 'one of the last logins, and a new password',
    policy: { pwdMaxAge: '2', pwdGraceAuthNLimit: '2' },
    steps: [
      ['wait', 3100],
      ['bind', first],
      ['exchange', first, second],
      ['count', 'pwdGraceUseTime'],
      ['bind', second],
    ],
  },
  {
    name: 'far from expiring',
    policy: { pwdMaxAge: '1000000', pwdExpireWarning: '100' },
    steps: [['bind', first]],
  },
  {
    name: 'not yet begun, and at its end',
    policy: {},
    steps: [
      ['set', 'pwdStartTime', '20900101000000Z'],
      ['bind', first],
      ['set', 'pwdStartTime'],
      ['bind', first],
      ['set', 'pwdEndTime', '20200101000000Z'],
      ['bind', first],
    ],
  },
  {
    name: 'taken away by its owner',
    policy: {},
    steps: [['bind', first], ['remove'], ['count', 'pwdChangedTime', 'userPassword'], ['bind', first]],
  },
];
