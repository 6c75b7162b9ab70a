-- The directory itself: what is (entry) and how it came to be (revision).

CREATE TABLE mos.entry (
  entry_uuid  uuid NOT NULL,
  parent_uuid uuid,
  rdn         text NOT NULL,
  rdn_key     text NOT NULL,
  attributes  jsonb NOT NULL,
  CONSTRAINT entry_pkey PRIMARY KEY (entry_uuid),
  CONSTRAINT entry_parent_fkey FOREIGN KEY (parent_uuid) REFERENCES mos.entry (entry_uuid) DEFERRABLE INITIALLY IMMEDIATE,
  -- Checked at the end of a statement, so that one statement may delete a name and give it to another entry. Its index
  -- also finds the children of an entry.
  CONSTRAINT entry_name_key UNIQUE NULLS NOT DISTINCT (parent_uuid, rdn_key) DEFERRABLE INITIALLY IMMEDIATE,
  CONSTRAINT entry_not_own_parent CHECK (parent_uuid <> entry_uuid),
  CONSTRAINT entry_attributes_object CHECK (jsonb_typeof(attributes) = 'object')
);

COMMENT ON TABLE mos.entry IS 'The LDAP entries as they are now. Never write here: running servers would not notice. Use LDAP, the web site or mos import';
COMMENT ON COLUMN mos.entry.entry_uuid IS 'entryUUID (RFC 4530); stays when the entry is renamed or moved';
COMMENT ON COLUMN mos.entry.parent_uuid IS 'The entry above; null for the one that carries the suffix';
COMMENT ON COLUMN mos.entry.rdn IS 'Relative distinguished name as written (RFC 4514); the whole suffix where parent_uuid is null';
COMMENT ON COLUMN mos.entry.rdn_key IS 'The RDN in its normal form: what has to be unique below one parent';
COMMENT ON COLUMN mos.entry.attributes IS 'Attribute description to list of values; a value that is no UTF-8 text is {"base64": "..."}';

CREATE TABLE mos.revision (
  csn        bigint NOT NULL,
  entry_csn  text NOT NULL,
  at         timestamptz NOT NULL,
  actor      text NOT NULL,
  actor_uuid uuid,
  origin     text NOT NULL,
  operation  text NOT NULL,
  cause      text NOT NULL,
  state      text NOT NULL,
  entry_uuid uuid NOT NULL,
  dn         text NOT NULL,
  change     text NOT NULL,
  before     jsonb NOT NULL,
  CONSTRAINT revision_pkey PRIMARY KEY (csn),
  CONSTRAINT revision_csn_starts_at_1 CHECK (csn >= 1),
  CONSTRAINT revision_operation_known CHECK (operation IN ('add', 'modify', 'rename', 'delete')),
  CONSTRAINT revision_cause_known CHECK (cause IN ('request', 'reference')),
  CONSTRAINT revision_state_known CHECK (state IN ('applied', 'pending', 'refused')),
  CONSTRAINT revision_before_object CHECK (jsonb_typeof(before) = 'object')
);

CREATE INDEX revision_of_entry ON mos.revision (entry_uuid, csn);
CREATE INDEX revision_waiting ON mos.revision (csn) WHERE state = 'pending';

COMMENT ON TABLE mos.revision IS 'Append-only log of every change: history, audit trail, approval queue and the feed that servers and replicas follow';
COMMENT ON COLUMN mos.revision.csn IS 'Position in the log: 1, 2, 3 ... in commit order, without gaps';
COMMENT ON COLUMN mos.revision.entry_csn IS 'The same change as LDAP names it (entryCSN)';
COMMENT ON COLUMN mos.revision.actor IS 'DN of whoever did it, as it was then; empty for anonymous';
COMMENT ON COLUMN mos.revision.actor_uuid IS 'entryUUID of the actor, which survives renames; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.revision.origin IS 'Where it came from: an IP address, ldapi, import, sync ...';
COMMENT ON COLUMN mos.revision.cause IS 'request: was asked for; reference: followed from a change of another entry';
COMMENT ON COLUMN mos.revision.state IS 'applied; pending and refused have had no effect on the entry';
COMMENT ON COLUMN mos.revision.entry_uuid IS 'The entry concerned; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.revision.dn IS 'DN of the entry before the change (after it for an add)';
COMMENT ON COLUMN mos.revision.change IS 'LDIF change record (RFC 2849), without secrets';
COMMENT ON COLUMN mos.revision.before IS 'The attributes that the change touched with the values they had, in the form of entry.attributes; without secrets';

CREATE FUNCTION mos.keep_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mos.revision is append-only: % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
COMMENT ON FUNCTION mos.keep_log() IS 'Refuses changes of the log';

CREATE FUNCTION mos.state_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'pending' OR to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state' THEN
    RAISE EXCEPTION 'mos.revision is append-only: nothing but the state of a pending revision may change'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION mos.state_only() IS 'Lets a pending revision become applied or refused, and nothing else';

CREATE TRIGGER revision_keep_log BEFORE DELETE OR TRUNCATE ON mos.revision FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
CREATE TRIGGER revision_state_only BEFORE UPDATE ON mos.revision FOR EACH ROW EXECUTE FUNCTION mos.state_only();

-- Volatile: in READ COMMITTED the second statement sees what was committed while the first one waited for the lock.
CREATE FUNCTION mos.begin_write() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7171955, 1); -- 'mos' as a number; 1: writers, 2: migrations
  RETURN coalesce((SELECT max(csn) FROM mos.revision), 0);
END
$$;
COMMENT ON FUNCTION mos.begin_write() IS 'Takes the writers'' lock until the transaction ends and answers the newest csn';
