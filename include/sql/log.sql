-- name: rows
-- The sync log by every filter of ./fapiao log, newest first; an absent filter holds for all.
SELECT *
FROM fapiao.sync_log
WHERE (%(batch)s::text IS NULL OR %(batch)s IN (batch_no, parent_batch_no))
    AND (%(taxpayer)s::text IS NULL OR taxpayer_no = %(taxpayer)s)
    AND (%(channel)s::text IS NULL OR channel = %(channel)s)
    AND (%(direction)s::text IS NULL OR direction = %(direction)s)
    AND (%(download_type)s::text IS NULL OR download_type = %(download_type)s)
    AND (%(sync_type)s::text IS NULL OR sync_type = %(sync_type)s)
    AND (%(document)s::text IS NULL OR document = %(document)s)
    AND (%(invoice_type)s::text IS NULL OR %(invoice_type)s = ANY (invoice_types))
    AND (%(status)s::text IS NULL OR status = %(status)s)
    AND (%(dag)s::text IS NULL OR dag_id = %(dag)s)
    AND (%(window_from)s::date IS NULL OR window_end >= %(window_from)s)
    AND (%(window_to)s::date IS NULL OR window_start <= %(window_to)s)
    AND (%(error)s::text IS NULL OR error_code = %(error)s)
ORDER BY created_at DESC, batch_no DESC
LIMIT %(limit)s;

-- name: counts
-- How many tasks stand where, in the order of the manual's list.
SELECT l.code AS status, l.label, count(k.batch_no)::integer AS tasks, coalesce(sum(k.downloaded_count), 0)::bigint AS downloaded,
    coalesce(sum(k.succeeded_count), 0)::bigint AS succeeded
FROM sync.code_label AS l
LEFT JOIN fapiao.sync_log AS k ON k.status = l.code
WHERE l.kind = 'status'
GROUP BY l.code, l.label
HAVING count(k.batch_no) > 0
ORDER BY tasks DESC;

-- name: events
-- What happened to one task, by whom and why.
SELECT seq, from_status, to_status, actor, reason, at, hash FROM fapiao.task_event WHERE batch_no = %(batch)s ORDER BY seq;

-- name: skips
-- What the calendar named and the plan left out, newest first.
SELECT * FROM fapiao.plan_skip
WHERE (%(taxpayer)s::text IS NULL OR taxpayer_no IS NULL OR taxpayer_no = %(taxpayer)s)
    AND (%(channel)s::text IS NULL OR channel = %(channel)s)
    AND (%(dag)s::text IS NULL OR dag_id = %(dag)s)
ORDER BY created_at DESC, rule, taxpayer_no
LIMIT %(limit)s;

-- name: quota_board
-- The keys of which something is used, the tightest first.
SELECT * FROM fapiao.quota_usage
ORDER BY used_this_month::numeric / nullif(monthly_limit, 0) DESC NULLS LAST, taxpayer_no, direction, invoice_type, issue_month
LIMIT %(limit)s;

-- name: changes
-- The last changed fields of the pool, with the task that changed them.
SELECT document_key, direction, taxpayer_no, column_name, old_value, new_value, batch_no, channel, observed_at
FROM fapiao.invoice_change
ORDER BY observed_at DESC, document_key, column_name
LIMIT %(limit)s;

-- name: run_rows
-- What one run of a DAG came to: rows it planned, and rows it brought to an end.
SELECT status, coalesce(error_code, '') AS error_code, count(*)::integer AS tasks, sum(downloaded_count)::integer AS downloaded,
    sum(inserted_count)::integer AS inserted, sum(updated_count)::integer AS updated, sum(unchanged_count)::integer AS unchanged,
    sum(ignored_count)::integer AS ignored, sum(failed_count)::integer AS failed, min(error_message) AS message
FROM fapiao.sync_log
WHERE dag_id = %(dag)s AND (run_id = %(run)s OR finished_at >= %(since)s)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: run_skips
-- What one run left out, by reason.
SELECT reason_code, reason, count(*)::integer AS rows
FROM fapiao.plan_skip AS s JOIN sync.batch AS b ON b.batch_no = s.parent_batch_no
WHERE b.run_id = %(run)s GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: with_data
-- The newest tasks that brought documents.
SELECT * FROM fapiao.sync_log WHERE downloaded_count > 0 ORDER BY finished_at DESC, batch_no DESC LIMIT %(limit)s;

-- name: pool_size
-- How much the pool holds.
SELECT (SELECT count(*) FROM fapiao.invoice)::integer AS documents, (SELECT count(*) FROM fapiao.invoice_line)::integer AS lines;
