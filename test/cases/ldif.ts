// LDIF texts and what is in them: a line for each record, as test/ldif/parse.test.ts prints it, or `line: reason`.
export interface LdifCase {
  readonly name: string;
  readonly text: string;
  readonly holds: readonly string[];
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

export const ldifCases: readonly LdifCase[] = [
  // content records (RFC 2849)
  { name: 'an entry', text: lines('dn: cn=a', 'cn: a', 'sn: b'), holds: ['1 entry cn=a cn=[a] sn=[b]'] },
  { name: 'an entry without a line end', text: 'dn: cn=a\ncn: a', holds: ['1 entry cn=a cn=[a]'] },
  {
    name: 'CR LF as line ends',
    text: 'dn: cn=a\r\ncn: a\r\n\r\ndn: cn=b\r\ncn: b\r\n',
    holds: ['1 entry cn=a cn=[a]', '4 entry cn=b cn=[b]'],
  },
  { name: 'the version line', text: lines('version: 1', 'dn: cn=a', 'cn: a'), holds: ['2 entry cn=a cn=[a]'] },
  {
    name: 'the version line in a paragraph of its own',
    text: lines('version: 1', '', 'dn: cn=a', 'cn: a'),
    holds: ['3 entry cn=a cn=[a]'],
  },
  { name: 'another version', text: lines('version: 2', 'dn: cn=a', 'cn: a'), holds: ['1: version 1 of LDIF is read here'] },
  {
    name: 'several blank lines',
    text: lines('', '', 'dn: cn=a', 'cn: a', '', '', '', 'dn: cn=b', 'cn: b', '', ''),
    holds: ['3 entry cn=a cn=[a]', '8 entry cn=b cn=[b]'],
  },
  {
    name: 'values of one attribute apart from each other',
    text: lines('dn: cn=a', 'cn: a', 'sn: s', 'CN: b'),
    holds: ['1 entry cn=a cn=[a,b] sn=[s]'],
  },
  { name: 'options and OIDs', text: lines('dn: cn=a', 'cn;lang-de: a', '2.5.4.3: b'), holds: ['1 entry cn=a cn;lang-de=[a] 2.5.4.3=[b]'] },
  { name: 'no blank behind the colon', text: lines('dn:cn=a', 'cn:a'), holds: ['1 entry cn=a cn=[a]'] },
  { name: 'several blanks behind the colon', text: lines('dn:   cn=a', 'cn:   a'), holds: ['1 entry cn=a cn=[a]'] },
  { name: 'a blank at the end of a value, which stays', text: lines('dn: cn=a', 'cn: a '), holds: ['1 entry cn=a cn=[a ]'] },
  {
    name: 'a value with a colon',
    text: lines('dn: cn=a', 'labeledURI: https://example.org/: x'),
    holds: ['1 entry cn=a labeledURI=[https://example.org/: x]'],
  },
  { name: 'an empty value', text: lines('dn: cn=a', 'cn:', 'sn: '), holds: ['1 entry cn=a cn=[] sn=[]'] },
  { name: 'an empty DN', text: lines('dn:', 'cn: a'), holds: ['1 entry  cn=[a]'] },
  { name: 'UTF-8 as it is', text: lines('dn: cn=Zoë', 'cn: Zoë'), holds: ['1 entry cn=Zoë cn=[Zoë]'] },
  // base64
  { name: 'a value in base64', text: lines('dn: cn=a', 'cn:: IGE='), holds: ['1 entry cn=a cn=[ a]'] },
  { name: 'an empty value in base64', text: lines('dn: cn=a', 'cn::'), holds: ['1 entry cn=a cn=[]'] },
  { name: 'a DN in base64', text: lines('dn:: Y249Wm/Dqw==', 'cn: a'), holds: ['1 entry cn=Zoë cn=[a]'] },
  { name: 'bytes that are not UTF-8', text: lines('dn: cn=a', 'jpegPhoto:: //4A'), holds: ['1 entry cn=a jpegPhoto=[0xfffe00]'] },
  { name: 'base64 with a wrong letter', text: lines('dn: cn=a', 'cn:: IG!='), holds: ['2: a value in base64 is expected behind "::"'] },
  { name: 'base64 that is cut off', text: lines('dn: cn=a', 'cn:: IGE'), holds: ['2: a value in base64 is expected behind "::"'] },
  { name: 'a DN in base64 that is not UTF-8', text: lines('dn:: /w==', 'cn: a'), holds: ['1: the value of "dn" is not UTF-8'] },
  // folding
  { name: 'folded lines', text: lines('dn: cn=a,', ' dc=b', 'cn: a', ' b', '  c'), holds: ['1 entry cn=a,dc=b cn=[ab c]'] },
  { name: 'a name folded before its colon', text: lines('d', ' n: cn=a', 'c', ' n: a'), holds: ['1 entry cn=a cn=[a]'] },
  { name: 'base64 that is folded', text: lines('dn: cn=a', 'cn:: SG', ' Vs', ' bG8='), holds: ['1 entry cn=a cn=[Hello]'] },
  {
    name: 'a line that goes on with none before it',
    text: lines(' cn: a', 'dn: cn=a'),
    holds: ['1: a line that goes on with another has none before it'],
  },
  // comments
  {
    name: 'comments, folded ones too',
    text: lines('# one', '  of two lines', 'dn: cn=a', '# between', 'cn: a', '#end'),
    holds: ['3 entry cn=a cn=[a]'],
  },
  { name: 'nothing but comments', text: lines('# one', '', '# two'), holds: [] },
  { name: 'nothing', text: '', holds: [] },
  { name: 'a number sign within a value', text: lines('dn: cn=a', 'cn: #a'), holds: ['1 entry cn=a cn=[#a]'] },
  // change records
  { name: 'an add', text: lines('dn: cn=a', 'changetype: add', 'cn: a'), holds: ['1 add cn=a cn=[a]'] },
  { name: 'a delete', text: lines('dn: cn=a', 'changetype: delete'), holds: ['1 delete cn=a'] },
  {
    name: 'a modify with all its operations',
    text: lines(
      'dn: cn=a',
      'changetype: modify',
      'add: mail',
      'mail: a@b',
      'mail: c@d',
      '-',
      'delete: sn',
      '-',
      'delete: cn',
      'cn: x',
      '-',
      'replace: l',
      '-',
      'increment: uidNumber',
      'uidNumber: 1',
      '-',
    ),
    holds: ['1 modify cn=a add mail=[a@b,c@d] delete sn=[] delete cn=[x] replace l=[] increment uidNumber=[1]'],
  },
  {
    name: 'a modify without its last dash',
    text: lines('dn: cn=a', 'changetype: modify', 'replace: sn', 'sn: x'),
    holds: ['1 modify cn=a replace sn=[x]'],
  },
  { name: 'a modify of nothing', text: lines('dn: cn=a', 'changetype: modify'), holds: ['1 modify cn=a'] },
  {
    name: 'a new name',
    text: lines('dn: cn=a', 'changetype: modrdn', 'newrdn: cn=b', 'deleteoldrdn: 1'),
    holds: ['1 rename cn=a to cn=b, old one goes'],
  },
  {
    name: 'a new place',
    text: lines('dn: cn=a', 'changetype: moddn', 'newrdn: cn=a', 'deleteoldrdn: 0', 'newsuperior: dc=x'),
    holds: ['1 rename cn=a to cn=a below dc=x'],
  },
  {
    name: 'a control',
    text: lines('dn: cn=a', 'control: 1.2.3 true: x', 'control: 1.2.4', 'changetype: delete'),
    holds: ['1 delete cn=a with 1.2.3!=x 1.2.4'],
  },
  { name: 'letters of any case in keywords', text: lines('DN: cn=a', 'ChangeType: DELETE'), holds: ['1 delete cn=a'] },
  // mistakes: the rest of the file is read all the same
  {
    name: 'values from files',
    text: lines('dn: cn=a', 'jpegPhoto:< file:///etc/passwd', '', 'dn: cn=b', 'cn: b'),
    holds: ['2: values from files and URLs (":<") are refused; put the value into the LDIF, in base64 if need be', '4 entry cn=b cn=[b]'],
  },
  { name: 'a record that does not begin with its DN', text: lines('cn: a', 'dn: cn=a'), holds: ['1: "dn" is expected, not "cn"'] },
  {
    name: 'a missing blank line',
    text: lines('dn: cn=a', 'changetype: delete', 'dn: cn=b'),
    holds: ['3: nothing is expected here, but there is "dn"'],
  },
  { name: 'a DN alone', text: lines('dn: cn=a'), holds: ['2: the record ends too early'] },
  { name: 'a line without a colon', text: lines('dn: cn=a', 'hello'), holds: ['2: "name: value" is expected'] },
  { name: 'a name that is none', text: lines('dn: cn=a', 'c n: a'), holds: ['2: "c n" is not an attribute description'] },
  {
    name: 'an unknown changetype',
    text: lines('dn: cn=a', 'changetype: move'),
    holds: ['2: "move" is not a changetype: add, delete, modify, modrdn or moddn'],
  },
  {
    name: 'an unknown operation of a modify',
    text: lines('dn: cn=a', 'changetype: modify', 'remove: sn'),
    holds: ['3: "add" or "delete" or "replace" or "increment" is expected, not "remove"'],
  },
  {
    name: 'a value of another attribute in a modify',
    text: lines('dn: cn=a', 'changetype: modify', 'add: sn', 'cn: x'),
    holds: ['4: a value of "sn" or "-" is expected, not "cn"'],
  },
  {
    name: 'a rename without deleteoldrdn',
    text: lines('dn: cn=a', 'changetype: modrdn', 'newrdn: cn=b'),
    holds: ['4: the record ends too early'],
  },
  {
    name: 'deleteoldrdn in words',
    text: lines('dn: cn=a', 'changetype: modrdn', 'newrdn: cn=b', 'deleteoldrdn: yes'),
    holds: ['4: deleteoldrdn is 0 or 1'],
  },
  { name: 'a control of an entry', text: lines('dn: cn=a', 'control: 1.2', 'cn: a'), holds: ['1: controls need a changetype behind them'] },
  {
    name: 'a control that is none',
    text: lines('dn: cn=a', 'control: yes', 'changetype: delete'),
    holds: ['2: a control is written "OID [true|false][: value]"'],
  },
];
