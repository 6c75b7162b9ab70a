import { crc32 } from 'node:zlib';
import type { Statement } from './database.ts';
import { systemName } from './name.ts';
import { digestOf } from './password.ts';
import type { Change, Contents, Step } from './plan.ts';

/** What the statements need beside the steps. */
export interface Means {
  readonly prefix: string;
  /** 14 digits, UTC, as MediaWiki writes times */
  readonly now: string;
  /** 32 hexadecimal digits, new each time: sessions hang on it */
  readonly token: () => string;
}

/** In the place of an entryUUID, at the account in whose name the sync blocks. */
export const systemUuid = 'mos sync wiki';

/** What the wiki shows as the reason of a block. */
const reason = 'Not a member who may log in (mos sync wiki)';

type Write = (sql: string, ...values: Statement['values'][number][]) => Statement;

/**
 * The sync's own table, in the wiki's database so that it is written, backed up and restored with the accounts: which accounts are the
 * sync's, of which entry, what password was written last, which groups
 * it gave (blanks between), and whether they are ended.
 */
export function tableStatement(prefix: string): Statement {
  return {
    sql:
      `CREATE TABLE IF NOT EXISTS ${prefix}mos_account (ma_user INTEGER NOT NULL PRIMARY KEY, ma_uuid VARCHAR(64) NOT NULL UNIQUE, ` +
      "ma_digest VARCHAR(64) NOT NULL DEFAULT '', ma_groups VARCHAR(4000) NOT NULL DEFAULT '', ma_ended INTEGER NOT NULL DEFAULT 0)",
    values: [],
  };
}

/** What carries the steps out, in order. @param hasSystemAccount whether the account is there that blocks others */
export function statementsOf(steps: readonly Step[], hasSystemAccount: boolean, means: Means): Statement[] {
  if (steps.length === 0) return [];
  const write: Write = (sql, ...values) => ({ sql: sql.replace(/\{(\w+)\}/g, (_, table: string) => means.prefix + table), values });
  const blocks = steps.some(({ kind }) => kind === 'block');
  return [
    // of accounts that somebody has deleted in the wiki
    write('DELETE FROM {mos_account} WHERE ma_user NOT IN (SELECT user_id FROM {user})'),
    ...(blocks && !hasSystemAccount ? account(write, { ...means, token: () => systemToken }, systemName, systemUuid, noContents) : []),
    ...(blocks ? comment(write) : []),
    ...steps.flatMap((step) => statementsOfStep(step, write, means)),
    write('UPDATE {site_stats} SET ss_users = (SELECT COUNT(*) FROM {user})'),
  ];
}

const noContents: Contents = { realName: '', mail: '', password: undefined, groups: [] };

function statementsOfStep(step: Step, write: Write, means: Means): Statement[] {
  switch (step.kind) {
    case 'create':
      return account(write, means, step.name, step.uuid, step.contents);
    case 'adopt':
      return [
        write('DELETE FROM {mos_account} WHERE ma_user = ?', step.account.id),
        write('INSERT INTO {mos_account} (ma_user, ma_uuid, ma_digest, ma_ended) VALUES (?, ?, ?, 0)', step.account.id, step.uuid, ''),
        write('DELETE FROM {bot_passwords} WHERE bp_user = ?', step.account.id),
      ];
    case 'unblock':
      return [
        write(`DELETE FROM {ipblocks} WHERE ipb_user = ? AND ipb_by_actor = ${systemActor}`, step.account.id),
        write('UPDATE {mos_account} SET ma_ended = 0 WHERE ma_user = ?', step.account.id),
      ];
    case 'change':
      return change(step.account.id, step.change, write, means);
    case 'block':
      return block(step, write, means);
  }
}

/** With this, and neither password nor mail, MediaWiki takes an account for one of the system, which nobody can sign in to (User::INVALID_TOKEN). */
const systemToken = '*** INVALID ***';

/** Whatever somebody in the wiki calls it now */
const systemActor = `(SELECT actor_id FROM {actor} JOIN {mos_account} ON ma_user = actor_user WHERE ma_uuid = '${systemUuid}')`;

/**
 * User and actor; without an actor MediaWiki can't load the account. An actor without a user comes from imported edits, or from an account that was
 * deleted in the wiki, and is theirs now.
 */
function account(write: Write, { now, token }: Means, name: string, uuid: string, contents: Contents): Statement[] {
  const { realName, mail, password = '', groups } = contents;
  return [
    write(
      'INSERT INTO {user} (user_name, user_real_name, user_password, user_newpassword, user_email, user_touched, user_token, ' +
        "user_email_authenticated, user_registration, user_editcount) VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, 0)",
      ...[name, realName, password, mail, now, token(), mail === '' ? null : now, now],
    ),
    write(
      'UPDATE {actor} SET actor_user = (SELECT user_id FROM {user} WHERE user_name = ?) WHERE actor_name = ? AND ' +
        '(actor_user IS NULL OR actor_user NOT IN (SELECT user_id FROM {user}))',
      ...[name, name],
    ),
    write(
      'INSERT INTO {actor} (actor_user, actor_name) SELECT user_id, user_name FROM {user} WHERE user_name = ? AND NOT EXISTS ' +
        '(SELECT 1 FROM (SELECT actor_name FROM {actor} WHERE actor_name = ?) AS there)',
      ...[name, name],
    ),
    write(
      'INSERT INTO {mos_account} (ma_user, ma_uuid, ma_digest, ma_groups, ma_ended) SELECT user_id, ?, ?, ?, 0 FROM {user} WHERE user_name = ?',
      ...[uuid, digestOf(contents.password), groups.join(' '), name],
    ),
    ...groups.map((group) =>
      write('INSERT INTO {user_groups} (ug_user, ug_group) SELECT user_id, ? FROM {user} WHERE user_name = ?', group, name),
    ),
  ];
}

function change(id: number, { realName, mail, password, join, leave, given }: Change, write: Write, { now, token }: Means): Statement[] {
  const set = (what: string, ...values: (string | null)[]) => write(`UPDATE {user} SET ${what} WHERE user_id = ?`, ...values, id);
  return [
    set('user_touched = ?', now),
    ...(realName === undefined ? [] : [set('user_real_name = ?', realName)]),
    ...(mail === undefined
      ? []
      : [
          set(
            'user_email = ?, user_email_authenticated = ?, user_email_token = NULL, user_email_token_expires = NULL',
            mail,
            mail === '' ? null : now,
          ),
        ]),
    ...(password === undefined
      ? []
      : [
          // a new password ends the sessions that the old one opened
          set("user_password = ?, user_newpassword = '', user_newpass_time = NULL, user_token = ?", password, token()),
          write('UPDATE {mos_account} SET ma_digest = ? WHERE ma_user = ?', digestOf(password === '' ? undefined : password), id),
        ]),
    ...(join.length + leave.length === 0 ? [] : [write('UPDATE {mos_account} SET ma_groups = ? WHERE ma_user = ?', given.join(' '), id)]),
    ...leave.map((group) => write('DELETE FROM {user_groups} WHERE ug_user = ? AND ug_group = ?', id, group)),
    ...join.flatMap((group) => [
      // one that has expired may be there
      write('DELETE FROM {user_groups} WHERE ug_user = ? AND ug_group = ?', id, group),
      write('INSERT INTO {user_groups} (ug_user, ug_group) VALUES (?, ?)', id, group),
    ]),
  ];
}

/** MediaWiki's CommentStore finds a text by this hash: CRC-32 as a signed number. */
const reasonHash = crc32(reason) | 0;
const reasonId = `(SELECT MIN(comment_id) FROM {comment} WHERE comment_hash = ${reasonHash} AND comment_text = '${reason}' AND comment_data IS NULL)`;

function comment(write: Write): Statement[] {
  return [
    write(
      'INSERT INTO {comment} (comment_hash, comment_text) SELECT ?, ? FROM (SELECT 1 AS one) AS x ' +
        `WHERE (SELECT there.id FROM (SELECT ${reasonId} AS id) AS there) IS NULL`,
      ...[reasonHash, reason],
    ),
  ];
}

/**
 * With $wgBlockDisablesLogin a block is a ban. No autoblock: it would shut out the club's own address. A block of others that keeps out stays as it is;
 * one that does not (of some pages, or ended) makes room, since an account can have one only.
 */
function block({ account: { id, name, blocked } }: Step & { readonly kind: 'block' }, write: Write, { now, token }: Means): Statement[] {
  return [
    ...(blocked === 'by others'
      ? []
      : [
          write('DELETE FROM {ipblocks_restrictions} WHERE ir_ipb_id IN (SELECT ipb_id FROM {ipblocks} WHERE ipb_user = ?)', id),
          write('DELETE FROM {ipblocks} WHERE ipb_user = ? AND ipb_auto = 0', id),
          write(
            'INSERT INTO {ipblocks} (ipb_address, ipb_user, ipb_by_actor, ipb_reason_id, ipb_timestamp, ipb_auto, ipb_anon_only, ' +
              'ipb_create_account, ipb_enable_autoblock, ipb_expiry, ipb_range_start, ipb_range_end, ipb_block_email, ipb_allow_usertalk, ' +
              `ipb_sitewide) VALUES (?, ?, ${systemActor}, ${reasonId}, ?, 0, 0, 1, 0, 'infinity', '', '', 1, 0, 1)`,
            ...[name, id, now],
          ),
        ]),
    write(
      "UPDATE {user} SET user_password = '', user_newpassword = '', user_newpass_time = NULL, user_email_token = NULL, " +
        'user_email_token_expires = NULL, user_token = ?, user_touched = ? WHERE user_id = ?',
      ...[token(), now, id],
    ),
    write('DELETE FROM {bot_passwords} WHERE bp_user = ?', id),
    write('DELETE FROM {user_groups} WHERE ug_user = ?', id),
    write("UPDATE {mos_account} SET ma_ended = 1, ma_digest = '', ma_groups = '' WHERE ma_user = ?", id),
  ];
}
