-- name: rows
-- The sync log by every filter of ./fapiao log, newest first (a batch number begins with its instant).
SELECT *
FROM sync.filtered_log(
    batches => %(batches)s, parent => %(parent)s, taxpayer => %(taxpayer)s, name => %(name)s, org => %(org)s,
    organisations => %(organisations)s, channel => %(channel)s, direction => %(direction)s,
    download_type => %(download_type)s, sync_type => %(sync_type)s, document => %(document)s,
    invoice_type => %(invoice_type)s, status => %(status)s, module => %(module)s, dag => %(dag)s, error => %(error)s,
    voided => %(voided)s, window_from => %(window_from)s, window_to => %(window_to)s,
    created_from => %(created_from)s, created_to => %(created_to)s)
ORDER BY batch_no DESC
LIMIT %(limit)s;

-- name: counts
-- How many tasks of the filter stand where.
SELECT k.status, k.status_label AS label, count(*)::integer AS tasks, coalesce(sum(k.downloaded_count), 0)::bigint AS downloaded,
    coalesce(sum(k.succeeded_count), 0)::bigint AS succeeded, coalesce(sum(k.ignored_count), 0)::bigint AS ignored,
    coalesce(sum(k.failed_count), 0)::bigint AS failed, count(k.void_state)::integer AS voided
FROM sync.filtered_log(
    batches => %(batches)s, parent => %(parent)s, taxpayer => %(taxpayer)s, name => %(name)s, org => %(org)s,
    organisations => %(organisations)s, channel => %(channel)s, direction => %(direction)s,
    download_type => %(download_type)s, sync_type => %(sync_type)s, document => %(document)s,
    invoice_type => %(invoice_type)s, status => %(status)s, module => %(module)s, dag => %(dag)s, error => %(error)s,
    voided => %(voided)s, window_from => %(window_from)s, window_to => %(window_to)s,
    created_from => %(created_from)s, created_to => %(created_to)s) AS k
GROUP BY k.status, k.status_label
ORDER BY tasks DESC, k.status
LIMIT %(limit)s;

-- name: batches
-- The plannings, newest first, each with how many of its tasks ended how.
SELECT b.batch_no, b.dag_id, b.run_id, b.day, b.created_by, b.created_at, b.planned, b.skipped, tasks.tasks, tasks.open,
    tasks.failed, tasks.voided
FROM sync.batch AS b
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS tasks,
        count(*) FILTER (WHERE k.status IN ('pending', 'downloading', 'downloaded') AND k.void_state IS NULL)::integer AS open,
        count(*) FILTER (WHERE k.status IN ('apply_failed', 'download_failed'))::integer AS failed,
        count(k.void_state)::integer AS voided
    FROM sync.task AS k
    WHERE k.parent_batch_no = b.batch_no
        AND (%(taxpayer)s::text IS NULL OR k.taxpayer_no = %(taxpayer)s)
        AND (%(organisations)s::text[] IS NULL OR k.org_code = ANY (%(organisations)s))
) AS tasks
WHERE (%(batches)s::text[] IS NULL OR b.batch_no = ANY (%(batches)s))
    AND (%(dag)s::text IS NULL OR b.dag_id = %(dag)s)
    AND (%(created_from)s::date IS NULL OR b.created_at >= %(created_from)s::date::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND (%(created_to)s::date IS NULL OR b.created_at < (%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND ((%(organisations)s::text[] IS NULL AND %(taxpayer)s::text IS NULL) OR tasks.tasks > 0)
ORDER BY b.batch_no DESC
LIMIT %(limit)s;

-- name: attempts
-- What was asked of the bureau for each task, question by question, and every reply that carried rows.
SELECT k.batch_no, k.request_no, k.applied_at, p.part_no, r.generation, r.package_no, p.done, r.row_count, r.received_at,
    r.observed_at, octet_length(r.body) AS bytes, encode(r.sha256, 'hex') AS sha256, r.reply_id,
    jsonb_build_object('taxpayer_no', k.taxpayer_no, 'channel', k.channel, 'direction', k.direction,
        'download_type', k.download_type, 'document', k.document, 'invoice_type', k.invoice_type,
        'window_start', k.window_start, 'window_end', k.window_end, 'argument', k.argument, 'question', p.argument)
        AS asked, k.error_code, k.error_message
FROM sync.task AS k
LEFT JOIN sync.part AS p USING (task_id)
LEFT JOIN sync.reply AS r ON r.task_id = p.task_id AND r.part_no = p.part_no
WHERE (k.batch_no = ANY (%(batches)s) OR k.parent_batch_no = ANY (%(batches)s))
    AND (%(taxpayer)s::text IS NULL OR k.taxpayer_no = %(taxpayer)s)
    AND (%(organisations)s::text[] IS NULL OR k.org_code = ANY (%(organisations)s))
ORDER BY k.batch_no, r.generation, p.part_no, r.package_no
LIMIT %(limit)s;

-- name: reply
-- One reply as it is kept.
SELECT r.body
FROM sync.reply AS r
JOIN sync.task AS k USING (task_id)
WHERE r.reply_id = %(reply)s AND (%(organisations)s::text[] IS NULL OR k.org_code = ANY (%(organisations)s));

-- name: invoices
-- The documents of these organisations that a download brought, as the pool has them now, what it changed of them, and the rows
-- it did not store.
WITH task AS (
    SELECT k.batch_no, k.direction, k.taxpayer_no
    FROM sync.task AS k
    WHERE (k.batch_no = ANY (%(batches)s) OR k.parent_batch_no = ANY (%(batches)s))
        AND (%(taxpayer)s::text IS NULL OR k.taxpayer_no = %(taxpayer)s)
        AND (%(organisations)s::text[] IS NULL OR k.org_code = ANY (%(organisations)s))
),
seen AS (
    SELECT DISTINCT s.batch_no, s.direction, s.taxpayer_no, unnest(s.document_keys) AS document_key, NULL::text AS failed, NULL::text AS ignored
    FROM task JOIN pool.sighting AS s USING (batch_no)
    UNION ALL
    SELECT t.batch_no, t.direction, t.taxpayer_no, r.document_key, CASE r.fate WHEN 'failed' THEN r.reason END,
        CASE r.fate WHEN 'ignored' THEN r.reason END
    FROM task AS t JOIN pool.rejected_row AS r USING (batch_no)
)
SELECT s.batch_no, s.direction, s.taxpayer_no, s.document_key, i.document, i.invoice_type, i.invoice_code, i.invoice_no,
    i.etax_invoice_no, i.issue_date, i.seller_name, i.buyer_name, i.amount, i.tax_amount, i.status,
    ARRAY(
        SELECT DISTINCT c.column_name FROM pool.change AS c
        WHERE c.direction = s.direction AND c.taxpayer_no = s.taxpayer_no AND c.document_key = s.document_key
            AND c.batch_no = s.batch_no
        ORDER BY c.column_name
    ) AS changed, s.failed, s.ignored
FROM seen AS s
LEFT JOIN fapiao.invoice AS i USING (direction, taxpayer_no, document_key)
WHERE %(organisations)s::text[] IS NULL OR i.document_key IS NULL OR i.org_code = ANY (%(organisations)s)
ORDER BY s.batch_no, s.document_key
LIMIT %(limit)s;

-- name: events
-- What happened to one task, by whom and why.
SELECT e.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at, e.hash, e.account
FROM fapiao.task_event AS e
JOIN sync.task AS k USING (batch_no)
WHERE e.batch_no = ANY (%(batches)s)
    AND (%(taxpayer)s::text IS NULL OR k.taxpayer_no = %(taxpayer)s)
    AND (%(organisations)s::text[] IS NULL OR k.org_code = ANY (%(organisations)s))
ORDER BY e.batch_no, e.seq
LIMIT %(limit)s;

-- name: skips
-- What the calendar named and the plan left out, newest first. A row without a tax number is of its scheme: of every company that
-- the scheme has on the channel.
SELECT s.*
FROM fapiao.plan_skip AS s
WHERE (%(batches)s::text[] IS NULL OR s.parent_batch_no = ANY (%(batches)s))
    AND (%(channel)s::text IS NULL OR s.channel = %(channel)s)
    AND (%(direction)s::text IS NULL OR s.direction = %(direction)s)
    AND (%(document)s::text IS NULL OR s.document = %(document)s)
    AND (%(invoice_type)s::text IS NULL OR s.invoice_type = %(invoice_type)s)
    AND (%(dag)s::text IS NULL OR s.dag_id = %(dag)s)
    AND (%(window_from)s::date IS NULL OR s.window_end >= %(window_from)s)
    AND (%(window_to)s::date IS NULL OR s.window_start <= %(window_to)s)
    AND (%(created_from)s::date IS NULL OR s.created_at >= %(created_from)s::date::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND (%(created_to)s::date IS NULL OR s.created_at < (%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND ((%(taxpayer)s::text IS NULL AND %(org)s::text IS NULL AND %(organisations)s::text[] IS NULL)
        OR EXISTS (
            SELECT FROM enterprise.taxpayer AS t
            WHERE t.taxpayer_no = s.taxpayer_no
                AND (%(taxpayer)s::text IS NULL OR t.taxpayer_no = %(taxpayer)s)
                AND (%(org)s::text IS NULL OR t.org_code = %(org)s)
                AND (%(organisations)s::text[] IS NULL OR t.org_code = ANY (%(organisations)s)))
        OR s.taxpayer_no IS NULL AND EXISTS (
            SELECT FROM enterprise.scheme_taxpayer AS m
            JOIN enterprise.effective_channel AS e USING (taxpayer_no)
            JOIN enterprise.taxpayer AS t USING (taxpayer_no)
            WHERE m.scheme_id = s.scheme_id AND e.download_channel = s.channel
                AND (%(taxpayer)s::text IS NULL OR t.taxpayer_no = %(taxpayer)s)
                AND (%(org)s::text IS NULL OR t.org_code = %(org)s)
                AND (%(organisations)s::text[] IS NULL OR t.org_code = ANY (%(organisations)s))))
ORDER BY s.skip_id DESC
LIMIT %(limit)s;

-- name: quota_board
-- The keys of which something is used, the tightest first.
SELECT u.*
FROM fapiao.quota_usage AS u
WHERE (%(taxpayer)s::text IS NULL OR u.taxpayer_no = %(taxpayer)s)
    AND (%(channel)s::text IS NULL OR u.channel = %(channel)s)
    AND (%(direction)s::text IS NULL OR u.direction = %(direction)s)
    AND (%(invoice_type)s::text IS NULL OR u.invoice_type = %(invoice_type)s)
    AND (%(org)s::text IS NULL OR u.taxpayer_no IN (
        SELECT t.taxpayer_no FROM enterprise.taxpayer AS t WHERE t.org_code = %(org)s))
    AND (%(organisations)s::text[] IS NULL OR u.taxpayer_no IN (
        SELECT t.taxpayer_no FROM enterprise.taxpayer AS t WHERE t.org_code = ANY (%(organisations)s)))
ORDER BY u.used_this_month::numeric / nullif(u.monthly_limit, 0) DESC NULLS LAST, u.taxpayer_no, u.direction, u.invoice_type,
    u.issue_month
LIMIT %(limit)s;

-- name: note_export
-- 导出 leaves what was taken out, into which file, and the hash of its bytes; who and when is written by the table itself.
INSERT INTO sync.log_export (filter, rows, file, sha256)
VALUES (%(filter)s, %(rows)s, %(file)s, %(sha256)s);

-- name: administration
-- What was changed of rights, basics, schemes, parameters, rules and entries, newest first.
SELECT at, actor, account, object, key, operation, before, after, seq, hash, taxpayer_no
FROM fapiao.administration_event
WHERE (%(taxpayer)s::text IS NULL OR taxpayer_no = %(taxpayer)s)
    AND (%(created_from)s::date IS NULL OR at >= %(created_from)s::date::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND (%(created_to)s::date IS NULL OR at < (%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
ORDER BY at DESC, seq DESC
LIMIT %(limit)s;

-- name: exports
-- What was taken out, newest first.
SELECT at, actor, account, sheet, rows, file, sha256, filter
FROM fapiao.export_event
WHERE (%(created_from)s::date IS NULL OR at >= %(created_from)s::date::timestamp AT TIME ZONE 'Asia/Shanghai')
    AND (%(created_to)s::date IS NULL OR at < (%(created_to)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
ORDER BY at DESC, export_id DESC
LIMIT %(limit)s;

-- name: changes
-- The last changed fields of the pool, with the task that changed them.
SELECT document_key, direction, taxpayer_no, column_name, old_value, new_value, batch_no, channel, observed_at
FROM fapiao.invoice_change
ORDER BY observed_at DESC, document_key, column_name
LIMIT %(limit)s;

-- name: run_rows
-- What one run of a DAG came to: rows it planned, and rows it brought to an end; of a sweep, which works the rows of every DAG,
-- what it brought to an end and what is still open. Another run's, at work at the same time, are not among them.
SELECT status, coalesce(error_code, '') AS error_code, count(*)::integer AS tasks, sum(downloaded_count)::integer AS downloaded,
    sum(inserted_count)::integer AS inserted, sum(updated_count)::integer AS updated, sum(unchanged_count)::integer AS unchanged,
    sum(ignored_count)::integer AS ignored, sum(failed_count)::integer AS failed, min(error_message) AS message
FROM fapiao.sync_log
WHERE dag_id = %(dag)s AND run_id = %(run)s
    OR %(dag)s::text = 'sweep_results' AND finished_at IS NULL AND void_state IS NULL
    OR batch_no IN (
        SELECT batch_no FROM sync.task
        WHERE finished_at >= %(since)s AND starts_with(claimed_by || '/', concat_ws('/', %(dag)s::text, %(run)s::text, '')))
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: run_skips
-- What one run left out, by reason.
SELECT s.reason_code, s.reason, count(*)::integer AS rows
FROM fapiao.plan_skip AS s JOIN sync.batch AS b ON b.batch_no = s.parent_batch_no
WHERE b.dag_id = %(dag)s AND b.run_id = %(run)s GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: with_data
-- The newest tasks that brought documents.
SELECT *, to_char(window_start, 'MMDD') || '–' || to_char(window_end, 'MMDD') AS days
FROM fapiao.sync_log WHERE downloaded_count > 0 ORDER BY finished_at DESC, batch_no DESC LIMIT %(limit)s;

-- name: left_out_on
-- What the plans of one day left out, by DAG and reason.
SELECT s.dag_id, count(*)::integer AS rows, s.reason_code, s.reason
FROM fapiao.plan_skip AS s JOIN sync.batch AS b ON b.batch_no = s.parent_batch_no
WHERE b.day = %(day)s
GROUP BY 1, 3, 4 ORDER BY 1, 4;

-- name: voided
-- The tasks that were voided last, with the reason.
SELECT * FROM fapiao.sync_log WHERE void_state IS NOT NULL ORDER BY voided_at DESC, batch_no LIMIT %(limit)s;

-- name: by_status
-- How many tasks stand where, of every DAG.
SELECT status_label AS label, count(*)::integer AS tasks FROM fapiao.sync_log GROUP BY status, status_label ORDER BY 2 DESC, status;

-- name: pool_size
-- How much the pool holds.
SELECT (SELECT count(*) FROM fapiao.invoice)::integer AS documents, (SELECT count(*) FROM fapiao.invoice_line)::integer AS lines,
    (SELECT count(*) FROM pool.layout_file WHERE file_type <> 'snapshot' AND superseded_at IS NULL)::integer AS files;
