-- The task table, which is the sync log and the queue, with everything that proves what a row says.

CREATE SCHEMA sync;

-- Rules that SQL needs, copied from include/rules by the migration runner; the YAML stays the source.
CREATE TABLE sync.code_label (
    kind text NOT NULL,
    code text NOT NULL,
    label text NOT NULL,
    PRIMARY KEY (kind, code)
);

CREATE TABLE sync.quota_limit (
    channel text NOT NULL,
    counter text NOT NULL,
    daily integer,
    current_month integer,
    past_month integer,
    PRIMARY KEY (channel, counter)
);

-- The day the newest run worked for; the quota board says "today" of that day, so a rehearsal reads as a real day does.
CREATE TABLE sync.business_day (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    day date NOT NULL
);

CREATE SEQUENCE sync.serial;

-- 批次号: yyyyMMddHHmmssSSS in Asia/Shanghai and six characters; the characters scramble a serial number, so two never clash (A-39).
CREATE FUNCTION sync.digit(serial bigint, place integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        ((serial * 1500450271 + 907693) % 2176782336 / place % 36)::integer + 1, 1)
$$;

CREATE FUNCTION sync.new_batch_no(serial bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT to_char(clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISSMS')
        || sync.digit(serial, 1) || sync.digit(serial, 36) || sync.digit(serial, 1296) || sync.digit(serial, 46656)
        || sync.digit(serial, 1679616) || sync.digit(serial, 60466176)
$$;

-- One planning of one DAG for one day; its number is the parent batch of the rows it planned.
CREATE TABLE sync.batch (
    batch_no text PRIMARY KEY DEFAULT sync.new_batch_no(nextval('sync.serial')),
    dag_id text NOT NULL,
    run_id text NOT NULL,
    day date NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    planned integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    UNIQUE (dag_id, run_id)
);

CREATE TABLE sync.task (
    task_id bigint PRIMARY KEY DEFAULT nextval('sync.serial'),
    batch_no text NOT NULL UNIQUE,
    parent_batch_no text NOT NULL REFERENCES sync.batch,
    parent_task_id bigint REFERENCES sync.task,
    dag_id text NOT NULL,
    run_id text NOT NULL,
    job text NOT NULL,
    rule text NOT NULL,
    tick text NOT NULL,
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    channel text NOT NULL CHECK (channel IN ('etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino')),
    direction text NOT NULL CHECK (direction IN ('input', 'output')),
    download_type text NOT NULL CHECK (download_type IN (
        'input_full', 'output_full', 'input_status', 'input_incremental', 'unselected_init', 'input_files')),
    sync_type text NOT NULL CHECK (sync_type IN (
        'manual_capture', 'current_month', 'history_month', 'current_period_input', 'manual_import',
        'history_period_input', 'current_day')),
    document text NOT NULL CHECK (document IN ('invoice', 'customs', 'withholding')),
    invoice_type text NOT NULL,
    window_start date,
    window_end date,
    window_basis text NOT NULL CHECK (window_basis IN (
        'issue_date', 'collection_date', 'recognition_date', 'tax_period')),
    counter text,
    automatic boolean NOT NULL DEFAULT true,
    priority smallint NOT NULL DEFAULT 50,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN (
        'pending',          -- planned -> downloading | apply_failed
        'downloading',      -- accepted by the bureau -> downloaded | download_failed
        'downloaded',       -- every raw reply kept -> succeeded | no_data | downloading | download_failed
        'headers_only',     -- header collection without lines -> succeeded
        'incomplete',       -- a requested side is missing -> downloading
        'no_data',          -- the bureau has nothing in the window (final)
        'succeeded',        -- the pool holds it (final)
        'apply_failed',     -- the application was not accepted (final)
        'download_failed'   -- cannot be downloaded (final)
    )),
    void_state text CHECK (void_state IN ('voided', 'terminated')),
    voided_by text,
    voided_at timestamptz,
    void_reason text,
    downloaded_count integer NOT NULL DEFAULT 0 CHECK (downloaded_count >= 0),
    inserted_count integer NOT NULL DEFAULT 0 CHECK (inserted_count >= 0),
    updated_count integer NOT NULL DEFAULT 0 CHECK (updated_count >= 0),
    unchanged_count integer NOT NULL DEFAULT 0 CHECK (unchanged_count >= 0),
    ignored_count integer NOT NULL DEFAULT 0 CHECK (ignored_count >= 0),
    failed_count integer NOT NULL DEFAULT 0 CHECK (failed_count >= 0),
    succeeded_count integer GENERATED ALWAYS AS (inserted_count + updated_count + unchanged_count) STORED,
    amount_sum numeric(20, 2),
    tax_sum numeric(20, 2),
    error_code text,
    error_message text,
    advice text,
    attempts smallint NOT NULL DEFAULT 0,
    generation smallint NOT NULL DEFAULT 1,
    request_no text,
    not_before timestamptz,
    not_before_day date,
    claimed_by text,
    claim_no integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    observed_at timestamptz,
    finished_at timestamptz,

    CONSTRAINT window_is_ordered CHECK (window_start <= window_end),
    CONSTRAINT counts_balance CHECK (downloaded_count
        = inserted_count + updated_count + unchanged_count + ignored_count + failed_count),
    CONSTRAINT final_has_its_instant CHECK (
        (status IN ('no_data', 'succeeded', 'apply_failed', 'download_failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT accepted_has_its_number CHECK (
        status IN ('pending', 'apply_failed', 'download_failed')
        OR (applied_at IS NOT NULL AND observed_at IS NOT NULL AND request_no IS NOT NULL)),
    CONSTRAINT unapplied_has_none CHECK (status NOT IN ('pending', 'apply_failed') OR applied_at IS NULL),
    CONSTRAINT failure_says_why CHECK (
        status NOT IN ('apply_failed', 'download_failed') OR (error_code IS NOT NULL AND error_message IS NOT NULL)),
    CONSTRAINT nothing_is_nothing CHECK (status <> 'no_data' OR downloaded_count = 0),
    CONSTRAINT void_is_whole CHECK (num_nonnulls(void_state, voided_by, voided_at, void_reason) IN (0, 4))
);

-- A tick of the calendar plans a download once, whoever runs it again.
CREATE UNIQUE INDEX task_planned_once ON sync.task (
    taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, job, tick)
    NULLS NOT DISTINCT WHERE parent_task_id IS NULL;

-- A follow-up is planned once per task that caused it.
CREATE UNIQUE INDEX task_follows_once ON sync.task (parent_task_id, job) WHERE parent_task_id IS NOT NULL;

-- Two equal downloads are never open at the same time.
CREATE UNIQUE INDEX task_single_flight ON sync.task (
    taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, download_type)
    NULLS NOT DISTINCT
    WHERE status IN ('pending', 'downloading') AND void_state IS NULL AND parent_task_id IS NULL;

CREATE UNIQUE INDEX task_request_no ON sync.task (channel, request_no) WHERE request_no IS NOT NULL;

-- What a claim looks at, and nothing else: a million settled rows cost a claim nothing.
CREATE INDEX task_open ON sync.task (dag_id, priority, task_id)
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL;

CREATE INDEX task_by_parent ON sync.task (parent_batch_no);

-- What the calendar named and the plan left out, with the reason: not due is silence, everything else is a row.
CREATE TABLE sync.skip (
    skip_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_batch_no text NOT NULL REFERENCES sync.batch,
    dag_id text NOT NULL,
    rule text NOT NULL,
    tick text NOT NULL,
    scheme_id bigint,
    taxpayer_no text,
    channel text NOT NULL,
    direction text NOT NULL,
    document text NOT NULL,
    invoice_type text,
    window_start date,
    window_end date,
    reason_code text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (
        dag_id, rule, tick, scheme_id, taxpayer_no, direction, document, invoice_type, window_start, reason_code)
);

-- One question of a task to the bureau: a package series, a collection day, a month of recognitions, a handful of invoices.
CREATE TABLE sync.part (
    task_id bigint NOT NULL REFERENCES sync.task,
    part_no integer NOT NULL,
    argument jsonb NOT NULL,
    announced integer,
    stored integer NOT NULL DEFAULT 0,
    cursor text,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (task_id, part_no)
);

-- Every answer that carried rows, as it was after decryption, before anyone parsed it.
CREATE TABLE sync.reply (
    reply_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id bigint NOT NULL REFERENCES sync.task,
    generation smallint NOT NULL,
    part_no integer NOT NULL,
    package_no integer NOT NULL,
    row_count integer NOT NULL CHECK (row_count >= 0),
    received_at timestamptz NOT NULL DEFAULT now(),
    observed_at timestamptz NOT NULL,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea NOT NULL,
    UNIQUE (task_id, generation, part_no, package_no)
);

-- 申请次数: one row per application that was, may have been, or is about to be counted by the bureau.
CREATE TABLE sync.quota_slot (
    slot_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taxpayer_no text NOT NULL,
    channel text NOT NULL,
    counter text NOT NULL,
    direction text NOT NULL,
    document text NOT NULL,
    invoice_type text NOT NULL,
    issue_month date NOT NULL CHECK (issue_month = date_trunc('month', issue_month)),
    day date NOT NULL,
    state text NOT NULL CHECK (state IN (
        'reserved',   -- before the call -> consumed | released | unknown
        'consumed',   -- the bureau accepted (final)
        'released',   -- the bureau provably did not accept (final)
        'unknown',    -- sent, and no answer came (final, counted as used)
        'foreign'     -- the bureau refused though our own count was below the limit (final, counted as used)
    )),
    task_id bigint REFERENCES sync.task,
    reserved_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CONSTRAINT settled_has_its_instant CHECK ((state = 'reserved') = (settled_at IS NULL)),
    CONSTRAINT own_slot_has_a_task CHECK ((state = 'foreign') OR (task_id IS NOT NULL))
);

CREATE INDEX quota_slot_used ON sync.quota_slot (
    taxpayer_no, channel, counter, direction, invoice_type, issue_month, day) WHERE state <> 'released';
CREATE UNIQUE INDEX quota_slot_reserved_once ON sync.quota_slot (task_id, issue_month) WHERE state = 'reserved';
CREATE INDEX quota_slot_by_task ON sync.quota_slot (task_id);

-- 日志: what happened to a task, by whom and why; written by trigger, never by a program, and never changed.
CREATE TABLE sync.task_event (
    task_id bigint NOT NULL,  -- no foreign key: only the trigger of sync.task writes here, and tasks are never deleted
    seq integer NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    hash bytea NOT NULL,
    PRIMARY KEY (task_id, seq)
);

-- The link of the chain: each event's hash covers the one before it and everything the event says.
CREATE FUNCTION sync.event_hash(
    previous bytea, batch_no text, seq integer, from_status text, to_status text, actor text, reason text, at timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(concat_ws(E'\x1f', batch_no, seq, coalesce(from_status, ''), to_status,
        actor, coalesce(reason, ''), extract(epoch FROM at)), 'UTF8'))
$$;

CREATE FUNCTION sync.actor() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('fapiao.actor', true), ''), session_user::text)
$$;

CREATE FUNCTION sync.log_new_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (SELECT task_id, batch_no, status, coalesce(error_message, rule) AS reason, clock_timestamp() AS at FROM fresh) AS born;
    RETURN NULL;
END $$;

CREATE FUNCTION sync.log_changed_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT
            now_.task_id, now_.batch_no, was.status AS from_status,
            coalesce(now_.void_state, now_.status) AS to_status,
            coalesce(now_.void_reason, now_.error_message, nullif(current_setting('fapiao.reason', true), '')) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (task_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = now_.task_id ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.void_state, was.error_code, was.error_message, was.not_before_day)
            IS DISTINCT FROM (now_.status, now_.void_state, now_.error_code, now_.error_message, now_.not_before_day)
    ) AS moved;
    RETURN NULL;
END $$;

CREATE TRIGGER log_new_tasks AFTER INSERT ON sync.task
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_new_tasks();
CREATE TRIGGER log_changed_tasks AFTER UPDATE ON sync.task
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_changed_tasks();

CREATE FUNCTION sync.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.task_event
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.reply
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- A final row stays final: what a task said once, it says for ever.
CREATE FUNCTION sync.keep_final_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'task % is % and cannot become %', OLD.batch_no, coalesce(OLD.void_state, OLD.status), NEW.status;
END $$;

CREATE TRIGGER keep_final_rows BEFORE UPDATE OF status ON sync.task
    FOR EACH ROW WHEN ((OLD.finished_at IS NOT NULL OR OLD.void_state IS NOT NULL) AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION sync.keep_final_rows();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.task
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
