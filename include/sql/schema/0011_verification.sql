-- 查验: the queue of verifications with every call that was made, and the tree of organisations that finds a 上查税号.

-- 上级组织: an organisation without a tax number of its own is downloaded for by the one above it (R038).
ALTER TABLE enterprise.organisation
    ADD COLUMN parent_org_code text REFERENCES enterprise.organisation,
    ADD CONSTRAINT not_its_own_parent CHECK (parent_org_code <> org_code);

-- One verification that is to be made, or was; the answer is merged under the row's own batch number.
CREATE TABLE sync.verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_no text NOT NULL UNIQUE DEFAULT sync.new_batch_no(nextval('sync.serial')),
    direction text NOT NULL CHECK (direction IN ('input', 'output')),
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    invoice_type text NOT NULL,
    invoice_code text,
    invoice_no text NOT NULL,
    etax_invoice_no text,
    issue_date date,
    check_code text,
    amount numeric,
    total_amount numeric,
    reason text NOT NULL CHECK (reason IN ('first_capture', 'status_update', 'received')),
    goal text NOT NULL DEFAULT 'pool' CHECK (goal IN ('pool', 'cache')),
    caused_by bigint REFERENCES sync.task,
    org_code text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN (
        'waiting',    -- queued -> verified | mismatch | not_found | limit | failed
        'limit',      -- five calls made today -> the same, from the next day on
        'verified',   -- the bureau confirms it, the pool or the cache holds its face (final)
        'mismatch',   -- the bureau has another face under this number (final)
        'not_found',  -- the bureau has no such invoice (final)
        'failed'      -- could not be asked or answered (final)
    )),
    attempts smallint NOT NULL DEFAULT 0,
    result_code text,
    result_text text,
    advice text,
    not_before timestamptz,
    not_before_day date,
    claimed_by text,
    claim_no integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    created_by text NOT NULL DEFAULT sync.actor(),
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT final_has_its_instant CHECK ((state IN ('waiting', 'limit')) = (finished_at IS NULL)),
    CONSTRAINT limit_names_its_day CHECK (state <> 'limit' OR not_before_day IS NOT NULL),
    CONSTRAINT refusal_says_why CHECK (
        state IN ('waiting', 'verified') OR (result_code IS NOT NULL AND result_text IS NOT NULL))
);

-- A document is never queued twice at a time, and who asks for it next finds what became of the last time.
CREATE UNIQUE INDEX verification_open_once ON sync.verification (direction, taxpayer_no, document_key)
    WHERE state IN ('waiting', 'limit');
CREATE INDEX verification_of_document ON sync.verification (document_key, direction, taxpayer_no);
CREATE INDEX verification_due ON sync.verification (verification_id) WHERE state IN ('waiting', 'limit');

-- Every call, written before it leaves: the count of five a day survives whoever dies between question and answer.
CREATE TABLE sync.verification_call (
    reply_id bigint PRIMARY KEY DEFAULT nextval(pg_get_serial_sequence('sync.reply', 'reply_id')),
    verification_id bigint NOT NULL REFERENCES sync.verification,
    document_key text NOT NULL,
    day date NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    counted boolean NOT NULL DEFAULT true,
    question jsonb NOT NULL,
    result_code text,
    result_text text,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea,
    CONSTRAINT an_answer_has_its_instant CHECK (answered_at IS NOT NULL OR num_nonnulls(result_code, result_text, body) = 0)
);

CREATE INDEX verification_call_of_day ON sync.verification_call (document_key, day) WHERE counted;
CREATE INDEX verification_call_of_verification ON sync.verification_call (verification_id);

-- An answer is written once: evidence is not rewritten.
CREATE FUNCTION sync.keep_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'call % of sync.verification_call has its answer: it is evidence and stays', OLD.reply_id;
END $$;

CREATE TRIGGER keep_answers BEFORE UPDATE ON sync.verification_call
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL) EXECUTE FUNCTION sync.keep_answers();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.verification_call
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- 查验: what waits, what came of it, and how often it was asked.
CREATE VIEW fapiao.verification AS
SELECT v.batch_no, v.taxpayer_no, v.direction, v.document_key, v.invoice_type, v.issue_date, v.reason, v.goal, v.state,
    fapiao.label('verification_state', v.state) AS state_label, v.result_code, v.result_text, v.advice, v.not_before,
    v.not_before_day, v.created_by, v.created_at, v.finished_at, cause.batch_no AS caused_by_batch_no,
    (SELECT count(*)::integer FROM sync.verification_call AS c WHERE c.verification_id = v.verification_id) AS calls
FROM sync.verification AS v
LEFT JOIN sync.task AS cause ON cause.task_id = v.caused_by;
