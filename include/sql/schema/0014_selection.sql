-- 勾选: the queue of selections, one row per request to the bureau, with its documents, its events and the two logs people read.

-- One request of a submission: an operation over documents of one tax number, or over the tax number itself (统计表).
CREATE TABLE sync.selection (
    selection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_no text NOT NULL UNIQUE DEFAULT sync.new_batch_no(nextval('sync.serial')),
    parent_batch_no text NOT NULL REFERENCES sync.batch,  -- the submission
    part_no smallint NOT NULL DEFAULT 1 CHECK (part_no >= 1),  -- a tax number with more documents than a request takes has several
    operation text NOT NULL CHECK (operation IN (
        'not_deduct', 'undo_not_deduct', 'preselect', 'undo_preselect', 'make_statistics', 'undo_statistics',
        'confirm_statistics')),
    surface text NOT NULL CHECK (surface IN ('interactive', 'import', 'api', 'retry', 'scheduled')),
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    channel text NOT NULL CHECK (channel IN ('etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino')),
    account text,
    city_code text,
    status text NOT NULL DEFAULT 'unprocessed' CHECK (status IN (
        'unprocessed',  -- not handed to the channel -> processing | succeeded | failed
        'processing',   -- the channel has taken it -> succeeded | failed
        'succeeded',    -- the bureau's result says so, for every document (final)
        'failed'        -- refused, or the result says so of a document at least (final)
    )),
    tax_period text CHECK (tax_period ~ '^[0-9]{6}$'),
    document_count integer NOT NULL CHECK (document_count >= 0),
    succeeded_count integer NOT NULL DEFAULT 0 CHECK (succeeded_count >= 0),
    failed_count integer NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
    error_code text,
    error_message text,
    advice text,
    request_no text,
    holdings_no text,  -- the question what the bureau holds, where that is a task of its own
    sent_at timestamptz,  -- written before the upload leaves: without request_no nobody knows whether it arrived
    applied_at timestamptz,
    observed_at timestamptz,
    finished_at timestamptz,
    not_before timestamptz,
    polls integer NOT NULL DEFAULT 0 CHECK (polls >= 0),
    attempts smallint NOT NULL DEFAULT 0,
    claimed_by text,
    claim_no integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    login_request_id bigint REFERENCES sync.login_request,
    retry_of bigint REFERENCES sync.selection,
    created_by text NOT NULL DEFAULT sync.actor(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_request_a_part UNIQUE (parent_batch_no, taxpayer_no, operation, part_no),
    CONSTRAINT final_has_its_instant CHECK ((status IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT number_has_its_instants CHECK (
        num_nonnulls(request_no, applied_at) IN (0, 2) AND (request_no IS NULL OR sent_at IS NOT NULL)),
    CONSTRAINT processing_has_its_number CHECK (status <> 'processing' OR request_no IS NOT NULL),
    CONSTRAINT unprocessed_has_none CHECK (status <> 'unprocessed' OR request_no IS NULL),
    CONSTRAINT success_was_sent CHECK (
        status <> 'succeeded' OR sent_at IS NOT NULL OR operation IN ('preselect', 'undo_preselect')),
    CONSTRAINT success_is_whole CHECK (status <> 'succeeded' OR failed_count = 0),
    CONSTRAINT failure_says_why CHECK (
        status <> 'failed' OR (error_code IS NOT NULL AND error_message IS NOT NULL)),
    CONSTRAINT counts_balance CHECK (CASE
        WHEN finished_at IS NULL THEN succeeded_count + failed_count <= document_count
        ELSE succeeded_count + failed_count = document_count
    END)
);

-- A failed request is retried once; who wants more retries the retry.
CREATE UNIQUE INDEX selection_retried_once ON sync.selection (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX selection_open ON sync.selection (selection_id) WHERE status IN ('unprocessed', 'processing');
CREATE INDEX selection_of_taxpayer ON sync.selection (taxpayer_no, selection_id);
CREATE INDEX selection_waiting_for_login ON sync.selection (login_request_id) WHERE login_request_id IS NOT NULL;

-- One document of a request: what was wished for it, what the pool said of it before and after, and the bureau's own words.
CREATE TABLE sync.selection_item (
    selection_id bigint NOT NULL REFERENCES sync.selection,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    reason text CHECK (reason IN ('1', '2', '3', '4', '5')),
    reason_text text,
    status_before text,
    status_after text,
    state text NOT NULL DEFAULT 'open' CHECK (state IN (
        'open',       -- nothing is known yet -> succeeded | failed
        'succeeded',  -- the bureau did it, or holds it as wished (final)
        'failed'      -- refused by us or by the bureau (final)
    )),
    result_code text,
    result_text text,
    tax_period text,
    settled_at timestamptz,
    PRIMARY KEY (selection_id, document_key),
    CONSTRAINT final_has_its_instant CHECK ((state = 'open') = (settled_at IS NULL)),
    CONSTRAINT success_says_what_is_now CHECK (state <> 'succeeded' OR status_after IS NOT NULL),
    CONSTRAINT failure_says_why CHECK (state <> 'failed' OR (result_code IS NOT NULL AND result_text IS NOT NULL))
);

-- A document is in one open operation at most.
CREATE UNIQUE INDEX selection_item_open_once ON sync.selection_item (taxpayer_no, document_key) WHERE state = 'open';
CREATE INDEX selection_item_of_document ON sync.selection_item (document_key, selection_id);

-- What a document's item says once, it says for ever; none is taken out.
CREATE FUNCTION sync.keep_settled_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'document % of selection % is % already: the ledger is append-only',
        OLD.document_key, OLD.selection_id, OLD.state;
END $$;

CREATE TRIGGER keep_settled_items BEFORE UPDATE ON sync.selection_item
    FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION sync.keep_settled_items();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.selection_item
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

CREATE FUNCTION sync.keep_final_selections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'selection % is % and cannot become %', OLD.batch_no, OLD.status, NEW.status;
END $$;

CREATE TRIGGER keep_final_rows BEFORE UPDATE OF status ON sync.selection
    FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION sync.keep_final_selections();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.selection
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- 日志 of a request: written by trigger, chained as the events of a task are, and never changed.
CREATE TABLE sync.selection_event (
    selection_id bigint NOT NULL,  -- no foreign key: only the trigger of sync.selection writes here, and its rows are never deleted
    seq integer NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    hash bytea NOT NULL,
    PRIMARY KEY (selection_id, seq)
);

CREATE FUNCTION sync.log_new_selections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (
        SELECT selection_id, batch_no, status, coalesce(error_message, operation) AS reason, clock_timestamp() AS at
        FROM fresh
    ) AS born;
    RETURN NULL;
END $$;

CREATE FUNCTION sync.log_changed_selections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT now_.selection_id, now_.batch_no, was.status AS from_status, now_.status AS to_status,
            coalesce(now_.error_message, CASE WHEN was.sent_at IS DISTINCT FROM now_.sent_at THEN 'sent' END) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (selection_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.selection_event AS e WHERE e.selection_id = now_.selection_id
            ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.error_code, was.error_message, was.sent_at)
            IS DISTINCT FROM (now_.status, now_.error_code, now_.error_message, now_.sent_at)
    ) AS moved;
    RETURN NULL;
END $$;

CREATE TRIGGER log_new_selections AFTER INSERT ON sync.selection
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_new_selections();
CREATE TRIGGER log_changed_selections AFTER UPDATE ON sync.selection
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_changed_selections();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.selection_event
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- What a paper is to a selection: the 20th character of a 缴款书 tells 消费税 (Y) from 增值税, which alone is selected (R184).
CREATE FUNCTION pool.selection_kind(document text, invoice_type text, document_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN document = 'customs' AND document_key LIKE '___________________Y__' THEN 'customs_consumption'
        ELSE invoice_type
    END
$$;

-- 当期统计表状态 as the bureau said it last; good for thirty minutes of the caller's clock (R189). A changed period clears it.
CREATE TABLE sync.statistics_state (
    taxpayer_no text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('01', '02', '03', '04', '05', '21', '22', '23', '24', '25')),
    period text NOT NULL CHECK (period ~ '^[0-9]{6}$'),
    deadline date,
    asked_at timestamptz NOT NULL
);

-- 勾选中: documents whose operation the bureau has not answered; the pool keeps saying what the bureau said last (ADR 0025).
CREATE VIEW fapiao.selection_under_way AS
SELECT i.taxpayer_no, i.document_key, s.batch_no, s.operation, s.status, '5'::text AS selection_status,
    fapiao.label('selection_status', '5') AS selection_status_label
FROM sync.selection_item AS i
JOIN sync.selection AS s USING (selection_id)
WHERE i.state = 'open';

-- 税局用票操作日志: one row per request.
CREATE VIEW fapiao.selection_log AS
SELECT
    s.batch_no, s.parent_batch_no, s.operation, coalesce(operation.label, s.operation) AS operation_label, s.taxpayer_no,
    s.taxpayer_name, s.org_code, s.channel, coalesce(channel.label, s.channel) AS channel_label, s.account, s.city_code,
    s.status, coalesce(status.label, s.status) AS status_label, s.tax_period, s.document_count, s.succeeded_count,
    s.failed_count, s.error_code, s.error_message, s.advice, s.request_no, s.surface,
    coalesce(surface.label, s.surface) AS surface_label, s.created_by, s.created_at, s.sent_at, s.applied_at, s.finished_at,
    s.not_before, s.polls, s.attempts, s.part_no, retried.batch_no AS retry_of_batch_no,
    s.login_request_id IS NOT NULL AS waits_for_login, m.code AS module_code, m.name AS module_name
FROM sync.selection AS s
LEFT JOIN sync.selection AS retried ON retried.selection_id = s.retry_of
LEFT JOIN sync.module AS m ON m.job = 'selection'
LEFT JOIN sync.code_label AS operation ON operation.kind = 'selection_operation' AND operation.code = s.operation
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = s.channel
LEFT JOIN sync.code_label AS status ON status.kind = 'selection_task_status' AND status.code = s.status
LEFT JOIN sync.code_label AS surface ON surface.kind = 'selection_surface' AND surface.code = s.surface;

-- 税局用票台账: one row per document and operation, before and after.
CREATE VIEW fapiao.selection_ledger AS
SELECT
    i.document_key, i.taxpayer_no, s.batch_no, s.parent_batch_no, s.operation,
    coalesce(operation.label, s.operation) AS operation_label, i.reason, coalesce(reason.label, i.reason) AS reason_label,
    i.reason_text, i.status_before, coalesce(before.label, i.status_before) AS status_before_label, i.status_after,
    coalesce(after.label, i.status_after) AS status_after_label, i.state, coalesce(state.label, i.state) AS state_label,
    i.result_code, i.result_text, i.tax_period, s.status AS task_status,
    coalesce(task_status.label, s.status) AS task_status_label, s.channel, coalesce(channel.label, s.channel) AS channel_label,
    s.account, s.surface, s.created_by, s.created_at, i.settled_at, s.selection_id
FROM sync.selection_item AS i
JOIN sync.selection AS s USING (selection_id)
LEFT JOIN sync.code_label AS operation ON operation.kind = 'selection_operation' AND operation.code = s.operation
LEFT JOIN sync.code_label AS reason ON reason.kind = 'not_deductible_type' AND reason.code = i.reason
LEFT JOIN sync.code_label AS before ON before.kind = 'selection_status' AND before.code = i.status_before
LEFT JOIN sync.code_label AS after ON after.kind = 'selection_status' AND after.code = i.status_after
LEFT JOIN sync.code_label AS state ON state.kind = 'selection_item_state' AND state.code = i.state
LEFT JOIN sync.code_label AS task_status ON task_status.kind = 'selection_task_status' AND task_status.code = s.status
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = s.channel;

-- 登录请求: now with the selections that wait for it; the promised columns stay where they are.
CREATE OR REPLACE VIEW fapiao.login_request AS
SELECT r.channel, r.account, r.city_code, r.url, r.reason, r.asked_at, r.next_check, r.answered_at, r.answered_by,
    tasks.waiting AS waiting_tasks,
    ARRAY(SELECT DISTINCT unnest(tasks.taxpayers || selections.taxpayers) ORDER BY 1) AS taxpayers,
    selections.waiting AS waiting_selections
FROM sync.login_request AS r
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, coalesce(array_agg(k.taxpayer_no), '{}') AS taxpayers
    FROM sync.task AS k WHERE k.login_request_id = r.login_request_id
) AS tasks
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, coalesce(array_agg(s.taxpayer_no), '{}') AS taxpayers
    FROM sync.selection AS s WHERE s.login_request_id = r.login_request_id
) AS selections;
