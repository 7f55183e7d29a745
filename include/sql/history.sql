-- name: facts
-- What is known of each candidate: the download that completed it, the one under way, the applications of its key.
SELECT a.position, done.batch_no AS complete_by, under_way.batch_no AS under_way_as, coalesce(used.today, 0)::integer AS today,
    coalesce(used.this_month, 0)::integer AS this_month, coalesce(done.whole, false) AS whole
FROM jsonb_to_recordset(%(candidates)s) AS a (
    position integer, taxpayer_no text, channel text, invoice_type text, month date, first date, last date)
LEFT JOIN LATERAL (
    SELECT k.batch_no, k.window_start <= a.month AS whole
    FROM sync.task AS k
    WHERE k.taxpayer_no = a.taxpayer_no AND k.direction = 'output' AND k.document = 'invoice'
        AND k.invoice_type = a.invoice_type AND k.download_type = 'output_full' AND k.void_state IS NULL
        AND k.status IN ('succeeded', 'no_data') AND k.failed_count = 0
        AND k.window_start <= a.first AND k.window_end >= a.last
    ORDER BY whole DESC, k.finished_at DESC
    LIMIT 1
) AS done ON %(download_type)s = 'output_full'
LEFT JOIN LATERAL (
    SELECT k.batch_no
    FROM sync.task AS k
    WHERE k.taxpayer_no = a.taxpayer_no AND k.channel = a.channel AND k.direction = 'output'
        AND k.document = 'invoice' AND k.invoice_type = a.invoice_type AND k.download_type = %(download_type)s
        AND (k.window_start, k.window_end) = (a.first, a.last) AND k.void_state IS NULL
        AND k.status IN ('pending', 'downloading', 'downloaded')
    LIMIT 1
) AS under_way ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.day = %(day)s) AS today, count(*) AS this_month
    FROM sync.quota_slot AS s
    WHERE s.taxpayer_no = a.taxpayer_no AND s.channel = a.channel AND s.counter = 'full' AND s.direction = 'output'
        AND s.invoice_type = a.invoice_type AND s.issue_month = date_trunc('month', a.first) AND s.state <> 'released'
        AND date_trunc('month', s.day) = date_trunc('month', %(day)s::date)
) AS used ON %(download_type)s = 'output_full'
ORDER BY a.position;

-- name: made
-- The import tasks of a submission for one data type.
SELECT batch_no FROM sync.history_batch WHERE parent_batch_no = %(batch_no)s AND data_type = %(data_type)s ORDER BY batch_no;

-- name: open_history_batches
-- One import task per tax number of the submission (R242).
INSERT INTO sync.history_batch (
    parent_batch_no, taxpayer_no, taxpayer_name, org_code, data_type, channel, invoice_types, first_month, last_month,
    created_by)
SELECT %(batch_no)s, h.taxpayer_no, t.name, t.org_code, %(data_type)s, h.channel, h.invoice_types, h.first_month,
    h.last_month, %(created_by)s
FROM jsonb_to_recordset(%(batches)s) AS h (
    taxpayer_no text, channel text, invoice_types text[], first_month date, last_month date)
JOIN enterprise.taxpayer AS t USING (taxpayer_no)
ORDER BY h.taxpayer_no
ON CONFLICT DO NOTHING;

-- name: plan_subtasks
-- The subtasks: task rows like any other, of lower priority than the calendar's, each not before the day it fits into.
WITH numbered AS (
    SELECT nextval('sync.serial') AS task_id, s.*
    FROM (
        SELECT *
        FROM jsonb_to_recordset(%(subtasks)s) AS j (
            position integer, taxpayer_no text, channel text, invoice_type text, first date, last date,
            sync_type text, counter text, not_before_day date, error_code text, message text, advice text,
            wanted_types text[])
        ORDER BY position
    ) AS s
),
made AS (
    INSERT INTO sync.task (
        task_id, batch_no, parent_batch_no, history_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no,
        taxpayer_name, org_code, channel, direction, download_type, sync_type, document, invoice_type, window_start,
        window_end, window_basis, counter, automatic, priority, not_before_day, status, error_code, error_message,
        advice, finished_at, wanted_types, scheme_ids, created_by)
    SELECT n.task_id, sync.new_batch_no(n.task_id), %(batch_no)s, h.batch_no, %(dag_id)s, %(run_id)s, %(job)s, %(rule)s,
        %(tick)s, h.taxpayer_no, h.taxpayer_name, h.org_code, n.channel, 'output', %(download_type)s, n.sync_type,
        'invoice', n.invoice_type, n.first, n.last, 'issue_date', n.counter, true, %(priority)s, n.not_before_day,
        CASE WHEN n.error_code IS NULL THEN 'pending' ELSE 'download_failed' END, n.error_code, n.message, n.advice,
        CASE WHEN n.error_code IS NOT NULL THEN sync.now() END, n.wanted_types,
        ARRAY(
            SELECT s.scheme_id
            FROM enterprise.scheme AS s JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
            WHERE st.taxpayer_no = h.taxpayer_no AND s.enabled AND s.deleted_at IS NULL
                AND %(download_type)s = ANY (s.download_types) AND s.invoice_types && n.wanted_types
            ORDER BY s.scheme_id),
        %(created_by)s
    FROM numbered AS n
    JOIN sync.history_batch AS h
        ON h.parent_batch_no = %(batch_no)s AND h.taxpayer_no = n.taxpayer_no AND h.data_type = %(data_type)s
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE sync.batch SET planned = planned + (SELECT count(*) FROM made) WHERE batch_no = %(batch_no)s;

-- name: note_left_out
-- What was asked for and is not planned, with the reason.
WITH noted AS (
    INSERT INTO sync.skip (
        parent_batch_no, dag_id, rule, tick, taxpayer_no, channel, direction, document, invoice_type, window_start,
        window_end, reason_code, reason)
    SELECT %(batch_no)s, %(dag_id)s, %(rule)s, %(tick)s, taxpayer_no, channel, 'output', 'invoice', invoice_type, first,
        last, reason_code, reason
    FROM jsonb_to_recordset(%(left_out)s) AS s (
        taxpayer_no text, channel text, invoice_type text, first date, last date, reason_code text, reason text)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE sync.batch SET skipped = skipped + (SELECT count(*) FROM noted) WHERE batch_no = %(batch_no)s;

-- name: usage_questions
-- The positive sales invoices that the pool holds of the task's type and days, in batches (R285).
WITH invoice AS (
    SELECT d.document_key, d.invoice_type, d.invoice_code, d.invoice_no, d.etax_invoice_no, d.issue_date,
        row_number() OVER (ORDER BY d.document_key) - 1 AS position
    FROM sync.task AS k
    JOIN pool.document AS d USING (direction, taxpayer_no)
    WHERE k.task_id = %(task_id)s AND d.document = 'invoice' AND coalesce(d.amount, 0) >= 0
        AND d.issue_date BETWEEN k.window_start AND k.window_end
        AND (d.invoice_type = k.invoice_type OR d.invoice_type = ANY (k.wanted_types))
)
SELECT jsonb_build_object('invoices', jsonb_agg(jsonb_build_object(
    'invoice_type', invoice_type, 'invoice_code', invoice_code, 'invoice_no', invoice_no,
    'etax_invoice_no', etax_invoice_no, 'issue_date', issue_date) ORDER BY position)) AS argument
FROM invoice
GROUP BY position / %(batch_size)s
ORDER BY position / %(batch_size)s;

-- name: list
-- The import tasks, newest first.
SELECT t.*, ARRAY(SELECT fapiao.label('direction', code) FROM unnest(t.directions) AS code) AS direction_labels
FROM fapiao.history_task AS t
WHERE (%(batches)s::text[] IS NULL OR batch_no = ANY (%(batches)s) OR parent_batch_no = ANY (%(batches)s))
    AND (%(organisations)s::text[] IS NULL OR org_code = ANY (%(organisations)s))
ORDER BY batch_no DESC
LIMIT %(limit)s;

-- name: subtasks
-- The months of an import task.
SELECT * FROM fapiao.history_subtask WHERE history_batch_no = %(batch_no)s ORDER BY issue_month;

-- name: rows
-- Every attempt at the rows of an import task, with the words of the sync log; a retry names the one that it repeats.
SELECT k.batch_no, k.invoice_type, fapiao.label('invoice_type', k.invoice_type) AS invoice_type_label,
    date_trunc('month', k.window_start)::date AS issue_month, k.window_start, k.window_end, k.status,
    fapiao.label('status', k.status) AS status_label, k.void_state, fapiao.label('void_state', k.void_state) AS void_state_label,
    k.downloaded_count, k.succeeded_count, k.failed_count, k.not_before_day, k.error_code, k.error_message, k.advice,
    o.batch_no AS retry_of_batch_no
FROM sync.task AS k
LEFT JOIN sync.task AS o ON o.task_id = k.retry_of
WHERE k.history_batch_no = %(batch_no)s
ORDER BY k.window_start, k.invoice_type, k.task_id;

-- name: lock
-- Locks every row of the import tasks in one order.
SELECT task_id FROM sync.task WHERE history_batch_no = ANY (%(batches)s) ORDER BY task_id FOR NO KEY UPDATE;

-- name: known
-- Which of these import tasks there are, and the organisation of each.
SELECT batch_no, org_code FROM sync.history_batch WHERE batch_no = ANY (%(batches)s);

-- name: open_rows
-- 未执行和执行中: what 终止 ends.
SELECT batch_no FROM sync.history_row WHERE history_batch_no = ANY (%(batches)s) AND phase IN ('waiting', 'preparing', 'running') ORDER BY task_id;

-- name: failed_rows
-- 执行失败的记录: what 重试 repeats. What the bureau does not have is not asked for again; a file with failed rows is read again.
SELECT k.task_id AS position, k.batch_no, k.job, k.taxpayer_no, k.channel, k.invoice_type, k.window_start AS first, k.window_end AS last,
    k.download_type, k.counter
FROM sync.history_row AS r
JOIN sync.task AS k USING (task_id)
WHERE r.history_batch_no = ANY (%(batches)s) AND r.void_state IS NULL AND r.error_code IS DISTINCT FROM 'NOT_OBTAINABLE'
    AND (r.status IN ('apply_failed', 'download_failed') OR (r.job = 'bureau_file' AND r.phase IN ('failed', 'partial')))
ORDER BY k.task_id;

-- name: resume
-- Takes a 终止 back: a row goes on where it stood, unless an equal download was begun meanwhile.
UPDATE sync.task AS k
SET void_state = NULL, voided_by = NULL, voided_at = NULL, void_reason = NULL
WHERE k.history_batch_no = ANY (%(batches)s) AND k.void_state = 'terminated' AND k.finished_at IS NULL
    AND NOT EXISTS (
        SELECT FROM sync.task AS o
        WHERE o.taxpayer_no = k.taxpayer_no AND o.channel = k.channel AND o.direction = k.direction
            AND o.document = k.document AND o.invoice_type = k.invoice_type AND o.download_type = k.download_type
            AND (o.window_start, o.window_end) IS NOT DISTINCT FROM (k.window_start, k.window_end)
            AND o.task_id <> k.task_id AND o.void_state IS NULL
            AND o.status IN ('pending', 'downloading', 'downloaded', 'succeeded', 'no_data'))
RETURNING k.batch_no;

-- name: set_auto_update
-- Switches a monthly update on or off; asked for by either entrance it is the same row (R279).
INSERT INTO sync.history_auto_update (org_code, data_type, enabled, entrance, created_by, changed_by)
VALUES (%(org_code)s, %(data_type)s, %(enabled)s, %(entrance)s, %(actor)s, %(actor)s)
ON CONFLICT (org_code, data_type) DO UPDATE
SET enabled = EXCLUDED.enabled, changed_by = EXCLUDED.changed_by, changed_at = sync.now();

-- name: auto_updates
-- Every monthly update that was ever asked for, in these organisations; that of everybody belongs to none, is everybody's to
-- see, and is called 全局共享.
SELECT a.org_code, o.org_name,
    CASE a.org_code WHEN '*' THEN fapiao.label('auto_update_scope', 'global') ELSE o.org_name END AS whose,
    a.data_type, fapiao.label('history_data_type', a.data_type) AS data_type_label, a.enabled, a.entrance,
    fapiao.label('auto_update_entrance', a.entrance) AS entrance_label, a.created_by, a.created_at, a.changed_by, a.changed_at
FROM sync.history_auto_update AS a
LEFT JOIN enterprise.organisation AS o USING (org_code)
WHERE %(organisations)s::text[] IS NULL OR a.org_code = '*' OR a.org_code = ANY (%(organisations)s)
ORDER BY a.org_code, a.data_type;

-- name: auto_taxpayers
-- Whose last month is updated: the tax numbers of the organisations that asked, or all of them, each once; and who came to
-- its channel after the tick that nobody asked for (A-53).
SELECT DISTINCT t.taxpayer_no, coalesce(t.collected_since > %(tick_at)s::timestamptz, false)
FROM sync.history_auto_update AS a
JOIN enterprise.taxpayer AS t ON a.org_code IN ('*', t.org_code)
WHERE a.enabled AND a.data_type = %(data_type)s
ORDER BY t.taxpayer_no;

-- name: note_unserved
-- A tax number that asked for its monthly update and that no channel serves.
INSERT INTO sync.skip (
    parent_batch_no, dag_id, rule, tick, taxpayer_no, channel, direction, document, window_start, window_end,
    reason_code, reason)
VALUES (%(batch_no)s, %(dag_id)s, 'history-auto-update', %(tick)s, %(taxpayer_no)s, %(channel)s, 'output', 'invoice',
    %(first)s, %(last)s, %(reason_code)s, %(reason)s)
ON CONFLICT DO NOTHING;

-- name: missing_blue
-- The original blue invoices that 红冲 would need and that the pool does not hold.
SELECT * FROM fapiao.missing_blue_invoice
WHERE %(organisations)s::text[] IS NULL OR org_code = ANY (%(organisations)s)
ORDER BY taxpayer_no, issue_date, document_key
LIMIT %(limit)s;
