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
  /** MOS's own: a job of the command, run by the server (under the arc of mos.schema) */
  job: '2.25.147613635203425053884535246041598603155.3.1',
} as const;
