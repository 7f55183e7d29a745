-- name: open_equal
-- Downloads of the same types and days that are still under way and were not made by this very run.
SELECT invoice_type, batch_no
FROM sync.task
WHERE taxpayer_no = %(taxpayer_no)s AND channel = %(channel)s AND direction = 'input' AND document = %(document)s
    AND download_type = 'input_status' AND invoice_type = ANY (%(types)s)
    AND (window_start, window_end) IS NOT DISTINCT FROM (%(start)s::date, %(end)s::date)
    AND status IN ('pending', 'downloading') AND void_state IS NULL AND parent_task_id IS NULL AND tick <> %(tick)s
ORDER BY batch_no;

-- name: plan_searches
-- One task row per header collection, a run's only once; the batch numbers of all of the run's rows.
WITH search AS (
    SELECT * FROM jsonb_to_recordset(%(searches)s) AS s (invoice_type text, argument jsonb)
),
numbered AS (
    SELECT nextval('sync.serial') AS task_id, s.* FROM (SELECT * FROM search ORDER BY invoice_type) AS s
),
made AS (
    INSERT INTO sync.task (
        task_id, batch_no, parent_batch_no, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name, org_code,
        channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end, window_basis,
        argument, wanted_types, automatic, created_by)
    SELECT n.task_id, sync.new_batch_no(n.task_id), %(batch_no)s, %(dag_id)s, %(run_id)s, 'key_element_sync',
        'key-element-sync', %(tick)s, t.taxpayer_no, t.name, %(org_code)s, %(channel)s, 'input', 'input_status',
        %(sync_type)s, %(document)s, n.invoice_type, %(start)s, %(end)s, 'issue_date', n.argument,
        CASE n.invoice_type WHEN 'all' THEN '{}' ELSE ARRAY[n.invoice_type] END, false, %(created_by)s
    FROM numbered AS n
    JOIN enterprise.taxpayer AS t ON t.taxpayer_no = %(taxpayer_no)s
    ON CONFLICT DO NOTHING
    RETURNING 1
)
UPDATE sync.batch SET planned = planned + (SELECT count(*) FROM made) WHERE batch_no = %(batch_no)s;

-- name: made
-- The rows of a run.
SELECT batch_no FROM sync.task WHERE parent_batch_no = %(batch_no)s ORDER BY task_id;
