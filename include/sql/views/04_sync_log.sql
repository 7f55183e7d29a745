-- 数据同步日志 (S4).

CREATE OR REPLACE VIEW fapiao.sync_log AS
SELECT
    k.batch_no, k.parent_batch_no, k.taxpayer_no, k.taxpayer_name, k.org_code,
    CASE WHEN k.job = 'bureau_file' THEN NULL ELSE k.channel END AS channel, k.direction, k.download_type,
    k.sync_type, k.document, string_to_array(k.invoice_type, ',') AS invoice_types, k.window_start, k.window_end, k.status,
    coalesce(status.label, k.status) AS status_label, k.void_state, k.downloaded_count, k.succeeded_count,
    k.inserted_count, k.updated_count, k.unchanged_count, k.ignored_count, k.failed_count, k.amount_sum, k.tax_sum,
    k.error_code, k.error_message, k.attempts, k.request_no, k.created_by, k.created_at, k.applied_at, k.finished_at,
    k.dag_id, k.run_id,
    k.advice, k.job, k.rule, k.tick, k.window_basis, k.not_before, k.not_before_day, k.void_reason, k.voided_by,
    k.voided_at, parent.batch_no AS caused_by_batch_no,
    coalesce(own.code, rest.code) AS module_code, coalesce(own.name, rest.name) AS module_name, retried.batch_no AS retry_of_batch_no,
    CASE WHEN k.job = 'bureau_file' THEN NULL ELSE coalesce(channel.label, k.channel) END AS channel_label, coalesce(direction.label, k.direction) AS direction_label,
    coalesce(download_type.label, k.download_type) AS download_type_label,
    coalesce(sync_type.label, k.sync_type) AS sync_type_label, coalesce(document.label, k.document) AS document_label,
    coalesce(void_state.label, k.void_state) AS void_state_label,
    k.announced_count, k.received_count, k.missing, k.warnings,
    ARRAY(SELECT s.name FROM enterprise.scheme AS s WHERE s.scheme_id = ANY (k.scheme_ids) ORDER BY s.name) AS schemes
FROM sync.task AS k
LEFT JOIN sync.task AS parent ON parent.task_id = k.parent_task_id
LEFT JOIN sync.task AS retried ON retried.task_id = k.retry_of
LEFT JOIN sync.module AS own ON own.job = k.job
LEFT JOIN sync.module AS rest ON rest.job = ''
LEFT JOIN sync.code_label AS status ON status.kind = 'status' AND status.code = k.status
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = k.channel
LEFT JOIN sync.code_label AS direction ON direction.kind = 'direction' AND direction.code = k.direction
LEFT JOIN sync.code_label AS download_type ON download_type.kind = 'download_type' AND download_type.code = k.download_type
LEFT JOIN sync.code_label AS sync_type ON sync_type.kind = 'sync_type' AND sync_type.code = k.sync_type
LEFT JOIN sync.code_label AS document ON document.kind = 'document' AND document.code = k.document
LEFT JOIN sync.code_label AS void_state ON void_state.kind = 'void_state' AND void_state.code = k.void_state;
COMMENT ON VIEW fapiao.sync_log IS
    'One row per task, with the labels people read. The channel belongs to a download (R251): a file has none. '
    'A task of several types names them all. Labels are joined, not looked up by fapiao.label: a join that '
    'nobody reads costs nothing, a call is made for every row.';

CREATE OR REPLACE FUNCTION sync.filtered_log(
    batches text[], parent text, taxpayer text, name text, org text, organisations text[], channel text,
    direction text, download_type text, sync_type text, document text, invoice_type text, status text, module text,
    dag text, error text, voided boolean, window_from date, window_to date, created_from date, created_to date
) RETURNS SETOF fapiao.sync_log LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT l.*
    FROM fapiao.sync_log AS l
    WHERE (filtered_log.batches IS NULL OR l.batch_no = ANY (filtered_log.batches) OR l.parent_batch_no = ANY (filtered_log.batches))
        AND (filtered_log.parent IS NULL OR filtered_log.parent IN (l.parent_batch_no, l.caused_by_batch_no, l.retry_of_batch_no))
        AND (filtered_log.taxpayer IS NULL OR l.taxpayer_no = filtered_log.taxpayer)
        AND (filtered_log.name IS NULL OR strpos(l.taxpayer_name, filtered_log.name) > 0)
        AND (filtered_log.org IS NULL OR l.org_code = filtered_log.org)
        AND (filtered_log.organisations IS NULL OR l.org_code = ANY (filtered_log.organisations))
        AND (filtered_log.channel IS NULL OR l.channel = filtered_log.channel)
        AND (filtered_log.direction IS NULL OR l.direction = filtered_log.direction)
        AND (filtered_log.download_type IS NULL OR l.download_type = filtered_log.download_type)
        AND (filtered_log.sync_type IS NULL OR l.sync_type = filtered_log.sync_type)
        AND (filtered_log.document IS NULL OR l.document = filtered_log.document)
        AND (filtered_log.invoice_type IS NULL OR filtered_log.invoice_type = ANY (l.invoice_types))
        AND (filtered_log.status IS NULL OR l.status = filtered_log.status)
        AND (filtered_log.module IS NULL OR l.module_code = filtered_log.module)
        AND (filtered_log.dag IS NULL OR l.dag_id = filtered_log.dag)
        AND (filtered_log.error IS NULL OR l.error_code = filtered_log.error)
        AND (filtered_log.voided IS NULL OR (l.void_state IS NOT NULL) = filtered_log.voided)
        AND (filtered_log.window_from IS NULL OR l.window_end >= filtered_log.window_from)
        AND (filtered_log.window_to IS NULL OR l.window_start <= filtered_log.window_to)
        AND (filtered_log.created_from IS NULL
            OR l.created_at >= filtered_log.created_from::timestamp AT TIME ZONE 'Asia/Shanghai')
        AND (filtered_log.created_to IS NULL
            OR l.created_at < (filtered_log.created_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
$$;
COMMENT ON FUNCTION sync.filtered_log IS
    'The log by every filter of ./fapiao log; NULL is no condition. A stable SQL function of one SELECT: the '
    'planner puts its text into the statement that calls it, so that a filter is an index condition, and one '
    'that was not given is not there. Not marked PARALLEL SAFE it would forbid parallel plans.';
