-- When an app password was last used. Not in the log: it changes with every login, and is no change of the directory.

CREATE TABLE mos.password_use (
  entry_uuid  uuid NOT NULL,
  password_id text NOT NULL,
  used_at     timestamptz NOT NULL,
  CONSTRAINT password_use_pkey PRIMARY KEY (entry_uuid, password_id),
  CONSTRAINT password_use_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE
);

COMMENT ON TABLE mos.password_use IS 'When each app password last let somebody in, to the minute';
COMMENT ON COLUMN mos.password_use.entry_uuid IS 'Whose app password it is';
COMMENT ON COLUMN mos.password_use.password_id IS 'The first word of the value of mosAppPassword';
