-- name: open_batch
-- The batch of one run; a run that plans again keeps its number.
INSERT INTO sync.batch (dag_id, run_id, day, created_by)
VALUES (%(dag_id)s, %(run_id)s, %(day)s, %(created_by)s)
ON CONFLICT (dag_id, run_id) DO UPDATE SET day = EXCLUDED.day
RETURNING batch_no;

-- name: note_tick
-- The tick is planned, in the transaction that plans it: whoever plans the same one waits, and finds it. Planned before?
INSERT INTO sync.planned_tick AS t (dag_id, tick, day, batch_no, late)
VALUES (%(dag_id)s, %(tick)s, %(day)s, %(batch_no)s, %(late)s)
ON CONFLICT (dag_id, tick) DO UPDATE SET batch_no = coalesce(t.batch_no, excluded.batch_no)
RETURNING old.batch_no IS NOT NULL;

-- name: lock
-- One planning at a time on these channels, to the end of the transaction: each sees what the one before it planned.
SELECT pg_advisory_xact_lock(hashtextextended('sync.plan ' || channel, 0))
FROM (SELECT DISTINCT unnest(%(channels)s::text[]) AS channel ORDER BY 1) AS c;

-- name: lock_of
-- The same on the channels of these tasks or import tasks, before any of them is locked.
SELECT pg_advisory_xact_lock(hashtextextended('sync.plan ' || channel, 0))
FROM (
    SELECT DISTINCT channel FROM sync.task
    WHERE batch_no = ANY (%(batches)s) OR history_batch_no = ANY (%(batches)s)
    ORDER BY 1
) AS c;

-- name: planned_as
-- The run that planned a tick, if one did.
SELECT b.run_id FROM sync.planned_tick AS t JOIN sync.batch AS b USING (batch_no)
WHERE t.dag_id = %(dag_id)s AND t.tick = %(tick)s;

-- name: late
-- Why the rows of this transaction are planned after their time; their first event says so.
SELECT set_config('fapiao.late', %(late)s, true);

-- name: leave_tick_out
-- A tick that nobody planned and that is not asked for any more, with the reason.
INSERT INTO sync.planned_tick (dag_id, tick, day, late) VALUES (%(dag_id)s, %(tick)s, %(day)s, %(late)s)
ON CONFLICT DO NOTHING;

-- name: wanted
-- What the enabled schemes download over each channel on which they have a company, by their days of the running month.
SELECT e.download_channel, s.frequency, array_agg(DISTINCT d.download_type)
FROM enterprise.scheme AS s
JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
JOIN enterprise.effective_channel AS e USING (taxpayer_no)
CROSS JOIN LATERAL unnest(s.download_types) AS d (download_type)
WHERE s.enabled AND s.deleted_at IS NULL
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: noted_since
-- Since when this pool notes what is planned.
SELECT applied_at FROM public.fapiao_migration WHERE number = 30;

-- name: installed
-- When this pool was made.
SELECT min(applied_at) FROM public.fapiao_migration;

-- name: noted_ticks
-- The ticks since a day that need not be looked at again.
SELECT dag_id, tick FROM sync.planned_tick WHERE day >= %(first)s;

-- name: note_day
-- The day that the quota board calls today; that of a tick that is planned late is past.
INSERT INTO sync.business_day (day)
SELECT %(day)s::date WHERE coalesce(current_setting('fapiao.late', true), '') = ''
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
-- What is suppressed on this day, for each scheme that has a company on the channel: an empty window, a switch, a tick from
-- before the installation.
INSERT INTO sync.skip (
    parent_batch_no, dag_id, rule, tick, scheme_id, channel, direction, document, window_start, window_end,
    reason_code, reason)
SELECT %(batch_no)s, %(dag_id)s, o.rule, o.tick, s.scheme_id, %(channel)s, o.direction, o.document, o.window_start,
    o.window_end, o.suppressed_as, o.suppressed
FROM jsonb_to_recordset(%(occurrences)s) AS o (
    scheme_ids bigint[], rule text, tick text, direction text, document text, window_start date, window_end date,
    suppressed text, suppressed_as text)
CROSS JOIN LATERAL unnest(o.scheme_ids) AS s (scheme_id)
WHERE o.suppressed IS NOT NULL AND EXISTS (
    SELECT FROM enterprise.scheme_taxpayer AS st JOIN enterprise.effective_channel AS e USING (taxpayer_no)
    WHERE st.scheme_id = s.scheme_id AND e.download_channel = %(channel)s)
ON CONFLICT DO NOTHING;

-- name: age
-- A window that waits since an earlier day goes behind those of the days after it: the newest first (A-43).
UPDATE sync.task AS k
SET priority = o.priority + o.window_end - k.window_end
FROM jsonb_to_recordset(%(occurrences)s) AS o (
    job text, direction text, document text, window_end date, priority smallint, reach integer)
WHERE o.reach IS NOT NULL AND k.channel = %(channel)s AND k.job = o.job AND k.direction = o.direction
    AND k.document = o.document AND k.status IN ('pending', 'downloading', 'downloaded') AND k.void_state IS NULL
    AND k.parent_task_id IS NULL AND k.window_end < o.window_end
    AND k.priority IS DISTINCT FROM o.priority + o.window_end - k.window_end;

-- name: plan
-- One task row per taxpayer, type and window that is due, and one reason per row that is not; nothing twice.
WITH occurrence AS (
    SELECT *, daterange(coalesce(window_start, %(day)s), coalesce(window_end, %(day)s), '[]') AS days
    FROM jsonb_to_recordset(%(occurrences)s) AS o (
        position integer, scheme_ids bigint[], rule text, job text, tick text, direction text, document text,
        download_type text, sync_type text, window_start date, window_end date, window_basis text, counter text,
        priority smallint, unless_complete boolean, one_a_month boolean, deductible boolean,
        needs_authorisation boolean, reach integer, suppressed text, at timestamptz)
    WHERE suppressed IS NULL
),
asked_type AS (
    SELECT * FROM jsonb_to_recordset(%(types)s) AS a (
        code text, asked text, document text, direction text, deductible boolean)
),
member AS (
    SELECT st.taxpayer_no, array_agg(st.scheme_id ORDER BY st.scheme_id) AS schemes
    FROM enterprise.scheme_taxpayer AS st
    JOIN enterprise.effective_channel AS e USING (taxpayer_no)
    WHERE e.download_channel = %(channel)s
        AND (%(taxpayers)s::text[] IS NULL OR st.taxpayer_no = ANY (%(taxpayers)s::text[]))
        AND st.scheme_id IN (SELECT unnest(scheme_ids) FROM occurrence)
    GROUP BY st.taxpayer_no
),
-- what the schemes of a taxpayer want together: the union of their days (A-52), once (A-55)
wanted AS (
    SELECT m.schemes, o.position, a.asked AS invoice_type, array_agg(DISTINCT s.scheme_id) AS scheme_ids,
        CASE a.asked WHEN 'all' THEN '{}' ELSE array_agg(DISTINCT a.code) END AS wanted_types,
        range_agg(daterange(s.start_date, s.end_date, '[]')) AS scheme_days
    FROM (SELECT DISTINCT schemes FROM member) AS m
    JOIN enterprise.scheme AS s ON s.scheme_id = ANY (m.schemes)
    JOIN occurrence AS o ON s.scheme_id = ANY (o.scheme_ids)
    JOIN asked_type AS a
        ON a.code = ANY (s.invoice_types) AND a.document = o.document AND a.direction = o.direction
        AND (a.deductible OR NOT o.deductible)
    GROUP BY m.schemes, o.position, a.asked
),
-- issue dates are cut to the schemes' days; windows of other days are asked for as a whole or not at all
piece AS (
    SELECT w.schemes, w.position, w.invoice_type, w.wanted_types, p.inside,
        CASE WHEN p.inside THEN ARRAY(
            SELECT s.scheme_id FROM enterprise.scheme AS s
            WHERE s.scheme_id = ANY (w.scheme_ids) AND daterange(s.start_date, s.end_date, '[]') && p.days
            ORDER BY s.scheme_id)
        ELSE w.scheme_ids END AS scheme_ids,
        CASE WHEN o.window_start IS NOT NULL THEN lower(p.days) END AS window_start,
        CASE WHEN o.window_start IS NOT NULL THEN upper(p.days) - 1 END AS window_end
    FROM wanted AS w
    JOIN occurrence AS o USING (position)
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN o.window_basis = 'issue_date' THEN datemultirange(o.days) * w.scheme_days
            WHEN o.days && w.scheme_days THEN datemultirange(o.days)
            ELSE datemultirange()
        END AS days
    ) AS covered
    CROSS JOIN LATERAL (
        SELECT unnest(covered.days) AS days, true AS inside
        UNION ALL
        SELECT unnest(datemultirange(o.days) - covered.days), false
    ) AS p
),
-- 乐企 has the month of the authorisation from that day on (A-50)
candidate AS (
    SELECT p.position, p.invoice_type, p.scheme_ids, p.wanted_types, t.taxpayer_no, t.name AS taxpayer_name,
        t.org_code, t.company_type, t.leqi_authorised_on, o.priority,
        CASE WHEN part.obtainable THEN t.leqi_authorised_on ELSE p.window_start END AS window_start, p.window_end,
        CASE WHEN part.obtainable THEN p.window_start END AS month_start
    FROM piece AS p
    JOIN occurrence AS o USING (position)
    JOIN member AS m USING (schemes)
    JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    CROSS JOIN LATERAL (
        SELECT o.needs_authorisation AND t.leqi_authorised_on > p.window_start
            AND t.leqi_authorised_on <= p.window_end AS obtainable
    ) AS part
    WHERE p.inside AND (NOT %(unasked)s OR t.collected_since <= o.at)
),
-- what the bureau still answers of the days before the window, and nobody has: since the first day that was asked for
seen AS (
    SELECT c.*, s.first_day, s.last_day, s.done, %(day)s - o.reach AS reachable
    FROM candidate AS c
    JOIN occurrence AS o USING (position)
    CROSS JOIN LATERAL (
        SELECT min(k.window_start) AS first_day, max(k.window_end) AS last_day,
            range_agg(daterange(k.window_start, k.window_end, '[]')) FILTER (
                WHERE k.void_state IS NULL AND (k.status = 'succeeded' AND k.failed_count = 0 OR k.status = 'no_data'
                    OR k.status IN ('pending', 'downloading', 'downloaded') AND k.window_start >= %(day)s - o.reach)
            ) AS done
        FROM sync.task AS k
        WHERE k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s AND k.direction = o.direction
            AND k.document = o.document AND k.invoice_type = c.invoice_type AND k.parent_task_id IS NULL
            AND k.download_type = o.download_type AND k.window_start BETWEEN c.window_start - 31 AND c.window_start
    ) AS s
    WHERE o.reach IS NOT NULL AND s.first_day < c.window_start
),
missed AS (
    SELECT s.position, s.invoice_type, s.scheme_ids, s.wanted_types, s.taxpayer_no, s.taxpayer_name, s.org_code,
        s.company_type, s.leqi_authorised_on, (s.priority + s.window_end - upper(gap) + 1)::smallint AS priority,
        lower(gap) AS window_start, upper(gap) - 1 AS window_end, NULL::date AS month_start
    FROM seen AS s
    CROSS JOIN LATERAL unnest(
        datemultirange(daterange(greatest(s.first_day, s.reachable), s.window_start))
        - coalesce(s.done, datemultirange())) AS gap
),
judged AS (
    SELECT c.*, o.rule, o.job, o.tick, o.direction, o.document, o.download_type, o.sync_type, o.window_basis, o.counter,
        CASE
            WHEN done.days @> daterange(coalesce(c.month_start, c.window_start), c.window_end, '[]') THEN 'already_complete'
            WHEN done.days @> daterange(c.window_start, c.window_end, '[]') THEN 'part_complete'
            WHEN done.under_way OR earlier.under_way THEN 'under_way'
        END AS skipped,
        CASE
            WHEN o.deductible AND c.company_type = 'small_scale' THEN 'SMALL_SCALE'
            WHEN o.needs_authorisation AND c.window_end < c.leqi_authorised_on THEN 'NOT_OBTAINABLE'
        END AS impossible
    FROM (SELECT * FROM candidate UNION ALL SELECT * FROM missed) AS c
    JOIN occurrence AS o USING (position)
    CROSS JOIN LATERAL (
        SELECT bool_or(k.same_tick AND k.same_window) AS planned,
            bool_or(NOT k.same_tick AND k.open AND (k.same_window OR k.same_month)) AS under_way
        FROM (
            SELECT (k.job, k.tick) = (o.job, o.tick) AS same_tick,
                (k.window_start, k.window_end) = (c.window_start, c.window_end) AS same_window,
                o.one_a_month AND k.job = o.job AS same_month,
                k.status IN ('pending', 'downloading') AND k.void_state IS NULL AND k.download_type = o.download_type AS open
            FROM sync.task AS k
            WHERE k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s AND k.direction = o.direction
                AND k.document = o.document AND k.invoice_type = c.invoice_type AND k.parent_task_id IS NULL
                AND k.window_start >= CASE WHEN o.one_a_month THEN date_trunc('month', c.window_start)::date ELSE c.window_start END
                AND k.window_start <= CASE WHEN o.one_a_month THEN c.window_end ELSE c.window_start END
            UNION ALL
            SELECT true, true, false, false
            FROM sync.task AS k
            WHERE c.window_start IS NULL AND k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s
                AND k.direction = o.direction AND k.document = o.document AND k.invoice_type = c.invoice_type
                AND k.parent_task_id IS NULL AND k.window_start IS NULL AND k.window_end IS NULL
                AND k.job = o.job AND k.tick = o.tick
            UNION ALL
            SELECT (k.job, k.tick) = (o.job, o.tick), true, false, true
            FROM sync.task AS k
            WHERE c.window_start IS NULL AND k.taxpayer_no = c.taxpayer_no AND k.channel = %(channel)s
                AND k.direction = o.direction AND k.document = o.document AND k.invoice_type = c.invoice_type
                AND k.parent_task_id IS NULL AND k.window_start IS NULL AND k.window_end IS NULL
                AND k.download_type = o.download_type AND k.void_state IS NULL AND k.status IN ('pending', 'downloading')
        ) AS k
    ) AS earlier
    -- whichever channel did it, in one window or several (A-25)
    CROSS JOIN LATERAL (
        SELECT range_agg(k.days) FILTER (
                WHERE k.status = 'succeeded' AND k.failed_count = 0 OR k.status = 'no_data') AS days,
            bool_or(k.status IN ('pending', 'downloading') AND k.days @> daterange(c.window_start, c.window_end, '[]'))
                AS under_way
        FROM (
            SELECT k.status, k.failed_count, daterange(k.window_start, k.window_end, '[]') AS days
            FROM sync.task AS k
            WHERE o.unless_complete AND k.taxpayer_no = c.taxpayer_no AND k.channel = ANY (%(channels)s::text[])
                AND k.direction = o.direction AND k.document = o.document AND k.invoice_type = c.invoice_type
                AND k.parent_task_id IS NULL AND k.download_type = o.download_type AND k.void_state IS NULL
                AND (k.job, k.tick) <> (o.job, o.tick)
                AND (k.wanted_types = '{}' OR k.wanted_types @> c.wanted_types)
                -- no window is longer than three months
                AND k.window_start BETWEEN c.window_start - 92 AND c.window_end
        ) AS k
    ) AS done
    WHERE earlier.planned IS NOT TRUE
),
numbered AS (
    SELECT nextval('sync.serial') AS task_id, j.*
    FROM (
        SELECT * FROM judged WHERE skipped IS NULL
        ORDER BY priority, taxpayer_no, direction, document, invoice_type, window_start
    ) AS j
),
reason AS (
    SELECT * FROM jsonb_to_recordset(%(reasons)s) AS r (code text, message text, advice text)
),
planned AS (
    INSERT INTO sync.task (
        task_id, batch_no, parent_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name, org_code,
        channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end, window_basis,
        counter, automatic, priority, scheme_ids, wanted_types, status, error_code, error_message, advice, finished_at, created_by)
    SELECT
        task_id, sync.new_batch_no(task_id), %(batch_no)s, %(dag_id)s, %(run_id)s, job, rule, tick, taxpayer_no,
        taxpayer_name, org_code, %(channel)s, direction, download_type, sync_type, document, invoice_type, window_start,
        window_end, window_basis, counter, %(automatic)s, priority, scheme_ids, wanted_types,
        CASE WHEN impossible IS NULL THEN 'pending' ELSE 'download_failed' END,
        impossible, r.message, r.advice, CASE WHEN impossible IS NOT NULL THEN sync.now() END, %(created_by)s
    FROM numbered
    LEFT JOIN reason AS r ON r.code = impossible
    ON CONFLICT DO NOTHING
    RETURNING status
),
unasked AS (
    SELECT position, scheme_ids, taxpayer_no, invoice_type, window_start, window_end, skipped AS code
    FROM judged WHERE skipped IS NOT NULL
    UNION ALL
    SELECT position, scheme_ids, taxpayer_no, invoice_type, month_start, window_start - 1, 'before_authorisation'
    FROM judged WHERE month_start IS NOT NULL AND skipped IS DISTINCT FROM 'already_complete'
    UNION ALL
    SELECT position, scheme_ids, taxpayer_no, invoice_type, last_day + 1, reachable - 1, 'out_of_reach'
    FROM seen WHERE last_day + 1 < reachable
    UNION ALL
    SELECT p.position, p.scheme_ids, m.taxpayer_no, p.invoice_type, p.window_start, p.window_end, 'outside_scheme'
    FROM piece AS p JOIN member AS m USING (schemes) WHERE NOT p.inside
    UNION ALL
    SELECT DISTINCT p.position, p.scheme_ids, t.taxpayer_no, NULL, o.window_start, o.window_end, 'before_company'
    FROM piece AS p
    JOIN occurrence AS o USING (position)
    JOIN member AS m USING (schemes)
    JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    WHERE %(unasked)s AND p.inside AND t.collected_since > o.at
),
left_out AS (
    INSERT INTO sync.skip (
        parent_batch_no, dag_id, rule, tick, scheme_id, taxpayer_no, channel, direction, document, invoice_type,
        window_start, window_end, reason_code, reason)
    SELECT %(batch_no)s, %(dag_id)s, o.rule, o.tick, u.scheme_ids[1], u.taxpayer_no, %(channel)s, o.direction, o.document,
        u.invoice_type, u.window_start, u.window_end, u.code, r.message
    FROM unasked AS u
    JOIN occurrence AS o USING (position)
    JOIN reason AS r USING (code)
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
