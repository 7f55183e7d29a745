-- name: lock_taxpayers
-- Lets one submission at a time look at and add to the open operations of these tax numbers.
SELECT pg_advisory_xact_lock(hashtextextended('sync.selection ' || taxpayer_no, 0))
FROM (SELECT DISTINCT unnest(%(taxpayers)s::text[]) AS taxpayer_no ORDER BY 1) AS whose;

-- name: basics
-- Whom a request is for: channel of selections, bureau, 企业性质, and the account that serves it by default (R176, R178).
SELECT t.taxpayer_no, t.name, t.org_code, e.selection_channel AS channel, t.company_type = 'small_scale' AS small_scale,
    t.leqi_id, coalesce(t.bureau_city_code, t.bureau_city) AS city_code, t.bureau_city, a.account, a.account_type
FROM enterprise.taxpayer AS t
JOIN enterprise.effective_channel AS e USING (taxpayer_no)
LEFT JOIN enterprise.account AS a
    ON a.taxpayer_no = t.taxpayer_no AND a.is_default AND a.account_type IN ('receive', 'both')
WHERE t.taxpayer_no = ANY (%(taxpayers)s);

-- name: accounts
-- The accounts of a tax number that may receive, the default one first (R178).
SELECT account, account_type, is_default AND account_type IN ('receive', 'both') AS is_default
FROM enterprise.account
WHERE taxpayer_no = %(taxpayer_no)s AND account_type IN ('receive', 'both')
ORDER BY is_default DESC, account;

-- name: documents
-- Documents as they were picked, with what the pool has of them and whether an operation over them is open.
SELECT c.taxpayer_no, c.document_key, c.reason, c.reason_text, d.document_key IS NOT NULL AS known,
    coalesce(d.document, '') AS document,
    coalesce(pool.selection_kind(d.document, d.invoice_type, d.document_key), '') AS invoice_type,
    d.selection_status AS status, d.issue_date, EXISTS (
        SELECT FROM sync.selection_item AS i
        WHERE i.taxpayer_no = c.taxpayer_no AND i.document_key = c.document_key AND i.state = 'open') AS under_way
FROM jsonb_to_recordset(%(chosen)s) AS c (taxpayer_no text, document_key text, reason text, reason_text text)
LEFT JOIN LATERAL (
    SELECT * FROM pool.document AS p
    WHERE p.direction = 'input' AND p.taxpayer_no = c.taxpayer_no AND p.document_key = c.document_key
    OFFSET 0  -- one look by the whole key each, whatever is thought of how many documents a company has
) AS d ON true
ORDER BY c.taxpayer_no, c.document_key;

-- name: find_submission
-- A submission that was made before under the same run, with its requests in order.
SELECT b.batch_no, ARRAY(
    SELECT s.batch_no FROM sync.selection AS s WHERE s.parent_batch_no = b.batch_no ORDER BY s.selection_id) AS batches
FROM sync.batch AS b
WHERE b.dag_id = %(dag_id)s AND b.run_id = %(run_id)s;

-- name: open_submission
-- The submission that requests belong to.
INSERT INTO sync.batch (dag_id, run_id, day, created_by, planned)
VALUES (%(dag_id)s, %(run_id)s, %(day)s, %(created_by)s, %(planned)s)
RETURNING batch_no;

-- name: add
-- One request of a submission; one that is refused before any call is born failed, a local one is born succeeded.
INSERT INTO sync.selection (
    parent_batch_no, part_no, operation, surface, taxpayer_no, taxpayer_name, org_code, channel, account, city_code, status,
    document_count, succeeded_count, failed_count, error_code, error_message, advice, finished_at, sent_at, retry_of)
VALUES (
    %(parent_batch_no)s, %(part_no)s, %(operation)s, %(surface)s, %(taxpayer_no)s, %(taxpayer_name)s, %(org_code)s,
    %(channel)s, %(account)s, %(city_code)s, %(status)s, %(document_count)s,
    CASE WHEN %(status)s = 'succeeded' THEN %(document_count)s::integer ELSE 0 END,
    CASE WHEN %(status)s = 'failed' THEN %(document_count)s::integer ELSE 0 END,
    %(code)s, %(message)s, %(advice)s, CASE WHEN %(status)s IN ('succeeded', 'failed') THEN sync.now() END,
    (SELECT r.sent_at FROM sync.selection AS r WHERE r.selection_id = %(retry_of)s AND r.request_no IS NULL), %(retry_of)s)
RETURNING selection_id, batch_no;

-- name: add_items
-- The documents of a request, with what the pool says of them before it.
INSERT INTO sync.selection_item (
    selection_id, taxpayer_no, document_key, reason, reason_text, status_before, status_after, state, result_code,
    result_text, settled_at)
SELECT %(selection_id)s, %(taxpayer_no)s, c.document_key, c.reason, c.reason_text,
    coalesce(%(from_status)s, d.selection_status, '0'),
    CASE WHEN %(status)s <> 'unprocessed' THEN coalesce(d.selection_status, '0') END,
    CASE WHEN %(status)s = 'unprocessed' THEN 'open' ELSE %(status)s END, %(code)s, %(message)s,
    CASE WHEN %(status)s <> 'unprocessed' THEN sync.now() END
FROM jsonb_to_recordset(%(documents)s) AS c (document_key text, reason text, reason_text text)
LEFT JOIN LATERAL (
    SELECT p.selection_status FROM pool.document AS p
    WHERE p.direction = 'input' AND p.taxpayer_no = %(taxpayer_no)s AND p.document_key = c.document_key
    OFFSET 0
) AS d ON true;

-- name: mark_locally
-- 预勾选 and back, in our pool alone: nobody is asked, the change is logged, what the bureau said last stays known as such.
WITH marked AS (
    UPDATE pool.document AS d
    SET selection_status = %(to_status)s, updated_at = sync.clock_timestamp()
    WHERE d.direction = 'input' AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = ANY (%(keys)s)
        AND coalesce(d.selection_status, '0') = %(from_status)s
    RETURNING new.document_key, old.selection_status AS was, new.selection_status AS now_
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
SELECT 'input', %(taxpayer_no)s, document_key, 'selection_status', was, now_, %(batch_no)s, %(channel)s, %(observed_at)s,
    sync.clock_timestamp()
FROM marked;

-- name: claim
-- Takes due requests for one worker, oldest first; with batches only these, due or not, unless another worker has them,
-- and what they broke is forgiven. A claim that nobody gave back counts, as everywhere.
WITH due AS (
    SELECT selection_id
    FROM sync.selection
    WHERE status IN ('unprocessed', 'processing') AND channel = ANY (%(channels)s)
        AND (%(batches)s::text[] IS NULL OR batch_no = ANY (%(batches)s::text[]))
        AND (%(batches)s::text[] IS NOT NULL OR (login_request_id IS NULL AND (not_before IS NULL OR not_before <= sync.now())))
        AND (lease_until IS NULL OR lease_until <= sync.now() OR claimed_by = %(owner)s)
        AND (%(suspects)s::boolean IS NULL OR (broke_workers > 0 OR lease_until IS NOT NULL) = %(suspects)s::boolean)
    ORDER BY selection_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE sync.selection AS s
SET claimed_by = %(owner)s, claim_no = s.claim_no + 1, lease_until = sync.now() + %(lease)s,
    broke_workers = CASE
        WHEN %(batches)s::text[] IS NOT NULL THEN 0
        ELSE s.broke_workers + CASE WHEN s.lease_until IS NULL THEN 0 ELSE 1 END END,
    not_before = CASE WHEN s.not_before = 'infinity' THEN sync.now() ELSE s.not_before END
FROM due
WHERE s.selection_id = due.selection_id
RETURNING s.selection_id, s.claim_no, s.batch_no, s.operation, s.surface, s.taxpayer_no, s.channel, s.account, s.status,
    s.tax_period, s.request_no, s.holdings_no, s.sent_at IS NOT NULL AS sent, s.attempts, s.polls, s.broke_workers,
    greatest(0, extract(epoch FROM s.sent_at + %(unanswered)s - sync.now()))::float8 AS unanswered_seconds;

-- name: lock_claimed
-- Locks a claimed request until the transaction ends; no row means that somebody else has taken it over.
UPDATE sync.selection SET lease_until = sync.now() + %(lease)s
WHERE selection_id = %(row_id)s AND claim_no = %(claim_no)s AND status IN ('unprocessed', 'processing')
RETURNING selection_id;

-- name: open_documents
-- The documents of a request that are not settled, as the pool has them now.
SELECT i.taxpayer_no, i.document_key, i.reason, i.reason_text, d.document_key IS NOT NULL AS known,
    coalesce(d.document, '') AS document,
    coalesce(pool.selection_kind(d.document, d.invoice_type, d.document_key), '') AS invoice_type,
    d.selection_status AS status, d.issue_date, false AS under_way, d.tax_amount, d.effective_tax_amount, d.tax_period
FROM sync.selection_item AS i
LEFT JOIN LATERAL (
    SELECT * FROM pool.document AS p
    WHERE p.direction = 'input' AND p.taxpayer_no = i.taxpayer_no AND p.document_key = i.document_key
    OFFSET 0
) AS d ON true
WHERE i.selection_id = %(selection_id)s AND i.state = 'open'
ORDER BY i.document_key;

-- name: sent
-- The upload is about to leave; committed before it does.
UPDATE sync.selection SET sent_at = sync.now(), tax_period = coalesce(%(tax_period)s, tax_period)
WHERE selection_id = %(selection_id)s;

-- name: not_sent
-- The upload provably did not arrive, or what arrived of it is settled.
UPDATE sync.selection SET sent_at = NULL WHERE selection_id = %(selection_id)s;

-- name: note_holdings
-- The number under which the bureau works out what it holds, to be asked with again; none once it has answered.
UPDATE sync.selection SET holdings_no = %(holdings_no)s WHERE selection_id = %(selection_id)s;

-- name: accepted
-- The bureau took the upload: its number, and when to ask for the result first; failures count anew.
UPDATE sync.selection
SET status = 'processing', request_no = %(request_no)s, applied_at = sync.now(), not_before = sync.now() + %(wait)s,
    attempts = 0, polls = 0, broke_workers = 0, waits = 0, waiting_since = NULL, login_request_id = NULL, error_code = NULL,
    error_message = NULL, advice = NULL, lease_until = NULL
WHERE selection_id = %(selection_id)s;

-- name: postpone
-- Asked again later; attempts grow only where it was a failure.
UPDATE sync.selection
SET not_before = sync.now() + %(wait)s, attempts = attempts + %(cost)s, polls = polls + %(polls)s, error_code = %(code)s,
    error_message = %(message)s, advice = %(advice)s, login_request_id = NULL, lease_until = NULL, broke_workers = %(broke)s,
    waits = 0, waiting_since = NULL
WHERE selection_id = %(row_id)s;

-- name: waited
-- How often in a row the bureau could not be asked about a request, and the seconds since it took it, or since the first time.
SELECT waits, extract(epoch FROM sync.now() - coalesce(applied_at, waiting_since, sync.now()))::float8 AS seconds
FROM sync.selection WHERE selection_id = %(row_id)s;

-- name: wait_out
-- The bureau could not be asked, for no fault of the request: asked again later, and no attempt is lost (ADR 0042). What an
-- upload in doubt broke is not forgiven: it is yet to be repeated.
UPDATE sync.selection
SET not_before = sync.now() + %(wait)s, waits = waits + 1, waiting_since = coalesce(waiting_since, sync.now()),
    error_code = %(code)s, error_message = %(message)s, advice = %(advice)s, login_request_id = NULL, lease_until = NULL,
    broke_workers = CASE WHEN sent_at IS NOT NULL AND request_no IS NULL THEN broke_workers ELSE 0 END
WHERE selection_id = %(row_id)s;

-- name: set_aside
-- A request that broke workers is due for nobody until a person fetches its result or voids it.
UPDATE sync.selection
SET not_before = 'infinity', error_code = %(code)s, error_message = %(message)s, advice = %(advice)s, lease_until = NULL,
    login_request_id = NULL, broke_workers = %(broke)s
WHERE selection_id = %(row_id)s;

-- name: wait_for_login
-- The request waits for the login and keeps its attempts; one whose login was answered meanwhile is due.
WITH request AS (
    SELECT login_request_id, answered_at IS NULL AS is_open FROM sync.login_request
    WHERE login_request_id = %(login_request_id)s
    FOR SHARE
)
UPDATE sync.selection
SET login_request_id = CASE WHEN r.is_open THEN r.login_request_id END, not_before = NULL, error_code = %(code)s,
    error_message = %(message)s, advice = %(advice)s, lease_until = NULL, broke_workers = 0
FROM request AS r
WHERE selection_id = %(row_id)s;

-- name: apply_uses
-- The bureau's answer into the pool with a row for every change; an observation older than the pool's is held back (A-36).
WITH given AS (
    SELECT r.document_key, r.tax_period, i.reason, i.reason_text
    FROM jsonb_to_recordset(%(settled)s) AS r (document_key text, state text, tax_period text)
    CROSS JOIN LATERAL (
        SELECT j.reason, j.reason_text FROM sync.selection_item AS j
        WHERE j.selection_id = %(selection_id)s AND j.document_key = r.document_key
        OFFSET 0
    ) AS i
    WHERE r.state = 'succeeded'
),
seen_later AS (
    SELECT DISTINCT unnest(g.document_keys) AS document_key
    FROM pool.sighting AS g
    WHERE g.taxpayer_no = %(taxpayer_no)s AND g.direction = 'input' AND g.observed_at > %(observed_at)s
        AND 'selection' = ANY (g.observed_groups)
),
offered AS (
    SELECT d.place, g.document_key, %(to_status)s AS selection_status, o.*,
        coalesce(d.selection_observed_at > %(observed_at)s, false) OR l.document_key IS NOT NULL AS older,
        d.selection_status AS current_status
    FROM given AS g
    CROSS JOIN LATERAL (
        SELECT p.ctid AS place, p.selection_status, p.tax_period, p.selection_observed_at, p.usage_observed_at
        FROM pool.document AS p
        WHERE p.direction = 'input' AND p.taxpayer_no = %(taxpayer_no)s AND p.document_key = g.document_key
        OFFSET 0
    ) AS d
    LEFT JOIN seen_later AS l ON l.document_key = g.document_key
    CROSS JOIN LATERAL (
        SELECT CASE WHEN %(selected)s THEN '2' END AS deduction_purpose, CASE WHEN %(selected)s THEN g.reason END AS reason,
            CASE WHEN %(selected)s THEN g.reason_text END AS reason_text,
            CASE
                WHEN coalesce(d.usage_observed_at > %(observed_at)s, false) THEN d.tax_period
                WHEN %(selected)s THEN coalesce(g.tax_period, d.tax_period)
            END AS tax_period,
            CASE WHEN %(selected)s THEN %(observed_at)s::timestamptz END AS selected_at
    ) AS o
),
applied AS (
    UPDATE pool.document AS d
    SET selection_status = o.selection_status, deduction_purpose = o.deduction_purpose, not_deductible_type = o.reason,
        not_deductible_reason = o.reason_text, tax_period = o.tax_period, selected_at = o.selected_at,
        selection_observed_at = greatest(d.selection_observed_at, %(observed_at)s), channel = %(channel)s,
        batch_no = %(batch_no)s, updated_at = sync.clock_timestamp()
    FROM offered AS o
    WHERE NOT o.older AND d.ctid = o.place  -- nobody moves a row while the pool's lock of the company is held
    RETURNING new.document_key, ARRAY[
        ('selection_status', old.selection_status, new.selection_status)::pool.changed_column,
        ('deduction_purpose', old.deduction_purpose, new.deduction_purpose)::pool.changed_column,
        ('not_deductible_type', old.not_deductible_type, new.not_deductible_type)::pool.changed_column,
        ('not_deductible_reason', old.not_deductible_reason, new.not_deductible_reason)::pool.changed_column,
        ('tax_period', old.tax_period, new.tax_period)::pool.changed_column,
        ('selected_at', old.selected_at::text, new.selected_at::text)::pool.changed_column
    ] AS changes
),
held AS (
    INSERT INTO pool.held_change (
        direction, taxpayer_no, document_key, column_name, current_value, offered_value, reason, batch_no, channel,
        observed_at)
    SELECT 'input', %(taxpayer_no)s, document_key, 'selection_status', current_status, selection_status, 'older',
        %(batch_no)s, %(channel)s, %(observed_at)s
    FROM offered
    WHERE older AND current_status IS DISTINCT FROM selection_status
    ON CONFLICT DO NOTHING
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
SELECT 'input', %(taxpayer_no)s, a.document_key, c.column_name, c.old_value, c.new_value, %(batch_no)s, %(channel)s,
    %(observed_at)s, sync.clock_timestamp()
FROM applied AS a
CROSS JOIN LATERAL unnest(a.changes) AS c
WHERE c.old_value IS DISTINCT FROM c.new_value;

-- name: lock_pool
-- Whoever writes documents of a company holds this lock to the end of the transaction.
SELECT pool.lock_owner('input', %(taxpayer_no)s);

-- name: settle_items
-- What became of documents, and what the pool says of them now.
UPDATE sync.selection_item AS i
SET state = r.state, result_code = r.code, result_text = r.text, tax_period = r.tax_period, settled_at = sync.now(),
    status_after = coalesce((
        SELECT d.selection_status FROM pool.document AS d
        WHERE d.direction = 'input' AND d.taxpayer_no = i.taxpayer_no AND d.document_key = i.document_key), '0')
FROM jsonb_to_recordset(%(settled)s) AS r (document_key text, state text, code text, text text, tax_period text)
WHERE i.selection_id = %(selection_id)s AND i.document_key = r.document_key AND i.state = 'open';

-- name: fail_open_items
-- Documents that nobody will answer for any more fail with the request.
UPDATE sync.selection_item AS i
SET state = 'failed', result_code = %(code)s, result_text = %(message)s, settled_at = sync.now(),
    status_after = coalesce((
        SELECT d.selection_status FROM pool.document AS d
        WHERE d.direction = 'input' AND d.taxpayer_no = i.taxpayer_no AND d.document_key = i.document_key), '0')
WHERE i.selection_id = %(selection_id)s AND i.state = 'open';

-- name: count_items
-- How many documents of a request are open, done and refused, and up to two of the refusals' words.
SELECT count(*) FILTER (WHERE state = 'open')::integer AS open,
    count(*) FILTER (WHERE state = 'succeeded')::integer AS succeeded,
    count(*) FILTER (WHERE state = 'failed')::integer AS failed,
    coalesce((array_agg(DISTINCT ARRAY[result_code, result_text]) FILTER (WHERE state = 'failed'))[1:2], '{}') AS refusals
FROM sync.selection_item
WHERE selection_id = %(selection_id)s;

-- name: note_counts
-- How far an open request is.
UPDATE sync.selection SET succeeded_count = %(succeeded)s, failed_count = %(failed)s
WHERE selection_id = %(selection_id)s;

-- name: finish
-- The end of a request.
UPDATE sync.selection
SET status = %(status)s, succeeded_count = %(succeeded)s, failed_count = %(failed)s, error_code = %(code)s,
    error_message = %(message)s, advice = %(advice)s, observed_at = %(observed_at)s, finished_at = sync.now(),
    tax_period = coalesce(%(tax_period)s, tax_period), not_before = NULL, login_request_id = NULL, lease_until = NULL
WHERE selection_id = %(selection_id)s;

-- name: release
-- Gives a worker's requests back, so that the next one need not wait for the lease.
UPDATE sync.selection SET lease_until = NULL
WHERE claimed_by = %(owner)s AND lease_until IS NOT NULL AND status IN ('unprocessed', 'processing');

-- name: next_due
-- How many requests are open, of one submission or of all, and in how many seconds the earliest is due or its login is
-- looked at again; one that waits for a person alone has no such time.
SELECT count(*)::integer AS open, extract(epoch FROM min(CASE
    WHEN r.answered_at IS NOT NULL THEN sync.now()
    WHEN r.login_request_id IS NOT NULL THEN greatest(r.next_check, sync.now())
    WHEN s.not_before = 'infinity' OR s.waits >= %(most_waits)s THEN NULL
    ELSE greatest(s.not_before, s.lease_until, sync.now())
    END) - sync.now())::float8 AS seconds
FROM sync.selection AS s
LEFT JOIN sync.login_request AS r ON r.login_request_id = s.login_request_id
WHERE s.status IN ('unprocessed', 'processing') AND s.channel = ANY (%(channels)s)
    AND (%(parent)s::text IS NULL OR s.parent_batch_no = %(parent)s::text);

-- name: open_channels
-- The channels on which any request is left to work on, due or not.
SELECT DISTINCT channel FROM sync.selection WHERE status IN ('unprocessed', 'processing') ORDER BY channel;

-- name: statistics
-- 当期统计表状态 as it was heard last.
SELECT state, period, asked_at FROM sync.statistics_state WHERE taxpayer_no = %(taxpayer_no)s;

-- name: save_statistics
-- 当期统计表状态 as it is heard now; an answer older than the one that is known does not replace it.
INSERT INTO sync.statistics_state AS s (taxpayer_no, state, period, deadline, asked_at)
VALUES (%(taxpayer_no)s, %(state)s, %(period)s, %(deadline)s, %(asked_at)s)
ON CONFLICT (taxpayer_no) DO UPDATE SET
    state = EXCLUDED.state, period = EXCLUDED.period, deadline = coalesce(EXCLUDED.deadline, s.deadline),
    asked_at = EXCLUDED.asked_at
WHERE s.asked_at <= EXCLUDED.asked_at;

-- name: clear_statistics
-- The cached state holds no longer.
DELETE FROM sync.statistics_state WHERE taxpayer_no = %(taxpayer_no)s;

-- name: progress
-- How far the requests of a submission are (R152).
SELECT s.batch_no, s.taxpayer_no, s.taxpayer_name, s.operation, s.status,
    coalesce(l.label, s.status) AS status_label, s.document_count, s.succeeded_count, s.failed_count, s.error_message,
    s.advice
FROM sync.selection AS s
LEFT JOIN sync.code_label AS l ON l.kind = 'selection_task_status' AND l.code = s.status
WHERE s.parent_batch_no = %(parent_batch_no)s
ORDER BY s.selection_id;

-- name: told
-- How requests stand: channel, 核算组织 of the documents, status, label and words.
SELECT s.batch_no, s.channel, sync.organisations_of_selection(s.selection_id) AS organisations, s.status, coalesce(l.label, s.status) AS status_label, s.error_message
FROM sync.selection AS s
LEFT JOIN sync.code_label AS l ON l.kind = 'selection_task_status' AND l.code = s.status
WHERE s.batch_no = ANY (%(batches)s)
ORDER BY s.selection_id;

-- name: lock_requests
-- One person at a time retries these; what the other did meanwhile is seen by the statements that follow.
SELECT selection_id FROM sync.selection WHERE batch_no = ANY (%(batches)s) ORDER BY selection_id FOR UPDATE;

-- name: lock_asked
-- The requests that a person wants fetched again or voided, locked in one order.
SELECT batch_no, sync.organisations_of_selection(selection_id) AS organisations,
    status IN ('unprocessed', 'processing') AS is_open
FROM sync.selection WHERE batch_no = ANY (%(batches)s) ORDER BY selection_id FOR UPDATE;

-- name: fetch_again
-- Due now, with nothing held against them; what was sent is asked about first, as ever.
UPDATE sync.selection
SET broke_workers = 0, not_before = sync.now(), login_request_id = NULL, error_code = NULL, error_message = NULL, advice = NULL
WHERE batch_no = ANY (%(batches)s);

-- name: void
-- Ends requests, and with them what is open of their documents: nobody works on them any more. Statistics are heard anew.
WITH asked AS (
    SELECT selection_id, taxpayer_no FROM sync.selection WHERE batch_no = ANY (%(batches)s)
),
items AS (
    UPDATE sync.selection_item AS i
    SET state = 'failed', result_code = %(code)s, result_text = %(message)s, settled_at = sync.now(),
        status_after = coalesce((
            SELECT d.selection_status FROM pool.document AS d
            WHERE d.direction = 'input' AND d.taxpayer_no = i.taxpayer_no AND d.document_key = i.document_key), '0')
    FROM asked AS a
    WHERE i.selection_id = a.selection_id AND i.state = 'open'
),
forgotten AS (
    DELETE FROM sync.statistics_state AS t USING asked AS a WHERE t.taxpayer_no = a.taxpayer_no
)
UPDATE sync.selection AS s
SET status = 'failed', failed_count = s.document_count - s.succeeded_count, error_code = %(code)s, error_message = %(message)s,
    advice = %(advice)s, finished_at = sync.now(), not_before = NULL, login_request_id = NULL, lease_until = NULL
FROM asked AS a
WHERE s.selection_id = a.selection_id;

-- name: retriable
-- Requests that a person wants retried, with whether that was done before.
SELECT s.selection_id, s.batch_no, s.operation, s.taxpayer_no, sync.organisations_of_selection(s.selection_id) AS organisations,
    s.status, s.account,
    EXISTS (SELECT FROM sync.selection AS r WHERE r.retry_of = s.selection_id) AS retried
FROM sync.selection AS s
WHERE s.batch_no = ANY (%(batches)s)
ORDER BY s.selection_id;

-- name: failed_documents
-- The documents of a request that failed, as they were wished for.
SELECT taxpayer_no, document_key, reason, reason_text
FROM sync.selection_item
WHERE selection_id = %(selection_id)s AND state = 'failed'
ORDER BY document_key;

-- name: organisations_of_documents
-- The 核算组织 of a company's document: its own, else the company's.
SELECT coalesce(d.org_code, t.org_code)
FROM enterprise.taxpayer AS t
LEFT JOIN pool.document AS d
    ON d.direction = 'input' AND d.taxpayer_no = t.taxpayer_no AND d.document_key = %(document_key)s
WHERE t.taxpayer_no = %(taxpayer_no)s;

-- name: organisations_of_companies
-- The 核算组织 of companies and of everything of theirs that can be selected: a statistics table is about all of it.
SELECT t.taxpayer_no, t.org_code FROM enterprise.taxpayer AS t WHERE t.taxpayer_no = ANY (%(taxpayers)s)
UNION
SELECT d.taxpayer_no, d.org_code
FROM pool.document AS d
WHERE d.direction = 'input' AND d.taxpayer_no = ANY (%(taxpayers)s) AND d.document = 'customs' AND d.org_code IS NOT NULL;

-- name: latest
-- The newest entry of a document in the ledger, of one tax number or of any.
SELECT document_key, taxpayer_no, batch_no, parent_batch_no, operation, operation_label, state, state_label, task_status,
    task_status_label, status_before, status_after, status_before_label, status_after_label, result_code, result_text,
    reason_label, reason_text, tax_period, created_at, settled_at
FROM fapiao.selection_ledger
WHERE document_key = %(document_key)s AND (%(taxpayer_no)s::text IS NULL OR taxpayer_no = %(taxpayer_no)s)
ORDER BY selection_id DESC
LIMIT 1;
