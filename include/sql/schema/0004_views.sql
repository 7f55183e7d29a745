-- The promise to SQL users: names and order of these columns stay; what stands behind them may move.

CREATE SCHEMA IF NOT EXISTS fapiao;

CREATE FUNCTION fapiao.label(kind text, code text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT l.label FROM sync.code_label AS l WHERE l.kind = $1 AND l.code = $2), $2)
$$;

-- 数据同步日志: one row per task (S4).
CREATE VIEW fapiao.sync_log AS
SELECT
    k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code, k.channel, k.direction, k.download_type,
    k.sync_type, k.document, ARRAY[k.invoice_type] AS invoice_types, k.window_start, k.window_end, k.status,
    fapiao.label('status', k.status) AS status_label, k.void_state, k.downloaded_count, k.succeeded_count,
    k.inserted_count, k.updated_count, k.unchanged_count, k.ignored_count, k.failed_count, k.amount_sum, k.tax_sum,
    k.error_code, k.error_message, k.attempts, k.request_no, k.created_by, k.created_at, k.applied_at, k.finished_at,
    k.dag_id, k.run_id,
    k.advice, k.job, k.rule, k.tick, k.window_basis, k.not_before, k.not_before_day, k.void_reason, k.voided_by,
    k.voided_at, parent.batch_no AS caused_by_batch_no
FROM sync.task AS k
LEFT JOIN sync.task AS parent ON parent.task_id = k.parent_task_id;

-- What the calendar named and the plan left out.
CREATE VIEW fapiao.plan_skip AS
SELECT parent_batch_no, dag_id, rule, tick, taxpayer_no, channel, direction, document, invoice_type, window_start,
    window_end, reason_code, reason, created_at
FROM sync.skip;

-- 申请次数: today is the day of the newest run, so a rehearsal reads as a real day does.
CREATE VIEW fapiao.quota_usage AS
WITH used AS (
    SELECT s.taxpayer_no, s.channel, s.counter, s.direction, s.invoice_type, s.issue_month, today.day AS today,
        count(*) FILTER (WHERE s.day = today.day)::integer AS used_today,
        count(*) FILTER (WHERE date_trunc('month', s.day) = date_trunc('month', today.day))::integer AS used_this_month,
        count(*) FILTER (WHERE s.state = 'reserved')::integer AS reserved,
        count(*) FILTER (WHERE s.state = 'unknown')::integer AS unknown,
        count(*) FILTER (WHERE s.state = 'foreign')::integer AS used_elsewhere,
        max(s.day) AS last_used_on
    FROM sync.quota_slot AS s
    CROSS JOIN sync.business_day AS today
    WHERE s.state <> 'released' AND s.counter = 'full'
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT u.taxpayer_no, u.channel, u.direction, u.invoice_type, u.issue_month, u.used_today, u.used_this_month,
    l.daily AS daily_limit,
    CASE WHEN u.issue_month < date_trunc('month', u.today) THEN l.past_month ELSE l.current_month END AS monthly_limit,
    u.reserved, u.unknown, u.used_elsewhere, u.last_used_on, u.today
FROM used AS u
LEFT JOIN sync.quota_limit AS l USING (channel, counter);

-- Whether a month is complete, and by what evidence: absence of evidence is unproven, never complete.
CREATE VIEW fapiao.month_completeness AS
WITH month AS (
    SELECT k.taxpayer_no, k.direction, k.invoice_type, date_trunc('month', k.window_start)::date AS issue_month,
        array_agg(k.batch_no ORDER BY k.finished_at)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month AND k.failed_count = 0) AS sweeps,
        (array_agg(k.downloaded_count ORDER BY k.finished_at DESC)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month))[1] AS bureau_count,
        (array_agg(k.amount_sum ORDER BY k.finished_at DESC)
            FILTER (WHERE k.status IN ('succeeded', 'no_data') AND whole.month))[1] AS bureau_amount
    FROM sync.task AS k
    CROSS JOIN LATERAL (SELECT
        k.window_start = date_trunc('month', k.window_start)
        AND k.window_end = (date_trunc('month', k.window_start) + interval '1 month - 1 day')::date AS month) AS whole
    WHERE k.download_type IN ('input_full', 'output_full') AND k.parent_task_id IS NULL AND k.void_state IS NULL
    GROUP BY 1, 2, 3, 4
),
held AS (
    SELECT d.taxpayer_no, d.direction, CASE d.invoice_type WHEN '8208' THEN '82' ELSE d.invoice_type END AS invoice_type,
        date_trunc('month', d.issue_date)::date AS issue_month, count(*)::integer AS pool_count, sum(d.amount) AS pool_amount
    FROM pool.document AS d
    GROUP BY 1, 2, 3, 4
)
SELECT m.taxpayer_no, m.direction, m.invoice_type, m.issue_month,
    CASE WHEN m.sweeps IS NULL THEN 'unproven' WHEN cardinality(m.sweeps) > 1 THEN 'confirmed' ELSE 'swept' END AS level,
    coalesce(m.sweeps, '{}') AS evidence, m.bureau_count, coalesce(h.pool_count, 0) AS pool_count, m.bureau_amount,
    coalesce(h.pool_amount, 0) AS pool_amount
FROM month AS m
LEFT JOIN held AS h USING (taxpayer_no, direction, invoice_type, issue_month);

-- 任务事件: the append-only, hash-chained history of every task.
CREATE VIEW fapiao.task_event AS
SELECT k.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at, encode(e.hash, 'hex') AS hash
FROM sync.task_event AS e
JOIN sync.task AS k USING (task_id);
