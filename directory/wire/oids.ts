/** Object identifiers of LDAP's controls and extended operations. */
export const OID = {
  /** RFC 4511 §4.14 */
  startTls: '1.3.6.1.4.1.1466.20037',
  /** RFC 4511 §4.4.1 */
  noticeOfDisconnection: '1.3.6.1.4.1.1466.20036',
  /** RFC 4532 */
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  /** RFC 3062 */
  passwordModify: '1.3.6.1.4.1.4203.1.11.1',
  /** RFC 3909 */
  cancel: '1.3.6.1.1.8',
  /** RFC 2696 */
  pagedResults: '1.2.840.113556.1.4.319',
  /** RFC 3296 */
  manageDsaIt: '2.16.840.1.113730.3.4.2',
  /** RFC 4528 */
  assertion: '1.3.6.1.1.12',
  /** RFC 4527 */
  preRead: '1.3.6.1.1.13.1',
  /** RFC 4527 */
  postRead: '1.3.6.1.1.13.2',
  /** RFC 2891 */
  sortRequest: '1.2.840.113556.1.4.473',
  /** RFC 2891 */
  sortResponse: '1.2.840.113556.1.4.474',
  /** RFC 4370 */
  proxiedAuthorization: '2.16.840.1.113730.3.4.18',
  /** RFC 3876 */
  matchedValues: '1.2.826.0.1.3344810.2.3',
  /** RFC 3672 §3 */
  subentries: '1.3.6.1.4.1.4203.1.10.1',
  /** RFC 4533 §2.2 */
  syncRequest: '1.3.6.1.4.1.4203.1.9.1.1',
  /** RFC 4533 §2.3 */
  syncState: '1.3.6.1.4.1.4203.1.9.1.2',
  /** RFC 4533 §2.4 */
  syncDone: '1.3.6.1.4.1.4203.1.9.1.3',
  /** RFC 4533 §2.5, an intermediate response */
  syncInfo: '1.3.6.1.4.1.4203.1.9.1.4',
  /** draft-behera-ldap-password-policy */
  passwordPolicy: '1.3.6.1.4.1.42.2.27.8.5.1',
  /** draft-zeilenga-ldap-noop, under the arc that OpenLDAP's tools send */
  noOperation: '1.3.6.1.4.1.4203.666.5.2',
  /** draft-zeilenga-ldap-relax, under the arc that OpenLDAP's tools send */
  relaxRules: '1.3.6.1.4.1.4203.666.5.12',
  /** draft-armijo-ldap-treedelete */
  treeDelete: '1.2.840.113556.1.4.805',
  /** RFC 5805 §2.1 */
  startTransaction: '1.3.6.1.1.21.1',
  /** RFC 5805 §2.2; its value is the transaction's identifier as it is */
  transactionSpecification: '1.3.6.1.1.21.2',
  /** RFC 5805 §2.3 */
  endTransaction: '1.3.6.1.1.21.3',
  /** MOS's own: a job of the command, run by the server (under the arc of mos.schema) */
  job: '2.25.147613635203425053884535246041598603155.3.1',
} as const;
