-- The rows that a run of Airflow is about.

CREATE OR REPLACE FUNCTION sync.rows_of_run(dag text, run text, owner text, since timestamptz) RETURNS SETOF sync.task
LANGUAGE sql STABLE AS $$
    SELECT k.*
    FROM sync.task AS k
    WHERE k.task_id IN (
        SELECT p.task_id FROM sync.task AS p
        WHERE p.parent_batch_no = (
            SELECT b.batch_no FROM sync.batch AS b WHERE b.dag_id = rows_of_run.dag AND b.run_id = rows_of_run.run)
        UNION ALL
        SELECT e.task_id FROM sync.task AS e
        WHERE e.finished_at >= rows_of_run.since AND e.claimed_by = rows_of_run.owner
        UNION ALL
        SELECT o.task_id FROM sync.task AS o
        WHERE o.status IN ('pending', 'downloading', 'downloaded') AND o.void_state IS NULL AND o.claimed_by = rows_of_run.owner)
$$;
COMMENT ON FUNCTION sync.rows_of_run IS
    'What the run planned, and what its task, the owner of the leases, took in hand: as far as it is open, or ended '
    'since the run began.';
