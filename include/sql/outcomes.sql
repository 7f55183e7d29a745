-- name: tasks
-- What a task of a run came to by status and error: the rows that its run planned, and those that it took in hand.
SELECT coalesce(k.void_state, k.status) AS status,
    coalesce(fapiao.label('void_state', k.void_state), fapiao.label('status', k.status)) AS label,
    coalesce(k.error_code, '') AS code, coalesce(min(k.error_message), '') AS message, count(*)::integer AS rows,
    sum(k.downloaded_count)::bigint AS downloaded, sum(k.inserted_count)::bigint AS inserted,
    sum(k.updated_count)::bigint AS updated, sum(k.unchanged_count)::bigint AS unchanged,
    sum(k.ignored_count)::bigint AS ignored, sum(k.failed_count)::bigint AS refused,
    k.status IN ('apply_failed', 'download_failed') AND k.void_state IS NULL AS failed,
    k.void_state IS NULL AND k.error_code = ANY (%(by_rule)s::text[]) AS by_rule
FROM sync.rows_of_run(%(dag)s, %(run)s, %(owner)s, %(since)s) AS k
GROUP BY k.status, k.void_state, k.error_code
ORDER BY rows DESC, 1, 3;

-- name: failed_tasks
-- The failed ones of these rows by name, the first ones; what a rule forbids was never asked for and is none of them.
SELECT k.batch_no, k.taxpayer_no, k.taxpayer_name AS name, k.error_code AS code, k.error_message AS message
FROM sync.rows_of_run(%(dag)s, %(run)s, %(owner)s, %(since)s) AS k
WHERE k.status IN ('apply_failed', 'download_failed') AND k.void_state IS NULL
    AND NOT coalesce(k.error_code = ANY (%(by_rule)s::text[]), false)
ORDER BY k.batch_no
LIMIT %(most)s;

-- name: left_out
-- What the plan of a run left out, by reason.
SELECT s.reason_code AS code, s.reason, count(*)::integer AS rows
FROM sync.batch AS b
JOIN fapiao.plan_skip AS s ON s.parent_batch_no = b.batch_no
WHERE b.dag_id = %(dag)s AND b.run_id = %(run)s
GROUP BY 1, 2 ORDER BY 3 DESC, 1
LIMIT %(most)s;

-- name: planning
-- The number of a run's planning, by which its rows are found.
SELECT batch_no FROM sync.batch WHERE dag_id = %(dag)s AND run_id = %(run)s;

-- name: verifications
-- What the verifications that a task took in hand came to, by state and result; its lines are workers of their own.
SELECT v.state AS status, fapiao.label('verification_state', v.state) AS label, coalesce(v.result_code, '') AS code,
    coalesce(min(v.result_text), '') AS message, count(*)::integer AS rows, v.state = 'failed' AS failed, false AS by_rule
FROM sync.verification AS v
WHERE (v.finished_at >= %(since)s OR v.state IN ('waiting', 'limit')) AND starts_with(v.claimed_by, %(owner)s || '/')
GROUP BY v.state, v.result_code
ORDER BY rows DESC, 1, 3;

-- name: failed_verifications
-- The failed ones of these by name, the first ones.
SELECT v.batch_no, v.taxpayer_no, v.document_key AS name, v.result_code AS code, v.result_text AS message
FROM sync.verification AS v
WHERE v.state = 'failed' AND v.finished_at >= %(since)s AND starts_with(v.claimed_by, %(owner)s || '/')
ORDER BY v.batch_no
LIMIT %(most)s;

-- name: selections
-- What the requests of 勾选 that a task took in hand, or that its submissions made, came to, by status and error.
SELECT s.status, fapiao.label('selection_task_status', s.status) AS label, coalesce(s.error_code, '') AS code,
    coalesce(min(s.error_message), '') AS message, count(*)::integer AS rows, s.status = 'failed' AS failed, false AS by_rule
FROM sync.selection AS s
WHERE s.parent_batch_no = ANY (%(batches)s::text[])
    OR s.claimed_by = %(owner)s AND (s.finished_at >= %(since)s OR s.status IN ('unprocessed', 'processing'))
GROUP BY s.status, s.error_code
ORDER BY rows DESC, 1, 3;

-- name: failed_selections
-- The failed ones of these by name, the first ones.
SELECT s.batch_no, s.taxpayer_no, s.taxpayer_name AS name, s.error_code AS code, s.error_message AS message
FROM sync.selection AS s
WHERE s.status = 'failed'
    AND (s.parent_batch_no = ANY (%(batches)s::text[]) OR s.claimed_by = %(owner)s AND s.finished_at >= %(since)s)
ORDER BY s.batch_no
LIMIT %(most)s;

-- name: take_changes
-- Takes what changed in the pool and Airflow was not told: in all, by planning, and the first rows by number.
WITH taken AS (
    DELETE FROM sync.untold_change
    WHERE change_id IN (SELECT change_id FROM sync.untold_change ORDER BY change_id FOR UPDATE SKIP LOCKED)
    RETURNING batch_no, parent_batch_no, dag_id, inserted, updated
),
planned AS (
    SELECT parent_batch_no AS batch_no, dag_id, count(DISTINCT batch_no)::integer AS tasks,
        sum(inserted)::bigint AS inserted, sum(updated)::bigint AS updated
    FROM taken
    GROUP BY 1, 2
)
SELECT jsonb_build_object(
    'tasks', sum(tasks), 'inserted', sum(inserted), 'updated', sum(updated),
    'batches', (
        SELECT jsonb_agg(to_jsonb(p)) FROM (SELECT * FROM planned ORDER BY inserted + updated DESC, batch_no LIMIT %(most)s) AS p),
    'more_batches', greatest(count(*) - %(most)s, 0),
    'task_batches', (
        SELECT jsonb_agg(t.batch_no) FROM (SELECT DISTINCT batch_no FROM taken ORDER BY 1 LIMIT %(most)s) AS t)
)
FROM planned
HAVING count(*) > 0;
