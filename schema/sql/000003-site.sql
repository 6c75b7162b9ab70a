-- What the web site keeps beside the directory: who is signed in, links that were mailed, and mail that waits.

CREATE TABLE mos.session (
  token_digest     bytea NOT NULL,
  id               uuid NOT NULL DEFAULT gen_random_uuid(),
  entry_uuid       uuid,
  password_changed text NOT NULL,
  stage            text NOT NULL,
  made_at          timestamptz NOT NULL,
  used_at          timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  address          text NOT NULL,
  agent            text NOT NULL,
  CONSTRAINT session_pkey PRIMARY KEY (token_digest),
  CONSTRAINT session_id_key UNIQUE (id),
  CONSTRAINT session_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE,
  CONSTRAINT session_stage_known CHECK (stage IN ('password', 'complete')),
  CONSTRAINT session_token_is_sha256 CHECK (octet_length(token_digest) = 32)
);

CREATE INDEX session_of_entry ON mos.session (entry_uuid);
CREATE INDEX session_by_end ON mos.session (expires_at);

COMMENT ON TABLE mos.session IS 'Who is signed in on the site, and since when';
COMMENT ON COLUMN mos.session.token_digest IS 'SHA-256 of what the cookie holds; the cookie itself is kept nowhere';
COMMENT ON COLUMN mos.session.id IS 'By which its owner names it in the list of sessions';
COMMENT ON COLUMN mos.session.entry_uuid IS 'Whose it is; null: the administrator of the settings';
COMMENT ON COLUMN mos.session.password_changed IS 'What names the password that opened it: pwdChangedTime, or of the administrator a digest. Another password ends it';
COMMENT ON COLUMN mos.session.stage IS 'password: the second factor is still to come, and nothing else is open; complete: signed in';
COMMENT ON COLUMN mos.session.used_at IS 'When it last asked for a page, to the minute';

CREATE TABLE mos.link (
  token_digest bytea NOT NULL,
  purpose      text NOT NULL,
  entry_uuid   uuid,
  data         jsonb NOT NULL,
  made_at      timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  CONSTRAINT link_pkey PRIMARY KEY (token_digest),
  CONSTRAINT link_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE,
  CONSTRAINT link_purpose_known CHECK (purpose IN ('activate', 'invite', 'reset', 'mail')),
  CONSTRAINT link_token_is_sha256 CHECK (octet_length(token_digest) = 32),
  CONSTRAINT link_data_object CHECK (jsonb_typeof(data) = 'object')
);

CREATE INDEX link_of_entry ON mos.link (entry_uuid, purpose);
CREATE INDEX link_by_end ON mos.link (expires_at);

COMMENT ON TABLE mos.link IS 'Links that were mailed and work once: to activate an address, to accept an invitation, to set a new password';
COMMENT ON COLUMN mos.link.token_digest IS 'SHA-256 of what stands in the link';
COMMENT ON COLUMN mos.link.entry_uuid IS 'Whom it is about; of an invitation who invites';

CREATE TABLE mos.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY,
  recipient  text NOT NULL,
  subject    text NOT NULL,
  plain      text NOT NULL,
  html       text NOT NULL,
  made_at    timestamptz NOT NULL,
  next_at    timestamptz,
  attempts   integer NOT NULL DEFAULT 0,
  sent_at    timestamptz,
  last_error text,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_sent_or_waiting CHECK (sent_at IS NULL OR next_at IS NULL)
);

CREATE INDEX outbox_waiting ON mos.outbox (next_at) WHERE next_at IS NOT NULL;

COMMENT ON TABLE mos.outbox IS 'Mail of the site, kept until it has gone and for a while after';
COMMENT ON COLUMN mos.outbox.next_at IS 'When it is tried (again); null: it has gone, or was given up';
COMMENT ON COLUMN mos.outbox.last_error IS 'Why the last attempt failed, in words';
