-- 进销项数据不全 and 已下载表头: rows that are neither final nor worked on, and what they wait for.

-- Documents that a header collection captured first and that still wait for their lines (A-08).
CREATE TABLE sync.awaited_lines (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    task_id bigint NOT NULL REFERENCES sync.task,
    PRIMARY KEY (taxpayer_no, direction, document_key, task_id)
);
CREATE INDEX awaited_lines_of_task ON sync.awaited_lines (task_id);

-- What had nothing to ask the bureau about succeeds without a call, and says so; 没有数据 is the bureau's word alone.
ALTER TABLE sync.task DROP CONSTRAINT accepted_has_its_number;
ALTER TABLE sync.task ADD CONSTRAINT accepted_has_its_number CHECK (
    status IN ('pending', 'apply_failed', 'download_failed')
    OR (applied_at IS NOT NULL AND observed_at IS NOT NULL AND request_no IS NOT NULL)
    OR (status = 'succeeded' AND error_code = 'NOTHING_TO_ASK' AND downloaded_count = 0
        AND num_nonnulls(applied_at, request_no) = 0));

-- The rows that count: a failed one that was retried is represented by its retry. One that lacks documents is not open.
CREATE OR REPLACE VIEW sync.history_row AS
SELECT k.history_batch_no, k.task_id, k.batch_no, k.invoice_type, k.window_start, k.window_end, k.status, k.void_state,
    k.downloaded_count, k.succeeded_count, k.not_before_day, k.error_code, k.error_message, k.advice, k.finished_at,
    date_trunc('month', k.window_start)::date AS issue_month,
    k.void_state IS NULL AND k.status IN ('pending', 'downloading', 'downloaded') AS is_open,
    k.void_state IS NULL AND k.status IN ('succeeded', 'no_data') AS is_good,
    k.applied_at IS NOT NULL AS is_started
FROM sync.task AS k
WHERE k.history_batch_no IS NOT NULL
    AND NOT EXISTS (SELECT FROM sync.task AS r WHERE r.retry_of = k.task_id AND r.void_state IS NULL);
