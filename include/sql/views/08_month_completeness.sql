-- Whether a month is complete, and by what evidence.

CREATE OR REPLACE VIEW fapiao.month_completeness AS
WITH sweep AS (
    SELECT k.taxpayer_no, k.direction, wanted.invoice_type, date_trunc('month', k.window_start)::date AS issue_month,
        k.batch_no, k.finished_at, k.failed_count,
        k.status IN ('succeeded', 'no_data') AND k.window_start = date_trunc('month', k.window_start)
            AND k.window_end = (date_trunc('month', k.window_start) + interval '1 month - 1 day')::date AS is_whole,
        CASE WHEN k.type_counts IS NULL THEN k.downloaded_count - k.ignored_count
            ELSE coalesce((k.type_counts #>> ARRAY[wanted.invoice_type, 'documents'])::integer, 0) END AS bureau_count,
        CASE WHEN k.type_counts IS NULL THEN k.amount_sum
            ELSE coalesce((k.type_counts #>> ARRAY[wanted.invoice_type, 'amount'])::numeric, 0) END AS bureau_amount
    FROM sync.task AS k
    CROSS JOIN LATERAL unnest(
        CASE WHEN k.wanted_types = '{}' THEN ARRAY[k.invoice_type] ELSE k.wanted_types END) AS wanted (invoice_type)
    WHERE k.download_type IN ('input_full', 'output_full') AND k.parent_task_id IS NULL AND k.void_state IS NULL
        AND k.job <> 'bureau_file'
),
month AS (
    SELECT taxpayer_no, direction, invoice_type, issue_month,
        array_agg(batch_no ORDER BY finished_at) FILTER (WHERE is_whole AND failed_count = 0) AS sweeps,
        (array_agg(bureau_count ORDER BY finished_at DESC) FILTER (WHERE is_whole))[1] AS bureau_count,
        (array_agg(bureau_amount ORDER BY finished_at DESC) FILTER (WHERE is_whole))[1] AS bureau_amount
    FROM sweep
    GROUP BY 1, 2, 3, 4
),
held AS (
    SELECT d.taxpayer_no, d.direction, d.invoice_type, date_trunc('month', d.issue_date)::date AS issue_month,
        count(*)::integer AS pool_count, sum(d.amount) AS pool_amount
    FROM pool.document AS d
    GROUP BY 1, 2, 3, 4
)
SELECT m.taxpayer_no, m.direction, m.invoice_type, m.issue_month,
    CASE WHEN m.sweeps IS NULL THEN 'unproven' WHEN cardinality(m.sweeps) > 1 THEN 'confirmed' ELSE 'swept' END AS level,
    coalesce(m.sweeps, '{}') AS evidence, m.bureau_count, coalesce(h.pool_count, 0) AS pool_count, m.bureau_amount,
    coalesce(h.pool_amount, 0) AS pool_amount,
    ARRAY(SELECT DISTINCT warning FROM sync.task AS k CROSS JOIN LATERAL unnest(k.warnings) AS warning
        WHERE k.batch_no = ANY (m.sweeps) ORDER BY 1) AS warnings
FROM month AS m
LEFT JOIN held AS h USING (taxpayer_no, direction, invoice_type, issue_month);
COMMENT ON VIEW fapiao.month_completeness IS
    'Absence of evidence is unproven, never complete. A file proves nothing about its month: whoever exported '
    'it chose what it holds. Each type that was wanted has its own line (one question under 82 answers 8208 '
    'too), with what its downloads say of themselves.';
