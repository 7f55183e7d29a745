-- Who changed rights, basics, schemes, parameters and rules, and what they were before; the account of the operating system beside
-- the name that somebody acts under; what became of an export.

-- Written by the triggers of those tables (include/sql/functions/13_administration.sql), one row after the other, each hash covering the
-- one before it.
CREATE TABLE enterprise.change (
    seq bigint PRIMARY KEY,
    object text NOT NULL,
    key text NOT NULL,
    before jsonb,
    after jsonb,
    actor text NOT NULL,
    account text,
    at timestamptz NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT change_says_something CHECK (before IS DISTINCT FROM after)
);
CREATE INDEX change_by_object ON enterprise.change (object, key, seq);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON enterprise.change
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- `--as` is a claim: the account that the process ran under, and its machine, stand beside it. Rows of before have none.
ALTER TABLE sync.task_event ADD COLUMN account text;
ALTER TABLE sync.task_event ALTER COLUMN account SET DEFAULT nullif(current_setting('fapiao.account', true), '');
ALTER TABLE sync.selection_event ADD COLUMN account text;
ALTER TABLE sync.selection_event ALTER COLUMN account SET DEFAULT nullif(current_setting('fapiao.account', true), '');
ALTER TABLE pool.change ADD COLUMN account text;
CREATE INDEX change_of_business ON pool.change (changed_at) WHERE channel = 'business';

-- What was taken out: the file as it was named, and the hash of its bytes.
ALTER TABLE sync.log_export
    ADD COLUMN file text,
    ADD COLUMN sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    ADD COLUMN account text;
ALTER TABLE sync.log_export ALTER COLUMN account SET DEFAULT nullif(current_setting('fapiao.account', true), '');
