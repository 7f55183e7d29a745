-- name: claim
-- Takes due rows for one worker; a row is due for its former owner at once, for others when the lease has run out.
-- A claim that nobody gave back has broken its worker, or stood beside a row that did: suspects are claimed apart.
WITH due AS (
    SELECT task_id
    FROM sync.task
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL
        AND job <> 'bureau_file' AND status = ANY (%(statuses)s)
        AND (%(dag_id)s::text IS NULL OR dag_id = %(dag_id)s::text)
        AND channel = %(channel)s
        AND login_request_id IS NULL AND (not_before IS NULL OR not_before <= sync.now())
        AND (not_before_day IS NULL OR not_before_day <= %(day)s)
        AND (lease_until IS NULL OR lease_until <= sync.now() OR claimed_by = %(owner)s)
        AND (%(suspects)s::boolean IS NULL OR (broke_workers > 0 OR lease_until IS NOT NULL) = %(suspects)s::boolean)
    ORDER BY priority, task_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE sync.task AS k
SET claimed_by = %(owner)s, claim_no = k.claim_no + 1, lease_until = sync.now() + %(lease)s,
    broke_workers = k.broke_workers + CASE WHEN k.lease_until IS NULL THEN 0 ELSE 1 END
FROM due
WHERE k.task_id = due.task_id
RETURNING k.task_id, k.claim_no, k.batch_no, k.job, k.taxpayer_no, k.org_code, k.channel, k.direction, k.download_type,
    k.document, k.invoice_type, k.window_start, k.window_end, k.argument, k.counter, k.automatic, k.status, k.attempts,
    k.generation, k.polls, k.request_no, k.observed_at, k.parent_task_id, k.broke_workers, k.wanted_types;

-- name: claim_asked
-- Takes the tasks whose result a person asks for, due or not, unless another worker holds them; what they broke is forgiven.
WITH asked AS (
    SELECT task_id
    FROM sync.task
    WHERE batch_no = ANY (%(batches)s) AND channel = ANY (%(channels)s) AND job <> 'bureau_file'
        AND status IN ('downloading', 'downloaded') AND void_state IS NULL
        AND (lease_until IS NULL OR lease_until <= sync.now() OR claimed_by = %(owner)s)
    ORDER BY priority, task_id
    FOR UPDATE SKIP LOCKED
)
UPDATE sync.task AS k
SET claimed_by = %(owner)s, claim_no = k.claim_no + 1, lease_until = sync.now() + %(lease)s, broke_workers = 0,
    not_before = CASE WHEN k.not_before = 'infinity' THEN sync.now() ELSE k.not_before END
FROM asked
WHERE k.task_id = asked.task_id
RETURNING k.task_id, k.claim_no, k.batch_no, k.job, k.taxpayer_no, k.org_code, k.channel, k.direction, k.download_type,
    k.document, k.invoice_type, k.window_start, k.window_end, k.argument, k.counter, k.automatic, k.status, k.attempts,
    k.generation, k.polls, k.request_no, k.observed_at, k.parent_task_id, k.broke_workers, k.wanted_types;

-- name: lock_claimed
-- Locks a claimed row for its settlement and extends the lease; no row means that somebody else has taken it over.
-- Whoever works on a row does not wait for its login any more.
UPDATE sync.task
SET lease_until = sync.now() + %(lease)s, login_request_id = NULL,
    not_before = CASE WHEN login_request_id IS NULL THEN not_before END
WHERE task_id = %(row_id)s AND claim_no = %(claim_no)s AND void_state IS NULL
    AND status IN ('pending', 'downloading', 'downloaded')
RETURNING task_id;

-- name: accepted
-- The bureau accepted the application: its number, when, and when to ask for the first time.
UPDATE sync.task
SET status = 'downloading', request_no = %(request_no)s, applied_at = sync.now(), observed_at = %(observed_at)s,
    not_before = sync.now() + %(wait)s, not_before_day = NULL, error_code = NULL, error_message = NULL, advice = NULL,
    lease_until = NULL, broke_workers = 0, waits = 0, waiting_since = NULL
WHERE task_id = %(task_id)s;

-- name: add_part
-- One question of the task; of a row that applies once more nothing was answered yet.
INSERT INTO sync.part (task_id, part_no, argument) VALUES (%(task_id)s, %(part_no)s, %(argument)s)
ON CONFLICT (task_id, part_no) DO UPDATE
SET argument = excluded.argument, stored = 0, announced = NULL, cursor = NULL, done = false;

-- name: postpone
-- Puts a row off: until an instant (still processing, back-off) or a day (quota); attempts grow only where it was a failure.
UPDATE sync.task
SET not_before = sync.now() + %(wait)s, not_before_day = %(day)s, attempts = attempts + %(cost)s,
    polls = polls + %(polls)s, error_code = %(code)s, error_message = %(message)s, advice = %(advice)s,
    lease_until = NULL, broke_workers = %(broke)s, waits = 0, waiting_since = NULL
WHERE task_id = %(row_id)s;

-- name: waited
-- How often in a row the bureau could not be asked about a row, and the seconds since it took it, or since the first time.
SELECT waits, extract(epoch FROM sync.now() - coalesce(applied_at, waiting_since, sync.now()))::float8 AS seconds
FROM sync.task WHERE task_id = %(row_id)s;

-- name: wait_out
-- The bureau could not be asked, for no fault of the row: asked again later, and no attempt is lost (ADR 0042).
UPDATE sync.task
SET not_before = sync.now() + %(wait)s, not_before_day = NULL, waits = waits + 1,
    waiting_since = coalesce(waiting_since, sync.now()), error_code = %(code)s, error_message = %(message)s,
    advice = %(advice)s, lease_until = NULL, broke_workers = 0
WHERE task_id = %(row_id)s;

-- name: merge_what_came
-- The bureau keeps results no longer: a row with answers is merged as it is, and says what it lacks (A-08).
UPDATE sync.task AS k
SET status = 'downloaded', attempts = greatest(attempts, %(most_attempts)s), not_before = sync.now(), waits = 0,
    waiting_since = NULL, lease_until = NULL, broke_workers = 0
WHERE task_id = %(task_id)s AND status = 'downloading' AND EXISTS (
    SELECT FROM sync.reply AS r WHERE r.task_id = k.task_id AND r.generation = k.generation AND r.row_count > 0)
RETURNING task_id;

-- name: wait_for_login
-- The row waits for the login: due for nobody, it keeps its attempts; one whose request was answered meanwhile is due.
WITH request AS (
    SELECT login_request_id, answered_at IS NULL AS is_open FROM sync.login_request
    WHERE login_request_id = %(login_request_id)s
    FOR SHARE
)
UPDATE sync.task
SET login_request_id = CASE WHEN r.is_open THEN r.login_request_id END,
    not_before = NULL, not_before_day = NULL, lease_until = NULL, broke_workers = 0, error_code = %(code)s,
    error_message = %(message)s, advice = %(advice)s
FROM request AS r
WHERE task_id = %(row_id)s;

-- name: keep_answer
-- An answer that could not be used, byte for byte: a refusal, or what nobody can read; the first few of each code.
INSERT INTO sync.unused_answer (task_id, generation, code, reason, body)
SELECT %(task_id)s, %(generation)s, %(code)s, %(reason)s, %(body)s
WHERE %(most)s > (SELECT count(*) FROM sync.unused_answer WHERE task_id = %(task_id)s AND code = %(code)s);

-- name: set_aside
-- A row that broke workers is due for nobody until a person asks for its result (获取异步结果) or ends it (作废).
UPDATE sync.task
SET not_before = 'infinity', not_before_day = NULL, error_code = %(code)s, error_message = %(message)s, advice = %(advice)s,
    lease_until = NULL, broke_workers = %(broke)s
WHERE task_id = %(row_id)s;

-- name: fail
-- The end of a row that cannot succeed, in the bureau's words.
UPDATE sync.task
SET status = %(status)s, finished_at = sync.now(), attempts = attempts + %(cost)s,
    error_code = %(code)s, error_message = %(message)s, advice = %(advice)s, lease_until = NULL
WHERE task_id = %(task_id)s;

-- name: parts
-- The questions of a task that are not answered to the end, in order.
SELECT part_no, argument, announced, stored, cursor FROM sync.part
WHERE task_id = %(task_id)s AND NOT done ORDER BY part_no;

-- name: store_reply
-- Keeps one answer as it came, before anyone parses it.
INSERT INTO sync.reply (task_id, generation, part_no, package_no, row_count, observed_at, body)
VALUES (%(task_id)s, %(generation)s, %(part_no)s, %(package_no)s, %(row_count)s, %(observed_at)s, %(body)s);

-- name: advance_part
-- Where a question stands after an answer: the next package is asked only after this is committed.
WITH heard AS (
    UPDATE sync.task SET waits = 0, waiting_since = NULL WHERE task_id = %(task_id)s AND waits > 0
)
UPDATE sync.part
SET stored = %(stored)s, announced = %(announced)s, cursor = %(cursor)s, done = %(done)s
WHERE task_id = %(task_id)s AND part_no = %(part_no)s;

-- name: remember
-- What a question has learnt before its first answer: the number of its own application.
UPDATE sync.part SET argument = %(argument)s WHERE task_id = %(task_id)s AND part_no = %(part_no)s;

-- name: start_again
-- Forgets the answers of a series that contradicted itself; they stay in the raw landing under the old generation.
WITH rewound AS (
    UPDATE sync.part SET stored = 0, announced = NULL, cursor = NULL, done = false WHERE task_id = %(task_id)s
)
UPDATE sync.task
SET generation = generation + 1, attempts = attempts + 1, status = 'downloading', not_before = sync.now() + %(wait)s,
    error_code = %(code)s, error_message = %(message)s, advice = %(advice)s, lease_until = NULL, broke_workers = 0,
    waits = 0, waiting_since = NULL
WHERE task_id = %(task_id)s;

-- name: downloaded
-- Every raw reply is kept; what follows needs no bureau.
UPDATE sync.task SET status = 'downloaded', not_before = NULL, error_code = NULL, error_message = NULL, advice = NULL
WHERE task_id = %(task_id)s AND status = 'downloading';

-- name: replies
-- The answers of the task's current generation, in order.
SELECT reply_id, part_no, package_no, observed_at, body, p.argument
FROM sync.reply AS r JOIN sync.part AS p USING (task_id, part_no)
WHERE task_id = %(task_id)s AND generation = %(generation)s
ORDER BY part_no, package_no;

-- name: series
-- Each question of a task with its kept answers. On 乐企 every package but the last is cut to the same size (protocols
-- §10.5.8), so a smaller one before the last lacks rows; a page of the gateway is held against its promise when it comes.
SELECT p.part_no, p.argument, p.announced, p.done, r.packages, r.rows,
    CASE WHEN k.channel = 'leqi' AND p.cursor IS NULL THEN r.promised_rows ELSE r.rows END AS promised_rows
FROM sync.part AS p
JOIN sync.task AS k USING (task_id)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE row_count > 0)::integer AS packages, coalesce(sum(row_count), 0)::integer AS rows,
        coalesce(sum(CASE WHEN package_no < p.stored THEN fullest ELSE row_count END), 0)::integer AS promised_rows
    FROM (
        SELECT package_no, row_count, max(row_count) FILTER (WHERE package_no < p.stored) OVER () AS fullest
        FROM sync.reply
        WHERE task_id = p.task_id AND part_no = p.part_no AND generation = %(generation)s) AS reply
) AS r
WHERE p.task_id = %(task_id)s
ORDER BY p.part_no;

-- name: settle
-- The end of a merged row: its counts; no data where the bureau was asked and nothing came, incomplete where more was
-- announced, headers only where what it captured first waits for its lines (A-08). A sum that no column holds is left out and said.
-- What is incomplete is asked for again after `again`, NULL: never.
UPDATE sync.task AS k
SET status = s.status, finished_at = CASE WHEN s.status IN ('no_data', 'succeeded') THEN sync.now() END, lease_until = NULL,
    downloaded_count = %(downloaded)s, inserted_count = %(inserted)s, updated_count = %(updated)s,
    unchanged_count = %(unchanged)s, ignored_count = %(ignored)s, failed_count = %(failed)s,
    amount_sum = CASE WHEN abs(%(amount_sum)s::numeric) < 1e18 - 1 THEN %(amount_sum)s::numeric END,
    tax_sum = CASE WHEN abs(%(tax_sum)s::numeric) < 1e18 - 1 THEN %(tax_sum)s::numeric END,
    error_code = %(code)s, error_message = %(message)s,
    advice = %(advice)s, announced_count = %(announced)s, received_count = %(received)s, missing = %(missing)s,
    warnings = %(warnings)s::text[] || CASE WHEN greatest(abs(%(amount_sum)s::numeric), abs(%(tax_sum)s::numeric)) >= 1e18 - 1
        THEN ARRAY['金额合计或税额合计超出可记录的范围，未记录'] ELSE '{}' END,
    not_before = CASE WHEN s.status = 'incomplete' THEN sync.now() + %(again)s::interval END
FROM (
    SELECT CASE
        WHEN jsonb_array_length(%(missing)s) > 0 THEN 'incomplete'
        WHEN EXISTS (SELECT FROM sync.awaited_lines AS a WHERE a.task_id = %(task_id)s) THEN 'headers_only'
        WHEN %(downloaded)s = 0 THEN 'no_data'
        ELSE 'succeeded' END AS status) AS s
WHERE k.task_id = %(task_id)s;

-- name: ask_incomplete_again
-- Rows whose series lacked documents and may be whole by now are due: one attempt each, under the next generation. One
-- whose download was asked for anew meanwhile, or is under way, rests.
WITH due AS (
    SELECT k.task_id, EXISTS (
        SELECT FROM sync.task AS o
        WHERE o.taxpayer_no = k.taxpayer_no AND o.channel = k.channel AND o.direction = k.direction
            AND o.document = k.document AND o.invoice_type = k.invoice_type AND o.download_type = k.download_type
            AND (o.window_start, o.window_end) IS NOT DISTINCT FROM (k.window_start, k.window_end)
            AND o.parent_task_id IS NOT DISTINCT FROM k.parent_task_id AND o.void_state IS NULL
            AND (o.task_id > k.task_id AND o.status NOT IN ('apply_failed', 'download_failed')
                OR o.task_id <> k.task_id AND o.status IN ('pending', 'downloading'))
    ) AS rests
    FROM sync.task AS k
    WHERE k.status = 'incomplete' AND k.void_state IS NULL AND k.not_before <= sync.now()
    ORDER BY k.task_id
    FOR UPDATE OF k SKIP LOCKED
),
rewound AS (
    UPDATE sync.part AS p SET stored = 0, announced = NULL, cursor = NULL, done = false
    FROM due WHERE p.task_id = due.task_id AND NOT rests
)
UPDATE sync.task AS k
SET status = CASE WHEN rests THEN k.status ELSE 'downloading' END, generation = k.generation + (NOT rests)::integer,
    attempts = CASE WHEN rests THEN k.attempts ELSE %(most_attempts)s - 1 END,
    not_before = CASE WHEN NOT rests THEN k.not_before END
FROM due WHERE k.task_id = due.task_id;

-- name: await_lines
-- The documents of a header collection that were captured first and wait for their lines.
INSERT INTO sync.awaited_lines (direction, taxpayer_no, document_key, task_id)
SELECT direction, taxpayer_no, unnest(%(document_keys)s::text[]), task_id FROM sync.task WHERE task_id = %(task_id)s
ON CONFLICT DO NOTHING;

-- name: nothing_to_ask
-- What had nothing to ask succeeds without a call, and says so.
UPDATE sync.task
SET status = 'succeeded', finished_at = sync.now(), lease_until = NULL, not_before = NULL, error_code = 'NOTHING_TO_ASK',
    error_message = %(message)s, advice = NULL
WHERE task_id = %(task_id)s;

-- name: count_types
-- What came of each type, while the documents of the merge are still staged.
UPDATE sync.task
SET type_counts = (
    SELECT coalesce(jsonb_object_agg(invoice_type, jsonb_build_object('documents', documents, 'amount', amount)), '{}')
    FROM (
        SELECT invoice_type, count(*) AS documents, coalesce(sum(amount::numeric), 0) AS amount
        FROM staged_documents GROUP BY invoice_type) AS came)
WHERE task_id = %(task_id)s;

-- name: follow_up_usage
-- 查询发票用途状态: a row of its own after a full download of input invoices, born failed for small-scale taxpayers.
INSERT INTO sync.task (
    task_id, batch_no, parent_batch_no, parent_task_id, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name,
    org_code, channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end,
    window_basis, priority, scheme_ids, status, error_code, error_message, advice, finished_at, created_by)
SELECT s.task_id, sync.new_batch_no(s.task_id), k.parent_batch_no, k.task_id, k.dag_id, k.run_id, 'usage_status',
    %(rule)s, k.tick, k.taxpayer_no, k.taxpayer_name, k.org_code, k.channel, k.direction, 'input_status',
    'current_period_input', k.document, k.invoice_type, k.window_start, k.window_end, k.window_basis,
    k.priority + 10, k.scheme_ids, CASE WHEN t.company_type = 'small_scale' THEN 'download_failed' ELSE 'pending' END,
    CASE WHEN t.company_type = 'small_scale' THEN 'SMALL_SCALE' END,
    CASE WHEN t.company_type = 'small_scale' THEN %(message)s END,
    CASE WHEN t.company_type = 'small_scale' THEN %(advice)s END,
    CASE WHEN t.company_type = 'small_scale' THEN sync.now() END, k.created_by
FROM sync.task AS k
JOIN enterprise.taxpayer AS t USING (taxpayer_no)
CROSS JOIN LATERAL (SELECT nextval('sync.serial') AS task_id WHERE k.task_id IS NOT NULL) AS s
WHERE k.task_id = %(task_id)s AND k.status = 'succeeded'
ON CONFLICT DO NOTHING;

-- name: usage_questions
-- The positive invoices that the parent download saw, in batches: what a usage task asks about.
WITH seen AS (
    SELECT DISTINCT unnest(s.document_keys) AS document_key
    FROM sync.task AS k
    JOIN sync.task AS parent ON parent.task_id = k.parent_task_id
    JOIN pool.sighting AS s ON s.batch_no = parent.batch_no
    WHERE k.task_id = %(task_id)s
),
invoice AS (
    SELECT d.document_key, d.invoice_type, d.invoice_code, d.invoice_no, d.etax_invoice_no, d.issue_date,
        row_number() OVER (ORDER BY d.document_key) - 1 AS position
    FROM seen
    JOIN sync.task AS k ON k.task_id = %(task_id)s
    JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
    WHERE coalesce(d.amount, 0) >= 0
)
SELECT jsonb_build_object('invoices', jsonb_agg(jsonb_build_object(
    'invoice_type', invoice_type, 'invoice_code', invoice_code, 'invoice_no', invoice_no,
    'etax_invoice_no', etax_invoice_no, 'issue_date', issue_date) ORDER BY position)) AS argument
FROM invoice
GROUP BY position / %(batch_size)s
ORDER BY position / %(batch_size)s;

-- name: has_open
-- Whether any row is left to work on, due or not.
SELECT EXISTS (
    SELECT FROM sync.task
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL
        AND job <> 'bureau_file' AND channel = %(channel)s AND (%(dag_id)s::text IS NULL OR dag_id = %(dag_id)s::text));

-- name: next_due
-- How many rows of the DAG are open, and in how many seconds the earliest is due or its login is looked at; rows of a
-- later day do not count, and a row that waits for a person alone, or that was waited out often, has no such time.
SELECT count(*)::integer AS open, extract(epoch FROM min(CASE
    WHEN r.answered_at IS NOT NULL THEN sync.now()
    WHEN r.login_request_id IS NOT NULL THEN greatest(r.next_check, sync.now())
    WHEN k.not_before = 'infinity' OR k.waits >= %(most_waits)s THEN NULL
    ELSE greatest(k.not_before, k.lease_until, sync.now())
    END) - sync.now())::float8 AS seconds
FROM sync.task AS k
LEFT JOIN sync.login_request AS r ON r.login_request_id = k.login_request_id
WHERE k.status IN ('pending', 'downloading', 'downloaded') AND k.void_state IS NULL
    AND k.job <> 'bureau_file' AND k.channel = %(channel)s
    AND (%(dag_id)s::text IS NULL OR k.dag_id = %(dag_id)s::text)
    AND (k.not_before_day IS NULL OR k.not_before_day <= %(day)s);

-- name: release
-- Gives the worker's rows back, so that the next one need not wait for the lease.
UPDATE sync.task SET lease_until = NULL
WHERE claimed_by = %(owner)s AND lease_until IS NOT NULL AND status IN ('pending', 'downloading', 'downloaded');

-- name: bureau_identity
-- Under which id the bureau knows the taxpayer (使用单位乐企ID), and the organisation its documents belong to.
SELECT leqi_id, org_code FROM enterprise.taxpayer WHERE taxpayer_no = %(taxpayer_no)s;
