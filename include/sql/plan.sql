-- name: open_batch
-- The batch of one run; a run that plans again keeps its number.
INSERT INTO sync.batch (dag_id, run_id, day, created_by)
VALUES (%(dag_id)s, %(run_id)s, %(day)s, %(created_by)s)
ON CONFLICT (dag_id, run_id) DO UPDATE SET day = EXCLUDED.day
RETURNING batch_no;

-- name: note_day
-- The day that the quota board calls today.
INSERT INTO sync.business_day (day) VALUES (%(day)s)
ON CONFLICT (only_row) DO UPDATE SET day = EXCLUDED.day;

-- name: schemes
-- The enabled schemes, each with the days of its current-month downloads.
SELECT scheme_id, frequency, download_types
FROM enterprise.scheme
WHERE enabled AND deleted_at IS NULL
ORDER BY scheme_id;

-- name: parameters
-- Every parameter that is set.
SELECT type, key, value FROM enterprise.parameter;

-- name: walk_indexes
-- Look earlier tasks up by index, even where statistics call the table empty: the plan fills it while it reads it.
SELECT set_config('enable_seqscan', 'off', true);

-- name: note_suppressed
-- What the calendar itself suppresses on this day: an empty window, a switch that is off.
INSERT INTO sync.skip (
    parent_batch_no, dag_id, rule, tick, scheme_id, channel, direction, document, window_start, window_end,
    reason_code, reason)
SELECT %(batch_no)s, %(dag_id)s, rule, tick, scheme_id, %(channel)s, direction, document, window_start, window_end,
    'suppressed', suppressed
FROM jsonb_to_recordset(%(occurrences)s) AS o (
    scheme_id bigint, rule text, tick text, direction text, document text, window_start date, window_end date,
    suppressed text)
WHERE suppressed IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: plan
-- One task row per taxpayer, type and window that is due, and one reason per row that is not; nothing twice.
WITH occurrence AS (
    SELECT * FROM jsonb_to_recordset(%(occurrences)s) AS o (
        scheme_id bigint, rule text, job text, tick text, direction text, document text, download_type text,
        sync_type text, window_start date, window_end date, window_basis text, counter text, priority smallint,
        unless_complete boolean, one_a_month boolean, deductible boolean, needs_authorisation boolean, suppressed text)
    WHERE suppressed IS NULL
),
asked_type AS (
    SELECT * FROM jsonb_to_recordset(%(types)s) AS a (
        code text, asked text, document text, direction text, deductible boolean)
),
candidate AS (
    SELECT DISTINCT ON (o.rule, o.direction, o.document, o.window_start, t.taxpayer_no, a.asked)
        o.*, a.asked AS invoice_type, array_agg(a.code) OVER question AS wanted_types, t.taxpayer_no, t.name AS taxpayer_name, t.org_code, t.company_type,
        t.leqi_authorised_on, s.start_date
    FROM occurrence AS o
    JOIN enterprise.scheme AS s USING (scheme_id)
    JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
    JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    JOIN enterprise.effective_channel AS e USING (taxpayer_no)
    JOIN asked_type AS a
        ON a.code = ANY (s.invoice_types) AND a.document = o.document AND a.direction = o.direction
        AND (a.deductible OR NOT o.deductible)
    WHERE e.download_channel = %(channel)s
        AND (%(taxpayers)s::text[] IS NULL OR t.taxpayer_no = ANY (%(taxpayers)s::text[]))
    WINDOW question AS (PARTITION BY o.rule, o.direction, o.document, o.window_start, t.taxpayer_no, a.asked)
    ORDER BY o.rule, o.direction, o.document, o.window_start, t.taxpayer_no, a.asked, s.start_date
),
judged AS (
    SELECT c.*,
        CASE
            WHEN c.window_end < c.start_date THEN 'before_start'
            WHEN earlier.complete THEN 'already_complete'
            WHEN earlier.under_way THEN 'under_way'
        END AS skipped,
        CASE
            WHEN c.deductible AND c.company_type = 'small_scale' THEN 'SMALL_SCALE'
            WHEN c.needs_authorisation AND c.window_end < c.leqi_authorised_on THEN 'NOT_OBTAINABLE'
        END AS impossible
    FROM candidate AS c
    CROSS JOIN LATERAL (
        SELECT bool_or(k.same_tick AND k.same_window) AS planned,
            bool_or(NOT k.same_tick AND k.covers AND c.unless_complete AND k.status IN ('succeeded', 'no_data')) AS complete,
            bool_or(NOT k.same_tick AND k.status IN ('pending', 'downloading')
                AND (k.same_window OR k.covers AND c.unless_complete OR k.same_month AND c.one_a_month)) AS under_way
        FROM (
            SELECT
                CASE WHEN k.void_state IS NULL AND k.download_type = c.download_type THEN k.status END AS status,
                (k.job, k.tick) = (c.job, c.tick) AS same_tick,
                (k.window_start, k.window_end) = (c.window_start, c.window_end) AS same_window,
                k.window_start <= c.window_start AND k.window_end >= c.window_end
                    AND (k.wanted_types = '{}' OR k.wanted_types @> c.wanted_types) AS covers,
                date_trunc('month', k.window_start) = date_trunc('month', c.window_start) AND k.job = c.job AS same_month
            FROM sync.task AS k
            WHERE k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s AND k.direction = c.direction
                AND k.document = c.document AND k.invoice_type = c.invoice_type AND k.parent_task_id IS NULL
                -- no window is longer than three months
                AND k.window_start BETWEEN c.window_start - 92 AND c.window_start
            UNION ALL
            SELECT NULL, true, true, true, false
            FROM sync.task AS k
            WHERE c.window_start IS NULL AND k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s
                AND k.direction = c.direction AND k.document = c.document AND k.invoice_type = c.invoice_type
                AND k.parent_task_id IS NULL AND k.window_start IS NULL AND k.window_end IS NULL
                AND k.job = c.job AND k.tick = c.tick
            UNION ALL
            SELECT k.status, (k.job, k.tick) = (c.job, c.tick), true, true, false
            FROM sync.task AS k
            WHERE c.window_start IS NULL AND k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s
                AND k.direction = c.direction AND k.document = c.document AND k.invoice_type = c.invoice_type
                AND k.parent_task_id IS NULL AND k.window_start IS NULL AND k.window_end IS NULL
                AND k.download_type = c.download_type AND k.void_state IS NULL AND k.status IN ('pending', 'downloading')
        ) AS k
    ) AS earlier
    WHERE earlier.planned IS NOT TRUE
),
numbered AS (
    SELECT nextval('sync.serial') AS task_id, j.*
    FROM (
        SELECT * FROM judged WHERE skipped IS NULL
        ORDER BY priority, taxpayer_no, direction, document, invoice_type
    ) AS j
),
planned AS (
    INSERT INTO sync.task (
        task_id, batch_no, parent_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name, org_code,
        channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end, window_basis,
        counter, automatic, priority, wanted_types, status, error_code, error_message, advice, finished_at, created_by)
    SELECT
        task_id, sync.new_batch_no(task_id), %(batch_no)s, %(dag_id)s, %(run_id)s, job, rule, tick, taxpayer_no,
        taxpayer_name, org_code, %(channel)s, direction, download_type, sync_type, document, invoice_type, window_start,
        window_end, window_basis, counter, %(automatic)s, priority,
        CASE invoice_type WHEN 'all' THEN '{}' ELSE ARRAY(SELECT DISTINCT unnest(wanted_types) ORDER BY 1) END,
        CASE WHEN impossible IS NULL THEN 'pending' ELSE 'download_failed' END,
        impossible, r.message, r.advice, CASE WHEN impossible IS NOT NULL THEN now() END, %(created_by)s
    FROM numbered
    LEFT JOIN jsonb_to_recordset(%(reasons)s) AS r (code text, message text, advice text) ON r.code = impossible
    ON CONFLICT DO NOTHING
    RETURNING status
),
left_out AS (
    INSERT INTO sync.skip (
        parent_batch_no, dag_id, rule, tick, scheme_id, taxpayer_no, channel, direction, document, invoice_type,
        window_start, window_end, reason_code, reason)
    SELECT %(batch_no)s, %(dag_id)s, rule, tick, scheme_id, taxpayer_no, %(channel)s, direction, document, invoice_type,
        window_start, window_end, skipped, r.message
    FROM judged
    JOIN jsonb_to_recordset(%(reasons)s) AS r (code text, message text) ON r.code = skipped
    ON CONFLICT DO NOTHING
    RETURNING 1
),
counted AS (
    SELECT (SELECT count(*) FROM planned)::integer AS planned, (SELECT count(*) FROM left_out)::integer AS skipped
)
UPDATE sync.batch AS b
SET planned = b.planned + counted.planned, skipped = b.skipped + counted.skipped
FROM counted
WHERE b.batch_no = %(batch_no)s
RETURNING counted.planned, counted.skipped;
