-- name: lock
-- Locks the selected tasks in one order, so that two people and a worker act one after the other.
SELECT task_id FROM sync.task WHERE batch_no = ANY (%(batches)s) ORDER BY task_id FOR NO KEY UPDATE;

-- name: selected
-- What speaks for and against an action: state, organisation, company, equal downloads that are open, the last request of any.
SELECT k.task_id, k.batch_no, k.org_code, k.channel, k.status, k.void_state,
    coalesce(t.company_type = 'small_scale', false) AS small_scale,
    EXISTS (
        SELECT FROM sync.task AS o
        WHERE o.taxpayer_no = k.taxpayer_no AND o.channel = k.channel AND o.direction = k.direction
            AND o.document = k.document AND o.invoice_type = k.invoice_type AND o.download_type = k.download_type
            AND (o.window_start, o.window_end) IS NOT DISTINCT FROM (k.window_start, k.window_end)
            AND o.status IN ('pending', 'downloading') AND o.void_state IS NULL
            AND o.parent_task_id IS NULL AND k.parent_task_id IS NULL AND o.task_id <> k.task_id
    ) AS under_way,
    EXISTS (SELECT FROM sync.task AS o WHERE o.retry_of = k.task_id AND o.void_state IS NULL) AS retried,
    requested.at AS last_request, coalesce(k.error_code = 'SET_ASIDE', false) AS set_aside
FROM sync.task AS k
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
CROSS JOIN LATERAL (
    SELECT max(coalesce(o.applied_at, CASE WHEN o.attempts > 0 THEN o.finished_at END)) AS at
    FROM (
        SELECT k.applied_at, k.finished_at, k.attempts
        UNION ALL
        SELECT o.applied_at, o.finished_at, o.attempts
        FROM sync.task AS o
        WHERE o.taxpayer_no = k.taxpayer_no AND o.channel = k.channel AND o.direction = k.direction
            AND o.document = k.document AND o.invoice_type = k.invoice_type AND o.download_type = k.download_type
            AND (o.window_start, o.window_end) IS NOT DISTINCT FROM (k.window_start, k.window_end)
            AND o.parent_task_id IS NULL AND o.retry_of IS NULL AND k.parent_task_id IS NULL
        UNION ALL
        SELECT o.applied_at, o.finished_at, o.attempts
        FROM sync.task AS o
        WHERE o.taxpayer_no = k.taxpayer_no AND o.channel = k.channel AND o.direction = k.direction
            AND o.document = k.document AND o.invoice_type = k.invoice_type AND o.download_type = k.download_type
            AND (o.window_start, o.window_end) IS NOT DISTINCT FROM (k.window_start, k.window_end)
            AND o.parent_task_id IS NOT DISTINCT FROM k.parent_task_id AND o.retry_of IS NOT NULL
    ) AS o
) AS requested
WHERE k.batch_no = ANY (%(batches)s)
ORDER BY k.task_id;

-- name: make_due
-- 获取异步结果: due now; what an earlier poll complained about is forgotten, the next one says it again where it still holds.
-- A row that was set aside goes on from where it stood; a series that lacked documents is asked for anew (A-08).
WITH rewound AS (
    UPDATE sync.part AS p SET stored = 0, announced = NULL, cursor = NULL, done = false
    FROM sync.task AS k
    WHERE k.task_id = p.task_id AND k.task_id = ANY (%(tasks)s) AND k.status = 'incomplete'
)
UPDATE sync.task
SET status = CASE WHEN status = 'incomplete' THEN 'downloading' ELSE status END,
    generation = generation + (status = 'incomplete')::integer,
    attempts = CASE status WHEN 'incomplete' THEN 0 ELSE attempts END,
    broke_workers = 0, waits = 0, waiting_since = NULL, not_before = sync.now(), not_before_day = NULL, login_request_id = NULL, requests = requests + 1,
    error_code = NULL, error_message = NULL, advice = NULL
WHERE task_id = ANY (%(tasks)s);

-- name: retry
-- 手工重试, 重试: each chosen task once more, all that it asked for in a task of its own, not before the day it fits into.
INSERT INTO sync.task (
    task_id, batch_no, parent_batch_no, parent_task_id, history_batch_no, retry_of, dag_id, run_id, job, rule, tick,
    taxpayer_no, taxpayer_name, org_code, channel, direction, download_type, sync_type, document, invoice_type,
    window_start, window_end, window_basis, counter, automatic, priority, argument, wanted_types, scheme_ids,
    not_before_day, created_by)
SELECT s.task_id, sync.new_batch_no(s.task_id), k.parent_batch_no, k.parent_task_id, k.history_batch_no, k.task_id,
    k.dag_id, k.run_id,
    k.job, k.rule, k.tick, k.taxpayer_no, k.taxpayer_name, k.org_code, k.channel, k.direction, k.download_type,
    k.sync_type, k.document, k.invoice_type, k.window_start, k.window_end, k.window_basis, k.counter, false,
    k.priority, k.argument, k.wanted_types, k.scheme_ids, k.fits_on, %(actor)s
FROM (
    SELECT t.*, c.not_before_day AS fits_on
    FROM jsonb_to_recordset(%(chosen)s) AS c (task_id bigint, not_before_day date)
    JOIN sync.task AS t USING (task_id)
    ORDER BY t.task_id
) AS k
CROSS JOIN LATERAL (SELECT nextval('sync.serial') AS task_id WHERE k.task_id IS NOT NULL) AS s
RETURNING retry_of, batch_no;

-- name: queues_of
-- Which queue each of these rows stands in; a number that nobody knows is left out.
SELECT batch_no, 'task' FROM sync.task WHERE batch_no = ANY (%(batches)s)
UNION ALL
SELECT batch_no, 'selection' FROM sync.selection WHERE batch_no = ANY (%(batches)s)
UNION ALL
SELECT batch_no, 'verification' FROM sync.verification WHERE batch_no = ANY (%(batches)s);

-- name: organisations_of
-- The organisation of each of these rows; a request of selections has those of all its documents.
SELECT batch_no, org_code FROM sync.task WHERE batch_no = ANY (%(batches)s)
UNION ALL
SELECT s.batch_no, o.org_code
FROM sync.selection AS s
CROSS JOIN LATERAL unnest(sync.organisations_of_selection(s.selection_id)) AS o (org_code)
WHERE s.batch_no = ANY (%(batches)s)
UNION ALL
SELECT batch_no, sync.organisation_of_verification(verification_id) FROM sync.verification
WHERE batch_no = ANY (%(batches)s);

-- name: dags_of
-- Which DAG takes up each of these open rows.
SELECT batch_no, CASE WHEN job = 'bureau_file' THEN 'import_bureau_file' ELSE 'sweep_results' END
FROM sync.task WHERE batch_no = ANY (%(batches)s)
UNION ALL
SELECT batch_no, 'sweep_results' FROM sync.selection WHERE batch_no = ANY (%(batches)s)
UNION ALL
SELECT batch_no, 'verify_invoices' FROM sync.verification WHERE batch_no = ANY (%(batches)s);

-- name: note_request
-- Leaves an event on tasks that an action is about and does not change.
UPDATE sync.task SET requests = requests + 1 WHERE task_id = ANY (%(tasks)s);

-- name: void
-- 作废 or 终止: the row stays as it is, nobody works on it any more, and an equal download may be planned again.
UPDATE sync.task
SET void_state = %(state)s, voided_by = %(actor)s, voided_at = sync.now(), void_reason = %(reason)s, lease_until = NULL,
    login_request_id = NULL
WHERE task_id = ANY (%(tasks)s);

-- name: settle_slots
-- A reservation whose application may be on its way stays counted where the bureau counts, and is given back elsewhere (A-03).
UPDATE sync.quota_slot
SET state = CASE WHEN concat_ws('/', channel, counter) = ANY (%(enforced)s) THEN 'unknown' ELSE 'released' END,
    settled_at = sync.now()
WHERE task_id = ANY (%(tasks)s) AND state = 'reserved';

-- name: quota_effect
-- What the selected tasks have cost: applications that stay counted, and those that were given back.
SELECT k.task_id, count(s.slot_id) FILTER (WHERE s.state = 'consumed')::integer AS consumed,
    count(s.slot_id) FILTER (WHERE s.state = 'unknown')::integer AS unknown,
    count(s.slot_id) FILTER (WHERE s.state = 'released')::integer AS released
FROM sync.task AS k
LEFT JOIN sync.quota_slot AS s USING (task_id)
WHERE k.task_id = ANY (%(tasks)s)
GROUP BY k.task_id;

-- name: answers
-- How the selected tasks stand now.
SELECT batch_no, status, status_label, void_state, void_state_label, error_code, error_message, advice,
    downloaded_count, succeeded_count, failed_count
FROM fapiao.sync_log WHERE batch_no = ANY (%(batches)s) ORDER BY batch_no;
