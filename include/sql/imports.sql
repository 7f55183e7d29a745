-- name: known_taxpayers
-- Every tax number of the installation with its organisation.
SELECT taxpayer_no, org_code FROM enterprise.taxpayer;

-- name: scheme
-- The download scheme of a name: whom and what a file may be imported into it for.
SELECT s.scheme_id, s.name, s.download_types, s.invoice_types,
    ARRAY(SELECT st.taxpayer_no FROM enterprise.scheme_taxpayer AS st WHERE st.scheme_id = s.scheme_id) AS taxpayers
FROM enterprise.scheme AS s
WHERE s.name = %(name)s AND s.deleted_at IS NULL;

-- name: schemes_of
-- The schemes of an import task, as they are now.
SELECT s.scheme_id, s.name, s.download_types, s.invoice_types,
    ARRAY(SELECT st.taxpayer_no FROM enterprise.scheme_taxpayer AS st WHERE st.scheme_id = s.scheme_id) AS taxpayers
FROM enterprise.scheme AS s
JOIN sync.task AS k ON s.scheme_id = ANY (k.scheme_ids)
WHERE k.task_id = %(task_id)s;

-- name: lock_plans
-- One submission of files at a time for these tax numbers: the same file is not planned twice.
SELECT pg_advisory_xact_lock(hashtextextended('import of ' || taxpayer_no, 0))
FROM (SELECT DISTINCT unnest(%(taxpayers)s::text[]) AS taxpayer_no ORDER BY 1) AS whose;

-- name: imported_before
-- Which of these files are in the pool, or on their way there, for a company: a file with failed or waiting rows may come again.
SELECT f.sha256, min(k.batch_no) AS batch_no
FROM sync.import_file AS f
JOIN sync.task AS k USING (task_id)
WHERE f.sha256 = ANY (%(hashes)s) AND k.taxpayer_no = %(taxpayer_no)s AND k.direction = %(direction)s
    AND k.void_state IS NULL AND k.failed_count = 0 AND k.status NOT IN ('download_failed', 'apply_failed')
GROUP BY f.sha256;

-- name: plan
-- One import task per tax number and set of files with its one row, waiting for its turn (待同步).
WITH fresh AS (
    SELECT s.task_id, sync.new_batch_no(s.task_id) AS batch_no, t.taxpayer_no, t.name, t.org_code
    FROM enterprise.taxpayer AS t
    CROSS JOIN LATERAL (SELECT nextval('sync.serial') AS task_id WHERE t.taxpayer_no <> '') AS s
    WHERE t.taxpayer_no = %(taxpayer_no)s
),
listed AS (
    INSERT INTO sync.history_batch (
        batch_no, parent_batch_no, taxpayer_no, taxpayer_name, org_code, data_type, method, invoice_types, created_by)
    SELECT batch_no, %(batch_no)s, taxpayer_no, name, org_code, 'details', 'bureau_file',
        string_to_array(%(invoice_types)s, ','), %(created_by)s
    FROM fresh
)
INSERT INTO sync.task (
    task_id, batch_no, parent_batch_no, history_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name,
    org_code, direction, download_type, sync_type, document, invoice_type, window_basis, argument, automatic, scheme_ids, created_by)
SELECT task_id, batch_no, %(batch_no)s, batch_no, %(dag_id)s, %(run_id)s, 'bureau_file', 'bureau-file-import',
    %(run_id)s || '/' || task_id, taxpayer_no, name, org_code, %(direction)s, %(direction)s || '_full', 'manual_import',
    %(document)s, %(invoice_types)s, 'issue_date', %(argument)s, false, %(scheme_ids)s, %(created_by)s
FROM fresh
RETURNING task_id, batch_no;

-- name: add_file
-- A file of a task; its bytes are stored already.
INSERT INTO sync.import_file (task_id, file_no, name, sha256, size, uploaded_as, uploaded_sha256)
VALUES (%(task_id)s, %(file_no)s, %(name)s, %(sha256)s, %(size)s, %(uploaded_as)s, %(uploaded_sha256)s);

-- name: hand_files_on
-- A retry reads the kept files of the task that it repeats.
INSERT INTO sync.import_file (task_id, file_no, name, sha256, size, uploaded_as, uploaded_sha256)
SELECT again.task_id, f.file_no, f.name, f.sha256, f.size, f.uploaded_as, f.uploaded_sha256
FROM sync.task AS again
JOIN sync.import_file AS f ON f.task_id = again.retry_of
WHERE again.batch_no = ANY (%(batches)s);

-- name: files_of_import
-- The files of an import task with what became of their rows by its latest attempt that came to a result; a stopped retry has none.
SELECT f.name, f.size, f.uploaded_as, count(v.verdict) AS rows,
    count(*) FILTER (WHERE v.verdict IN ('inserted', 'updated', 'unchanged'))::integer AS kept,
    count(*) FILTER (WHERE v.verdict = 'rejected')::integer AS rejected,
    count(*) FILTER (WHERE v.verdict = 'quarantined')::integer AS quarantined
FROM sync.history_row AS r
JOIN sync.task AS k USING (task_id)
JOIN sync.import_file AS f ON f.task_id = r.counted_task_id
LEFT JOIN sync.import_verdict AS v ON v.task_id = f.task_id AND v.file_no = f.file_no
WHERE r.history_batch_no = %(batch_no)s AND (k.void_state IS NULL OR k.retry_of IS NULL)
GROUP BY r.task_id, f.file_no, f.name, f.size, f.uploaded_as
ORDER BY r.task_id, f.file_no;

-- name: is_mine
-- Whether a task is still in the hands of the worker that took it, asked without a lock: a person may stop it any time.
SELECT EXISTS (
    SELECT FROM sync.task WHERE task_id = %(task_id)s AND claim_no = %(claim_no)s AND void_state IS NULL);

-- name: note_planned
-- How many tasks a batch planned.
UPDATE sync.batch SET planned = planned + %(tasks)s WHERE batch_no = %(batch_no)s;

-- name: files
-- The files of a task in their order.
SELECT file_no, name, sha256 FROM sync.import_file WHERE task_id = %(task_id)s ORDER BY file_no;

-- name: queues
-- The companies with imports that are due, those that wait longest first; suspects are the files over which a worker ended.
SELECT taxpayer_no FROM sync.task
WHERE job = 'bureau_file' AND status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL
    AND (not_before IS NULL OR not_before <= sync.now())
    AND (broke_workers > 0 OR lease_until IS NOT NULL) = %(suspects)s
GROUP BY taxpayer_no ORDER BY min(task_id);

-- name: try_queue
-- Tasks of one company are worked one after the other (R283); the lock goes with the session, so that a crash frees it.
-- False where somebody is at work.
SELECT pg_try_advisory_lock(hashtextextended('bureau_file/' || %(taxpayer_no)s, 0));

-- name: unlock_queue
-- The company's next worker may come.
SELECT pg_advisory_unlock(hashtextextended('bureau_file/' || %(taxpayer_no)s, 0));

-- name: take
-- The oldest due task of a company, for whoever holds its lock: 数据预处理中. The lock says that no other worker has it, so
-- that a lease which nobody gave back is a worker that ended over it. What it brings came by the job, not over a channel.
UPDATE sync.task AS k
SET status = CASE WHEN k.status = 'pending' THEN 'downloading' ELSE k.status END,
    broke_workers = k.broke_workers + CASE WHEN k.lease_until IS NULL THEN 0 ELSE 1 END, claimed_by = %(owner)s,
    lease_until = sync.now() + %(lease)s, claim_no = k.claim_no + 1, request_no = coalesce(k.request_no, 'file-' || k.batch_no),
    applied_at = coalesce(k.applied_at, sync.now()), observed_at = coalesce(k.observed_at, %(observed_at)s)
WHERE k.task_id = (
    SELECT task_id FROM sync.task
    WHERE job = 'bureau_file' AND taxpayer_no = %(taxpayer_no)s AND void_state IS NULL
        AND status IN ('pending', 'downloading', 'downloaded') AND (not_before IS NULL OR not_before <= sync.now())
        AND (%(suspects)s::boolean IS NULL OR (broke_workers > 0 OR lease_until IS NOT NULL) = %(suspects)s::boolean)
    ORDER BY task_id LIMIT 1 FOR UPDATE)
RETURNING k.task_id, k.claim_no, k.batch_no, k.job, k.taxpayer_no, k.org_code, k.job AS channel, k.direction, k.download_type,
    k.document, k.invoice_type, k.window_start, k.window_end, k.argument, k.counter, k.automatic, k.status, k.attempts,
    k.generation, k.polls, k.request_no, k.observed_at, k.parent_task_id, k.broke_workers;

-- name: next_due
-- How many imports a worker has put off, and in how many seconds the earliest is due again.
SELECT count(*)::integer AS open, extract(epoch FROM min(CASE WHEN not_before <> 'infinity' THEN not_before END) - sync.now())::float8
    AS seconds
FROM sync.task
WHERE job = 'bureau_file' AND status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL
    AND claimed_by = %(owner)s AND lease_until IS NULL AND not_before IS NOT NULL;

-- name: note_merging
-- 数据预处理中 → 同步中: every row is read, the merge begins.
UPDATE sync.task SET status = 'downloaded' WHERE task_id = %(task_id)s AND status = 'downloading';

-- name: has_statistics
-- Whether the planner knows the keys of the pool; it does not before the first visit of the autovacuum.
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_stats
    WHERE schemaname = 'pool' AND tablename = 'document' AND attname = 'document_key');

-- name: analyse
-- The columns by which a merge finds documents and lines: without their numbers one index is as good as another.
ANALYZE pool.document (direction, taxpayer_no, document_key), pool.line (direction, taxpayer_no, document_key, line_no);

-- name: keep_reading
-- What a file showed, as evidence beside the bytes in the store: its name, hash and kind of rows. Once, whoever repeats it.
INSERT INTO sync.reply (task_id, generation, part_no, package_no, row_count, observed_at, body)
VALUES (%(task_id)s, 1, %(part_no)s, 1, %(row_count)s, %(observed_at)s, %(body)s)
RETURNING reply_id;

-- name: known_documents
-- Which of these documents the pool holds, and which of them this batch wrote; looked up one by one, for the planner
-- would read the whole pool to find some thousands.
SELECT wanted.document_key, d.batch_no = %(batch_no)s AS written
FROM unnest(string_to_array(%(keys)s, E'\n')) AS wanted (document_key)
LEFT JOIN pool.other_name AS o ON o.said = wanted.document_key
    AND o.taxpayer_no = %(taxpayer_no)s AND o.direction = %(direction)s
CROSS JOIN LATERAL (
    SELECT batch_no FROM pool.document
    WHERE document_key = coalesce(o.kept, wanted.document_key)
        AND taxpayer_no = %(taxpayer_no)s AND direction = %(direction)s
    OFFSET 0
) AS d;

-- name: copy_verdicts
-- What became of every row.
COPY sync.import_verdict (task_id, file_no, sheet, row_no, document_key, verdict, sentence) FROM STDIN;

-- name: quarantine
-- Rows that wait for a rule; one that waits already stays as it is.
INSERT INTO pool.quarantine (direction, taxpayer_no, sha256, file_name, sheet, row_no, reason, payload, batch_no)
SELECT %(direction)s, %(taxpayer_no)s, q.sha256, q.file_name, q.sheet, q.row_no, q.reason, q.payload, %(batch_no)s
FROM jsonb_to_recordset(%(rows)s)
    AS q (sha256 text, file_name text, sheet text, row_no integer, reason text, payload jsonb)
ON CONFLICT DO NOTHING;

-- name: release
-- Rows that waited and are documents now.
UPDATE pool.quarantine AS q SET released_by = %(batch_no)s, released_at = sync.clock_timestamp()
FROM sync.import_verdict AS v JOIN sync.import_file AS f USING (task_id, file_no)
WHERE v.task_id = %(task_id)s AND v.verdict IN ('inserted', 'updated', 'unchanged')
    AND q.sha256 = f.sha256 AND q.sheet = v.sheet AND q.row_no = v.row_no
    AND q.taxpayer_no = %(taxpayer_no)s AND q.direction = %(direction)s AND q.released_at IS NULL;

-- name: waiting_files
-- The files with rows that wait for a rule, by the company and direction they belong to and the schemes they came for.
SELECT DISTINCT q.taxpayer_no, q.direction, k.scheme_ids, f.name, f.sha256, f.size, f.uploaded_as, f.uploaded_sha256
FROM pool.quarantine AS q
JOIN sync.import_file AS f USING (sha256)
JOIN sync.task AS k ON k.task_id = f.task_id AND k.taxpayer_no = q.taxpayer_no AND k.direction = q.direction
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = q.taxpayer_no
WHERE q.released_at IS NULL AND (%(organisations)s::text[] IS NULL OR t.org_code = ANY (%(organisations)s))
ORDER BY q.taxpayer_no, q.direction, k.scheme_ids, f.name;

-- name: waiting
-- What waits for a rule, for people, in these organisations.
SELECT taxpayer_no, direction, file_name, sheet, row_no, reason, quarantined_at
FROM fapiao.quarantine
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
WHERE released_at IS NULL AND (%(organisations)s::text[] IS NULL OR t.org_code = ANY (%(organisations)s))
ORDER BY quarantined_at, file_name, sheet, row_no;

-- name: contradicted
-- The documents whose face a list states otherwise than the pool, which it does not change: the first of them, with both.
SELECT s.document_key, concat_ws('、', s.issue_date, s.amount, s.tax_amount, s.total_amount) AS listed,
    concat_ws('、', d.issue_date, d.amount, d.tax_amount, d.total_amount) AS kept
FROM staged_headers AS s
JOIN pool.document AS d ON d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = s.document_key
WHERE s.issue_date <> d.issue_date OR s.amount <> d.amount OR s.tax_amount <> d.tax_amount
    OR s.total_amount <> d.total_amount
ORDER BY s.document_key
LIMIT 100;

-- name: failed_rows
-- The first rows that did not come in, with the reason of each.
SELECT file_name, sheet, row_no, coalesce(sentence, '')
FROM fapiao.import_verdict
WHERE batch_no = ANY (%(batches)s) AND verdict IN ('rejected', 'quarantined')
ORDER BY task_id, file_no, sheet, row_no
LIMIT %(most)s;

-- name: count_failed_rows
-- How many rows of the files of these tasks did not come in.
SELECT count(*) FROM sync.import_verdict JOIN sync.task USING (task_id)
WHERE batch_no = ANY (%(batches)s) AND verdict IN ('rejected', 'quarantined');

-- name: count_verdicts
-- How many rows the files of these tasks had.
SELECT count(*) FROM sync.import_verdict JOIN sync.task USING (task_id) WHERE batch_no = ANY (%(batches)s);

-- name: verdicts
-- Every row of the tasks with its verdict, in the order of the files.
SELECT batch_no, taxpayer_no, direction, file_name, sheet, row_no, document_key, verdict_label, coalesce(sentence, '')
FROM fapiao.import_verdict
WHERE batch_no = ANY (%(batches)s)
ORDER BY task_id, file_no, sheet, row_no;

-- name: outcome
-- How tasks ended, for whoever asked for them; one that was stopped says so.
SELECT batch_no, taxpayer_no, taxpayer_name, direction, status, coalesce(void_state_label, status_label) AS status_label,
    downloaded_count, inserted_count, updated_count, unchanged_count, ignored_count, failed_count,
    coalesce(void_reason, error_message) AS error_message, advice, warnings
FROM fapiao.sync_log
WHERE batch_no = ANY (%(batches)s)
ORDER BY batch_no;
