-- What the migrations make. Written by the test of the migrations (UPDATE_GOLDEN=1), not by hand.

CREATE TABLE mos.api_token (
  token_digest bytea NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  entry_uuid uuid NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  made_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  password_changed text NOT NULL
);
ALTER TABLE mos.api_token ADD CONSTRAINT api_token_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.api_token ADD CONSTRAINT api_token_id_key UNIQUE (id);
ALTER TABLE mos.api_token ADD CONSTRAINT api_token_is_sha256 CHECK ((octet_length(token_digest) = 32));
ALTER TABLE mos.api_token ADD CONSTRAINT api_token_pkey PRIMARY KEY (token_digest);
ALTER TABLE mos.api_token ADD CONSTRAINT api_token_scopes_known CHECK ((scopes <@ ARRAY['read'::text, 'write'::text, 'board:read'::text, 'board:write'::text]));
CREATE INDEX api_token_of_entry ON mos.api_token USING btree (entry_uuid);
COMMENT ON TABLE mos.api_token IS 'Tokens of members for their programs; each may what its member may, within its scopes';
COMMENT ON COLUMN mos.api_token.token_digest IS 'SHA-256 of the token, which is kept nowhere';
COMMENT ON COLUMN mos.api_token.used_at IS 'When it was last used, to the minute; null: never';
COMMENT ON COLUMN mos.api_token.password_changed IS 'What names the password of then: pwdChangedTime. Another password ends it';

CREATE TABLE mos.approval_notice (
  told_at timestamp with time zone NOT NULL,
  csn bigint NOT NULL
);
CREATE UNIQUE INDEX approval_notice_one ON mos.approval_notice USING btree ((true));
COMMENT ON TABLE mos.approval_notice IS 'One row at most: when those who decide were last told by mail that changes wait';
COMMENT ON COLUMN mos.approval_notice.csn IS 'The newest revision that waited then';

CREATE TABLE mos.code_attempt (
  entry_uuid uuid NOT NULL,
  tries integer NOT NULL,
  locked_until timestamp with time zone NOT NULL
);
ALTER TABLE mos.code_attempt ADD CONSTRAINT code_attempt_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.code_attempt ADD CONSTRAINT code_attempt_pkey PRIMARY KEY (entry_uuid);
COMMENT ON TABLE mos.code_attempt IS 'Codes that were tried since the last right one, so that a known password is not enough to guess them';
COMMENT ON COLUMN mos.code_attempt.tries IS 'Each counts before it is looked at';

CREATE TABLE mos.decision (
  csn bigint NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  decider text NOT NULL,
  decider_uuid uuid,
  reason text NOT NULL,
  applied_csn bigint
);
ALTER TABLE mos.decision ADD CONSTRAINT decision_applied_fkey FOREIGN KEY (applied_csn) REFERENCES mos.revision(csn);
ALTER TABLE mos.decision ADD CONSTRAINT decision_applied_key UNIQUE (applied_csn);
ALTER TABLE mos.decision ADD CONSTRAINT decision_applied_later CHECK ((applied_csn > csn));
ALTER TABLE mos.decision ADD CONSTRAINT decision_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision(csn);
ALTER TABLE mos.decision ADD CONSTRAINT decision_pkey PRIMARY KEY (csn);
CREATE TRIGGER decision_keep_log BEFORE DELETE OR UPDATE OR TRUNCATE ON mos.decision FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
COMMENT ON TABLE mos.decision IS 'What became of a change that waited for approval: the state of its revision says which way it went';
COMMENT ON COLUMN mos.decision.csn IS 'The revision that waited';
COMMENT ON COLUMN mos.decision.decider IS 'DN of whoever decided, as it was then; of a withdrawal its author';
COMMENT ON COLUMN mos.decision.decider_uuid IS 'entryUUID of the decider, which survives renames; null: the administrator of the settings';
COMMENT ON COLUMN mos.decision.reason IS 'What its author is told; empty but for refusals';
COMMENT ON COLUMN mos.decision.applied_csn IS 'The revision that made the change; null unless it was approved';

CREATE TABLE mos.entry (
  entry_uuid uuid NOT NULL,
  parent_uuid uuid,
  rdn text NOT NULL,
  rdn_key text NOT NULL,
  attributes jsonb NOT NULL
);
ALTER TABLE mos.entry ADD CONSTRAINT entry_attributes_object CHECK ((jsonb_typeof(attributes) = 'object'::text));
ALTER TABLE mos.entry ADD CONSTRAINT entry_name_key UNIQUE NULLS NOT DISTINCT (parent_uuid, rdn_key) DEFERRABLE;
ALTER TABLE mos.entry ADD CONSTRAINT entry_not_own_parent CHECK ((parent_uuid <> entry_uuid));
ALTER TABLE mos.entry ADD CONSTRAINT entry_parent_fkey FOREIGN KEY (parent_uuid) REFERENCES mos.entry(entry_uuid) DEFERRABLE;
ALTER TABLE mos.entry ADD CONSTRAINT entry_pkey PRIMARY KEY (entry_uuid);
COMMENT ON TABLE mos.entry IS 'The LDAP entries as they are now. Never write here: running servers would not notice. Use LDAP, the web site or mos import';
COMMENT ON COLUMN mos.entry.entry_uuid IS 'entryUUID (RFC 4530); stays when the entry is renamed or moved';
COMMENT ON COLUMN mos.entry.parent_uuid IS 'The entry above; null for the one that carries the suffix';
COMMENT ON COLUMN mos.entry.rdn IS 'Relative distinguished name as written (RFC 4514); the whole suffix where parent_uuid is null';
COMMENT ON COLUMN mos.entry.rdn_key IS 'The RDN in its normal form: what has to be unique below one parent';
COMMENT ON COLUMN mos.entry.attributes IS 'Attribute description to list of values; a value that is no UTF-8 text is {"base64": "..."}';

CREATE TABLE mos.link (
  token_digest bytea NOT NULL,
  purpose text NOT NULL,
  entry_uuid uuid,
  data jsonb NOT NULL,
  made_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL
);
ALTER TABLE mos.link ADD CONSTRAINT link_data_object CHECK ((jsonb_typeof(data) = 'object'::text));
ALTER TABLE mos.link ADD CONSTRAINT link_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.link ADD CONSTRAINT link_pkey PRIMARY KEY (token_digest);
ALTER TABLE mos.link ADD CONSTRAINT link_purpose_known CHECK ((purpose = ANY (ARRAY['activate'::text, 'invite'::text, 'reset'::text, 'mail'::text])));
ALTER TABLE mos.link ADD CONSTRAINT link_token_is_sha256 CHECK ((octet_length(token_digest) = 32));
CREATE INDEX link_by_end ON mos.link USING btree (expires_at);
CREATE INDEX link_of_entry ON mos.link USING btree (entry_uuid, purpose);
COMMENT ON TABLE mos.link IS 'Links that were mailed and work once: to activate an address, to accept an invitation, to set a new password';
COMMENT ON COLUMN mos.link.token_digest IS 'SHA-256 of what stands in the link';
COMMENT ON COLUMN mos.link.entry_uuid IS 'Whom it is about; of an invitation who invites';

CREATE TABLE mos.member_change (
  csn bigint NOT NULL,
  member_uuid uuid NOT NULL,
  attribute text NOT NULL,
  joined boolean NOT NULL
);
ALTER TABLE mos.member_change ADD CONSTRAINT member_change_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision(csn);
ALTER TABLE mos.member_change ADD CONSTRAINT member_change_pkey PRIMARY KEY (member_uuid, csn);
CREATE TRIGGER member_change_keep_log BEFORE DELETE OR UPDATE OR TRUNCATE ON mos.member_change FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
COMMENT ON TABLE mos.member_change IS 'Whom a revision of a group put into it or took out of it';
COMMENT ON COLUMN mos.member_change.csn IS 'The revision of the group';
COMMENT ON COLUMN mos.member_change.member_uuid IS 'Who came or went; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.member_change.attribute IS 'The attribute by which the group named them: member or uniqueMember';
COMMENT ON COLUMN mos.member_change.joined IS 'false: taken out';

CREATE TABLE mos.migration (
  number integer NOT NULL,
  name text NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT now()
);
ALTER TABLE mos.migration ADD CONSTRAINT migration_pkey PRIMARY KEY (number);
COMMENT ON TABLE mos.migration IS 'The migrations (schema/sql) that this database has had';

CREATE TABLE mos.outbox (
  id bigint NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  plain text NOT NULL,
  html text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  next_at timestamp with time zone,
  attempts integer NOT NULL DEFAULT 0,
  sent_at timestamp with time zone,
  last_error text
);
ALTER TABLE mos.outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE mos.outbox ADD CONSTRAINT outbox_sent_or_waiting CHECK (((sent_at IS NULL) OR (next_at IS NULL)));
CREATE INDEX outbox_waiting ON mos.outbox USING btree (next_at) WHERE (next_at IS NOT NULL);
COMMENT ON TABLE mos.outbox IS 'Mail of the site, kept until it has gone and for a while after';
COMMENT ON COLUMN mos.outbox.next_at IS 'When it is tried (again); null: it has gone, or was given up';
COMMENT ON COLUMN mos.outbox.last_error IS 'Why the last attempt failed, in words';

CREATE SEQUENCE mos.outbox_id_seq;

CREATE TABLE mos.passkey (
  credential_id bytea NOT NULL,
  entry_uuid uuid NOT NULL,
  name text NOT NULL,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  transports text[] NOT NULL,
  made_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone
);
ALTER TABLE mos.passkey ADD CONSTRAINT passkey_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.passkey ADD CONSTRAINT passkey_pkey PRIMARY KEY (credential_id);
CREATE INDEX passkey_of_entry ON mos.passkey USING btree (entry_uuid);
COMMENT ON TABLE mos.passkey IS 'Passkeys and security keys (WebAuthn)';
COMMENT ON COLUMN mos.passkey.name IS 'What its owner calls it';
COMMENT ON COLUMN mos.passkey.public_key IS 'COSE_Key (RFC 9052 §7)';
COMMENT ON COLUMN mos.passkey.counter IS 'Signatures that the key has made, where it counts; one that goes back is a copy';
COMMENT ON COLUMN mos.passkey.transports IS 'How browsers reach it: usb, nfc, internal, …';

CREATE TABLE mos.password_use (
  entry_uuid uuid NOT NULL,
  password_id text NOT NULL,
  used_at timestamp with time zone NOT NULL
);
ALTER TABLE mos.password_use ADD CONSTRAINT password_use_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.password_use ADD CONSTRAINT password_use_pkey PRIMARY KEY (entry_uuid, password_id);
COMMENT ON TABLE mos.password_use IS 'When each app password last let somebody in, to the minute';
COMMENT ON COLUMN mos.password_use.entry_uuid IS 'Whose app password it is';
COMMENT ON COLUMN mos.password_use.password_id IS 'The first word of the value of mosAppPassword';

CREATE TABLE mos.recovery_code (
  entry_uuid uuid NOT NULL,
  code_digest bytea NOT NULL,
  made_at timestamp with time zone NOT NULL
);
ALTER TABLE mos.recovery_code ADD CONSTRAINT recovery_code_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.recovery_code ADD CONSTRAINT recovery_code_is_sha256 CHECK ((octet_length(code_digest) = 32));
ALTER TABLE mos.recovery_code ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (entry_uuid, code_digest);
COMMENT ON TABLE mos.recovery_code IS 'Codes on paper that stand for a second factor that was lost; each works once and is then gone';
COMMENT ON COLUMN mos.recovery_code.code_digest IS 'SHA-256 of entryUUID and code';

CREATE TABLE mos.revision (
  csn bigint NOT NULL,
  entry_csn text NOT NULL,
  at timestamp with time zone NOT NULL,
  actor text NOT NULL,
  actor_uuid uuid,
  origin text NOT NULL,
  operation text NOT NULL,
  cause text NOT NULL,
  state text NOT NULL,
  entry_uuid uuid NOT NULL,
  dn text NOT NULL,
  change text NOT NULL,
  before jsonb NOT NULL
);
ALTER TABLE mos.revision ADD CONSTRAINT revision_before_object CHECK ((jsonb_typeof(before) = 'object'::text));
ALTER TABLE mos.revision ADD CONSTRAINT revision_cause_known CHECK ((cause = ANY (ARRAY['request'::text, 'reference'::text])));
ALTER TABLE mos.revision ADD CONSTRAINT revision_csn_starts_at_1 CHECK ((csn >= 1));
ALTER TABLE mos.revision ADD CONSTRAINT revision_operation_known CHECK ((operation = ANY (ARRAY['add'::text, 'modify'::text, 'rename'::text, 'delete'::text])));
ALTER TABLE mos.revision ADD CONSTRAINT revision_pkey PRIMARY KEY (csn);
ALTER TABLE mos.revision ADD CONSTRAINT revision_state_known CHECK ((state = ANY (ARRAY['applied'::text, 'pending'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text])));
CREATE INDEX revision_of_entry ON mos.revision USING btree (entry_uuid, csn);
CREATE INDEX revision_waiting ON mos.revision USING btree (csn) WHERE (state = 'pending'::text);
CREATE INDEX revision_waiting_of_actor ON mos.revision USING btree (actor_uuid, csn) WHERE (state = 'pending'::text);
CREATE TRIGGER revision_keep_log BEFORE DELETE OR TRUNCATE ON mos.revision FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
CREATE TRIGGER revision_state_only BEFORE UPDATE ON mos.revision FOR EACH ROW EXECUTE FUNCTION mos.state_only();
COMMENT ON TABLE mos.revision IS 'Append-only log of every change: history, audit trail, approval queue and the feed that servers and replicas follow';
COMMENT ON COLUMN mos.revision.csn IS 'Position in the log: 1, 2, 3 ... in commit order, without gaps';
COMMENT ON COLUMN mos.revision.entry_csn IS 'The same change as LDAP names it (entryCSN)';
COMMENT ON COLUMN mos.revision.actor IS 'DN of whoever did it, as it was then; empty for anonymous';
COMMENT ON COLUMN mos.revision.actor_uuid IS 'entryUUID of the actor, which survives renames; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.revision.origin IS 'Where it came from: an IP address, ldapi, import, sync ...';
COMMENT ON COLUMN mos.revision.cause IS 'request: was asked for; reference: followed from a change of another entry';
COMMENT ON COLUMN mos.revision.state IS 'applied; all others have had no effect on the entry: pending waits, approved was made by another revision (mos.decision), refused and withdrawn never';
COMMENT ON COLUMN mos.revision.entry_uuid IS 'The entry concerned; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.revision.dn IS 'DN of the entry before the change (after it for an add)';
COMMENT ON COLUMN mos.revision.change IS 'LDIF change record (RFC 2849), without secrets';
COMMENT ON COLUMN mos.revision.before IS 'The attributes that the change touched with the values they had, in the form of entry.attributes; without secrets';

CREATE TABLE mos.session (
  token_digest bytea NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  entry_uuid uuid,
  password_changed text NOT NULL,
  stage text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  address text NOT NULL,
  agent text NOT NULL,
  proved_at timestamp with time zone NOT NULL,
  code_tries integer NOT NULL DEFAULT 0
);
ALTER TABLE mos.session ADD CONSTRAINT session_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.session ADD CONSTRAINT session_id_key UNIQUE (id);
ALTER TABLE mos.session ADD CONSTRAINT session_pkey PRIMARY KEY (token_digest);
ALTER TABLE mos.session ADD CONSTRAINT session_stage_known CHECK ((stage = ANY (ARRAY['password'::text, 'complete'::text])));
ALTER TABLE mos.session ADD CONSTRAINT session_token_is_sha256 CHECK ((octet_length(token_digest) = 32));
CREATE INDEX session_by_end ON mos.session USING btree (expires_at);
CREATE INDEX session_of_entry ON mos.session USING btree (entry_uuid);
COMMENT ON TABLE mos.session IS 'Who is signed in on the site, and since when';
COMMENT ON COLUMN mos.session.token_digest IS 'SHA-256 of what the cookie holds; the cookie itself is kept nowhere';
COMMENT ON COLUMN mos.session.id IS 'By which its owner names it in the list of sessions';
COMMENT ON COLUMN mos.session.entry_uuid IS 'Whose it is; null: the administrator of the settings';
COMMENT ON COLUMN mos.session.password_changed IS 'What names the password that opened it: pwdChangedTime, or of the administrator a digest. Another password ends it';
COMMENT ON COLUMN mos.session.stage IS 'password: the second factor is still to come, and nothing else is open; complete: signed in';
COMMENT ON COLUMN mos.session.used_at IS 'When it last asked for a page, to the minute';
COMMENT ON COLUMN mos.session.proved_at IS 'When its owner last gave a password or a passkey; what opens doors for others later wants that to be fresh';
COMMENT ON COLUMN mos.session.code_tries IS 'Codes that were tried while the second factor was still to come';

CREATE TABLE mos.totp (
  entry_uuid uuid NOT NULL,
  secret bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  last_step bigint NOT NULL DEFAULT 0
);
ALTER TABLE mos.totp ADD CONSTRAINT totp_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry(entry_uuid) ON DELETE CASCADE;
ALTER TABLE mos.totp ADD CONSTRAINT totp_pkey PRIMARY KEY (entry_uuid);
COMMENT ON TABLE mos.totp IS 'Whose second factor is a code that changes with time (RFC 6238)';
COMMENT ON COLUMN mos.totp.secret IS 'Encrypted under MOS_SECRET, with the entryUUID as additional data (AES-256-GCM): version, nonce, tag, secret';
COMMENT ON COLUMN mos.totp.confirmed_at IS 'When the first code was given; null: it counts for nothing yet';
COMMENT ON COLUMN mos.totp.last_step IS 'Time step of the code that was taken last; none up to it is taken again';

CREATE TABLE mos.used_challenge (
  challenge_digest bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL
);
ALTER TABLE mos.used_challenge ADD CONSTRAINT used_challenge_is_sha256 CHECK ((octet_length(challenge_digest) = 32));
ALTER TABLE mos.used_challenge ADD CONSTRAINT used_challenge_pkey PRIMARY KEY (challenge_digest);
CREATE INDEX used_challenge_by_end ON mos.used_challenge USING btree (expires_at);
COMMENT ON TABLE mos.used_challenge IS 'Challenges that a passkey has answered; until they expire, none is taken again';

CREATE TABLE mos.visibility_change (
  csn bigint NOT NULL,
  entry_uuid uuid NOT NULL,
  before text[] NOT NULL
);
ALTER TABLE mos.visibility_change ADD CONSTRAINT visibility_change_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision(csn);
ALTER TABLE mos.visibility_change ADD CONSTRAINT visibility_change_pkey PRIMARY KEY (entry_uuid, csn);
CREATE TRIGGER visibility_change_keep_log BEFORE DELETE OR UPDATE OR TRUNCATE ON mos.visibility_change FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
COMMENT ON TABLE mos.visibility_change IS 'The revisions that changed who sees what of somebody';
COMMENT ON COLUMN mos.visibility_change.csn IS 'The revision of the entry';
COMMENT ON COLUMN mos.visibility_change.entry_uuid IS 'Whose entry; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.visibility_change.before IS 'The values of mosVisibility until then';

CREATE OR REPLACE FUNCTION mos.begin_write()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_advisory_xact_lock(7171955, 1); -- 'mos' as a number; 1: writers, 2: migrations
  RETURN coalesce((SELECT max(csn) FROM mos.revision), 0);
END
$function$
;
COMMENT ON FUNCTION mos.begin_write() IS 'Takes the writers'' lock until the transaction ends and answers the newest csn';

CREATE OR REPLACE FUNCTION mos.keep_log()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'mos.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$function$
;
COMMENT ON FUNCTION mos.keep_log() IS 'Refuses changes of the log';

CREATE OR REPLACE FUNCTION mos.state_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF OLD.state <> 'pending' OR NEW.state NOT IN ('approved', 'refused', 'withdrawn')
     OR to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state' THEN
    RAISE EXCEPTION 'mos.revision is append-only: nothing but the state of a pending revision may change'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$function$
;
COMMENT ON FUNCTION mos.state_only() IS 'Lets a pending revision become approved, refused or withdrawn, and nothing else';
