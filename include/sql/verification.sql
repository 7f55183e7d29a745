-- name: claim
-- Takes due verifications for one worker; one that waits for a day waits for that day in Asia/Shanghai. A claim that
-- nobody gave back counts, and suspects are claimed apart, as everywhere.
WITH due AS (
    SELECT verification_id
    FROM sync.verification
    WHERE state IN ('waiting', 'limit')
        AND login_request_id IS NULL AND (not_before IS NULL OR not_before <= sync.now())
        AND (not_before_day IS NULL OR not_before_day <= %(day)s)
        AND (lease_until IS NULL OR lease_until <= sync.now() OR claimed_by = %(owner)s)
        AND (%(suspects)s::boolean IS NULL OR (broke_workers > 0 OR lease_until IS NOT NULL) = %(suspects)s::boolean)
    ORDER BY verification_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE sync.verification AS v
SET claimed_by = %(owner)s, claim_no = v.claim_no + 1, lease_until = sync.now() + %(lease)s,
    broke_workers = v.broke_workers + CASE WHEN v.lease_until IS NULL THEN 0 ELSE 1 END
FROM due
WHERE v.verification_id = due.verification_id
RETURNING v.verification_id, v.claim_no, v.batch_no, v.direction, v.taxpayer_no, v.document_key, v.invoice_type,
    v.invoice_code, v.invoice_no, v.etax_invoice_no, v.issue_date, v.check_code, v.amount, v.total_amount, v.goal,
    v.org_code, v.attempts, v.polls, v.broke_workers, coalesce((
        SELECT e.download_channel FROM enterprise.effective_channel AS e WHERE e.taxpayer_no = v.taxpayer_no
    ), 'etax') AS channel;

-- name: lock_claimed
-- Locks a claimed verification until the transaction ends; no row means that somebody else has taken it over.
UPDATE sync.verification SET lease_until = sync.now() + %(lease)s
WHERE verification_id = %(row_id)s AND claim_no = %(claim_no)s AND state IN ('waiting', 'limit')
RETURNING verification_id;

-- name: kept_answer
-- An answer that was kept and, as the row still waits, not yet made use of; none where the row says it is of no use.
SELECT reply_id, body FROM sync.verification_call
WHERE verification_id = %(verification_id)s AND body IS NOT NULL AND NOT EXISTS (
    SELECT FROM sync.verification AS v
    WHERE v.verification_id = %(verification_id)s AND v.result_code IN ('VERIFY_UNREADABLE', 'VERIFY_OTHER_DOCUMENT'))
ORDER BY reply_id DESC
LIMIT 1;

-- name: lock_document
-- Lets one worker at a time count and spend the day's calls of a document.
SELECT pg_advisory_xact_lock(hashtextextended('sync.verification ' || %(document_key)s, 0));

-- name: calls_of_day
-- How often a document was asked about on a day, whoever asked; a call without an answer counts.
SELECT count(*)::integer FROM sync.verification_call
WHERE document_key = %(document_key)s AND day = %(day)s AND counted;

-- name: begin_call
-- Writes a call down before it leaves.
INSERT INTO sync.verification_call (verification_id, document_key, day, question)
VALUES (%(verification_id)s, %(document_key)s, %(day)s, %(question)s)
RETURNING reply_id;

-- name: answered
-- What came of a call: the raw answer, or the refusal; a call that the bureau provably did not make is not counted.
UPDATE sync.verification_call
SET answered_at = sync.now(), body = %(body)s, result_code = %(code)s, result_text = %(message)s, counted = %(counted)s
WHERE reply_id = %(reply_id)s;

-- name: settle
-- The end of a verification, or its wait for the next day.
UPDATE sync.verification
SET state = %(state)s, finished_at = CASE WHEN %(state)s = 'limit' THEN NULL ELSE sync.now() END,
    result_code = %(code)s, result_text = %(message)s, advice = %(advice)s, not_before = NULL, not_before_day = %(day)s,
    login_request_id = NULL, lease_until = NULL, broke_workers = 0
WHERE verification_id = %(verification_id)s;

-- name: postpone
-- Still to be asked: after a failure on the way, which counts as an attempt, or while the account must log in, which does not.
UPDATE sync.verification
SET not_before = sync.now() + %(wait)s, attempts = attempts + %(cost)s, polls = polls + %(polls)s,
    result_code = coalesce(%(code)s, CASE WHEN state = 'limit' THEN result_code END),
    result_text = coalesce(%(message)s, CASE WHEN state = 'limit' THEN result_text END), advice = %(advice)s,
    login_request_id = NULL, lease_until = NULL, broke_workers = %(broke)s, waits = 0, waiting_since = NULL
WHERE verification_id = %(row_id)s;

-- name: waited
-- How often in a row the bureau could not be asked, and the seconds since the first time.
SELECT waits, extract(epoch FROM sync.now() - coalesce(waiting_since, sync.now()))::float8 AS seconds
FROM sync.verification WHERE verification_id = %(row_id)s;

-- name: wait_out
-- The bureau could not be asked, for no fault of the verification: asked again later, and no attempt is lost (ADR 0042).
UPDATE sync.verification
SET not_before = sync.now() + %(wait)s, waits = waits + 1, waiting_since = coalesce(waiting_since, sync.now()),
    result_code = %(code)s, result_text = %(message)s, advice = %(advice)s, login_request_id = NULL, lease_until = NULL,
    broke_workers = 0
WHERE verification_id = %(row_id)s;

-- name: wait_for_login
-- The verification waits for the login and keeps its attempts; one whose login was answered meanwhile is due.
WITH request AS (
    SELECT login_request_id, answered_at IS NULL AS is_open FROM sync.login_request
    WHERE login_request_id = %(login_request_id)s
    FOR SHARE
)
UPDATE sync.verification
SET login_request_id = CASE WHEN r.is_open THEN r.login_request_id END, not_before = NULL, result_code = %(code)s,
    result_text = %(message)s, advice = %(advice)s, lease_until = NULL, broke_workers = 0
FROM request AS r
WHERE verification_id = %(row_id)s;

-- name: set_aside
-- A verification that broke workers is due for nobody until a person fetches it again or voids it.
UPDATE sync.verification
SET not_before = 'infinity', not_before_day = CASE WHEN state = 'limit' THEN not_before_day END, result_code = %(code)s,
    result_text = %(message)s, advice = %(advice)s, login_request_id = NULL, lease_until = NULL, broke_workers = %(broke)s
WHERE verification_id = %(row_id)s;

-- name: release
-- Gives a worker's verifications back, so that the next one need not wait for the lease.
UPDATE sync.verification SET lease_until = NULL
WHERE claimed_by = %(owner)s AND lease_until IS NOT NULL AND state IN ('waiting', 'limit');

-- name: booked_to
-- The 核算组织 that a document was booked to; none where it goes by its company's.
SELECT org_code FROM pool.document
WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s AND document_key = %(document_key)s AND org_code IS NOT NULL;

-- name: lock_asked
-- The verifications that a person wants fetched again or voided, locked in one order.
SELECT batch_no, ARRAY[sync.organisation_of_verification(verification_id)] AS organisations, state IN ('waiting', 'limit') AS is_open
FROM sync.verification WHERE batch_no = ANY (%(batches)s) ORDER BY verification_id FOR UPDATE;

-- name: fetch_again
-- Due now, with nothing held against them; whose five calls of the day are spent waits for its day all the same.
UPDATE sync.verification
SET broke_workers = 0, not_before = sync.now(), login_request_id = NULL, advice = NULL,
    result_code = CASE WHEN state = 'limit' THEN result_code END, result_text = CASE WHEN state = 'limit' THEN result_text END
WHERE batch_no = ANY (%(batches)s);

-- name: void
-- Ends verifications: nobody asks the bureau about them any more.
UPDATE sync.verification
SET state = 'failed', finished_at = sync.now(), result_code = %(code)s, result_text = %(message)s, advice = %(advice)s,
    not_before = NULL, not_before_day = NULL, login_request_id = NULL, lease_until = NULL
WHERE batch_no = ANY (%(batches)s);

-- name: told
-- How verifications stand: status, label and words.
SELECT batch_no, state AS status, state_label AS status_label, result_text AS error_message
FROM fapiao.verification WHERE batch_no = ANY (%(batches)s) ORDER BY batch_no;

-- name: anything_due
-- Whether any verification is due on a day, or the login of one may be looked at.
SELECT EXISTS (
    SELECT FROM sync.verification AS v
    LEFT JOIN sync.login_request AS r ON r.login_request_id = v.login_request_id
    WHERE v.state IN ('waiting', 'limit') AND (v.not_before IS NULL OR v.not_before <= sync.now())
        AND (v.not_before_day IS NULL OR v.not_before_day <= %(day)s)
        AND (v.lease_until IS NULL OR v.lease_until <= sync.now())
        AND (r.login_request_id IS NULL OR r.answered_at IS NOT NULL OR r.next_check <= sync.now()));

-- name: login_channels
-- The channels on which verifications wait for a login.
SELECT DISTINCT r.channel
FROM sync.verification AS v
JOIN sync.login_request AS r ON r.login_request_id = v.login_request_id
WHERE v.state IN ('waiting', 'limit')
ORDER BY r.channel;

-- name: mark_mismatch
-- 查验不一致: the pool's document is 不通过, with the change in the log; one that is 已验 already stays so.
WITH before AS (
    SELECT direction, taxpayer_no, document_key, verification_status, verify_source
    FROM pool.document
    WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s AND document_key = %(document_key)s
        AND coalesce(verification_status, '3') NOT IN ('1', '2')
),
marked AS (
    UPDATE pool.document AS d
    SET verification_status = '2', verify_source = 'VERIFY_API', channel = %(channel)s, batch_no = %(batch_no)s,
        updated_at = sync.clock_timestamp()
    FROM before AS b
    WHERE (d.direction, d.taxpayer_no, d.document_key) = (b.direction, b.taxpayer_no, b.document_key)
    RETURNING d.direction, d.taxpayer_no, d.document_key, b.verification_status, b.verify_source
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
SELECT m.direction, m.taxpayer_no, m.document_key, c.column_name, c.old_value, c.new_value, %(batch_no)s, %(channel)s,
    %(observed_at)s, sync.clock_timestamp()
FROM marked AS m
CROSS JOIN LATERAL (VALUES
    ('verification_status', m.verification_status, '2'), ('verify_source', m.verify_source, 'VERIFY_API')
) AS c (column_name, old_value, new_value)
WHERE c.old_value IS DISTINCT FROM c.new_value;

-- name: status_mode
-- 进项状态更新的发票是否查验入库 as the schemes of the taxpayer say it; of several the one that keeps most.
SELECT s.status_mode
FROM enterprise.scheme AS s
JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
WHERE st.taxpayer_no = %(taxpayer_no)s AND s.enabled AND s.deleted_at IS NULL
    AND 'input_status' = ANY (s.download_types)
    AND ('all' = ANY (%(types)s::text[]) OR s.invoice_types && %(types)s::text[])
ORDER BY array_position(ARRAY['verify_and_store', 'verify_to_cache', 'update_only'], s.status_mode)
LIMIT 1;

-- name: queue_first_captures
-- What a download saw for the first time and the pool holds 未验 is queued, once; types that cannot be verified are not.
WITH seen AS (
    SELECT DISTINCT s.direction, s.taxpayer_no, unnest(s.document_keys) AS document_key
    FROM pool.sighting AS s
    WHERE s.batch_no = %(batch_no)s
)
INSERT INTO sync.verification (
    direction, taxpayer_no, document_key, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date,
    check_code, amount, total_amount, reason, caused_by, org_code)
SELECT d.direction, d.taxpayer_no, d.document_key, d.invoice_type, d.invoice_code, d.invoice_no, d.etax_invoice_no,
    d.issue_date, d.check_code, d.amount, coalesce(d.total_amount, d.amount + d.tax_amount), 'first_capture',
    %(task_id)s, d.tax_org_code
FROM seen
JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
WHERE d.document = 'invoice' AND coalesce(d.verification_status, '3') = '3' AND d.invoice_type = ANY (%(types)s)
    AND NOT EXISTS (
        SELECT FROM sync.verification AS v
        WHERE (v.direction, v.taxpayer_no, v.document_key) = (d.direction, d.taxpayer_no, d.document_key))
ORDER BY d.document_key
ON CONFLICT DO NOTHING;

-- name: queue_headers
-- What a status update brought and its mode keeps out of the pool is queued, once; what the pool holds 已验 is not.
INSERT INTO sync.verification (
    direction, taxpayer_no, document_key, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date, amount,
    total_amount, reason, goal, caused_by, org_code)
SELECT %(direction)s, %(taxpayer_no)s, h.document_key, h.invoice_type, h.invoice_code,
    coalesce(h.invoice_no, h.etax_invoice_no, h.document_key), h.etax_invoice_no, h.issue_date, h.amount,
    h.amount + h.tax_amount, 'status_update', %(goal)s, %(task_id)s, %(org_code)s
FROM jsonb_to_recordset(%(rows)s) AS h (
    document_key text, invoice_type text, invoice_code text, invoice_no text, etax_invoice_no text, issue_date date,
    amount numeric, tax_amount numeric)
WHERE h.invoice_type = ANY (%(types)s)
    AND NOT EXISTS (
        SELECT FROM pool.document AS d
        WHERE (d.direction, d.taxpayer_no, d.document_key) = (%(direction)s, %(taxpayer_no)s, h.document_key)
            AND d.verification_status = '1')
    AND NOT EXISTS (
        SELECT FROM sync.verification AS v
        WHERE (v.direction, v.taxpayer_no, v.document_key) = (%(direction)s, %(taxpayer_no)s, h.document_key))
ORDER BY h.document_key
ON CONFLICT DO NOTHING;

-- name: pool_status
-- 查验状态 of a document in the pool; no row where the pool does not hold it.
SELECT verification_status FROM pool.document
WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s AND document_key = %(document_key)s;

-- name: open_received
-- A received invoice joins the queue, or the verification that already waits for it is now meant for the pool.
INSERT INTO sync.verification AS v (
    direction, taxpayer_no, document_key, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date,
    check_code, amount, total_amount, reason, goal, org_code)
SELECT %(direction)s, %(taxpayer_no)s, %(document_key)s, %(invoice_type)s, %(invoice_code)s, %(invoice_no)s,
    %(etax_invoice_no)s, %(issue_date)s, %(check_code)s, %(amount)s, %(total_amount)s, 'received', 'pool',
    (SELECT org_code FROM enterprise.taxpayer AS t WHERE t.taxpayer_no = %(taxpayer_no)s)
ON CONFLICT (direction, taxpayer_no, document_key) WHERE state IN ('waiting', 'limit') DO UPDATE SET
    goal = 'pool',
    reason = 'received',
    check_code = coalesce(EXCLUDED.check_code, v.check_code),
    amount = coalesce(EXCLUDED.amount, v.amount),
    total_amount = coalesce(EXCLUDED.total_amount, v.total_amount)
RETURNING v.verification_id, v.batch_no, coalesce((
    SELECT e.download_channel FROM enterprise.effective_channel AS e WHERE e.taxpayer_no = v.taxpayer_no), 'etax');

-- name: cache_holds
-- Whether the cache knows anything of a document.
SELECT EXISTS (
    SELECT FROM pool.verification_cache
    WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s AND document_key = %(document_key)s);

-- name: waiting_for
-- The verification that waits for a document.
SELECT v.verification_id, v.claim_no, v.batch_no, v.direction, v.taxpayer_no, v.document_key, v.invoice_type,
    v.invoice_code, v.invoice_no, v.etax_invoice_no, v.issue_date, v.check_code, v.amount, v.total_amount, v.goal,
    v.org_code, v.attempts, v.polls, coalesce((
        SELECT e.download_channel FROM enterprise.effective_channel AS e WHERE e.taxpayer_no = v.taxpayer_no
    ), 'etax') AS channel
FROM sync.verification AS v
WHERE v.direction = %(direction)s AND v.taxpayer_no = %(taxpayer_no)s AND v.document_key = %(document_key)s
    AND v.state IN ('waiting', 'limit');

-- name: face
-- What the bureau's face of a document says, in the words of a receipt.
SELECT issue_date, amount, coalesce(total_amount, amount + tax_amount) AS total_amount
FROM pool.document
WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s AND document_key = %(document_key)s;

-- name: answered_by_cache
-- The cache held the verified face: nobody needs to be asked.
UPDATE sync.verification
SET state = 'verified', finished_at = sync.now(), result_code = 'FROM_CACHE', result_text = '查验缓存', advice = NULL,
    not_before = NULL, not_before_day = NULL, login_request_id = NULL, lease_until = NULL
WHERE verification_id = %(verification_id)s;
