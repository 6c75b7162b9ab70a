-- What became of changes that waited for approval.

CREATE TABLE mos.decision (
  csn          bigint NOT NULL,
  decided_at   timestamptz NOT NULL,
  decider      text NOT NULL,
  decider_uuid uuid,
  reason       text NOT NULL,
  applied_csn  bigint,
  CONSTRAINT decision_pkey PRIMARY KEY (csn),
  CONSTRAINT decision_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision (csn),
  CONSTRAINT decision_applied_fkey FOREIGN KEY (applied_csn) REFERENCES mos.revision (csn),
  CONSTRAINT decision_applied_key UNIQUE (applied_csn),
  CONSTRAINT decision_applied_later CHECK (applied_csn > csn)
);

COMMENT ON TABLE mos.decision IS 'What became of a change that waited for approval: the state of its revision says which way it went';
COMMENT ON COLUMN mos.decision.csn IS 'The revision that waited';
COMMENT ON COLUMN mos.decision.decider IS 'DN of whoever decided, as it was then; of a withdrawal its author';
COMMENT ON COLUMN mos.decision.decider_uuid IS 'entryUUID of the decider, which survives renames; null: the administrator of the settings';
COMMENT ON COLUMN mos.decision.reason IS 'What its author is told; empty but for refusals';
COMMENT ON COLUMN mos.decision.applied_csn IS 'The revision that made the change; null unless it was approved';

ALTER TABLE mos.revision DROP CONSTRAINT revision_state_known;
ALTER TABLE mos.revision ADD CONSTRAINT revision_state_known
  CHECK (state IN ('applied', 'pending', 'approved', 'refused', 'withdrawn'));
COMMENT ON COLUMN mos.revision.state IS 'applied; all others have had no effect on the entry: pending waits, approved was made by another revision (mos.decision), refused and withdrawn never';

CREATE INDEX revision_waiting_of_actor ON mos.revision (actor_uuid, csn) WHERE state = 'pending';

CREATE OR REPLACE FUNCTION mos.state_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'pending' OR NEW.state NOT IN ('approved', 'refused', 'withdrawn')
     OR to_jsonb(OLD) - 'state' IS DISTINCT FROM to_jsonb(NEW) - 'state' THEN
    RAISE EXCEPTION 'mos.revision is append-only: nothing but the state of a pending revision may change'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION mos.state_only() IS 'Lets a pending revision become approved, refused or withdrawn, and nothing else';

CREATE OR REPLACE FUNCTION mos.keep_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'mos.% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER decision_keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON mos.decision FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();

-- Of the site: when the board was last told by mail that something waits.
CREATE TABLE mos.approval_notice (
  told_at timestamptz NOT NULL,
  csn     bigint NOT NULL
);
CREATE UNIQUE INDEX approval_notice_one ON mos.approval_notice ((true));

COMMENT ON TABLE mos.approval_notice IS 'One row at most: when those who decide were last told by mail that changes wait';
COMMENT ON COLUMN mos.approval_notice.csn IS 'The newest revision that waited then';
