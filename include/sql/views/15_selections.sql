-- 勾选: what is under way, the log of requests and the ledger of documents.

CREATE OR REPLACE VIEW fapiao.selection_under_way AS
SELECT i.taxpayer_no, i.document_key, s.batch_no, s.operation, s.status, '5'::text AS selection_status,
    fapiao.label('selection_status', '5') AS selection_status_label
FROM sync.selection_item AS i
JOIN sync.selection AS s USING (selection_id)
WHERE i.state = 'open';
COMMENT ON VIEW fapiao.selection_under_way IS
    '勾选中: documents whose operation the bureau has not answered; the pool keeps saying what the bureau said '
    'last (ADR 0025).';

CREATE OR REPLACE VIEW fapiao.selection_log AS
SELECT
    s.batch_no, s.parent_batch_no, s.operation, coalesce(operation.label, s.operation) AS operation_label, s.taxpayer_no,
    s.taxpayer_name, s.org_code, s.channel, coalesce(channel.label, s.channel) AS channel_label, s.account, s.city_code,
    s.status, coalesce(status.label, s.status) AS status_label, s.tax_period, s.document_count, s.succeeded_count,
    s.failed_count, s.error_code, s.error_message, s.advice, s.request_no, s.surface,
    coalesce(surface.label, s.surface) AS surface_label, s.created_by, s.created_at, s.sent_at, s.applied_at, s.finished_at,
    s.not_before, s.polls, s.attempts, s.part_no, retried.batch_no AS retry_of_batch_no,
    s.login_request_id IS NOT NULL AS waits_for_login, m.code AS module_code, m.name AS module_name
FROM sync.selection AS s
LEFT JOIN sync.selection AS retried ON retried.selection_id = s.retry_of
LEFT JOIN sync.module AS m ON m.job = 'selection'
LEFT JOIN sync.code_label AS operation ON operation.kind = 'selection_operation' AND operation.code = s.operation
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = s.channel
LEFT JOIN sync.code_label AS status ON status.kind = 'selection_task_status' AND status.code = s.status
LEFT JOIN sync.code_label AS surface ON surface.kind = 'selection_surface' AND surface.code = s.surface;
COMMENT ON VIEW fapiao.selection_log IS
    '税局用票操作日志: one row per request.';

CREATE OR REPLACE VIEW fapiao.selection_ledger AS
SELECT
    i.document_key, i.taxpayer_no, s.batch_no, s.parent_batch_no, s.operation,
    coalesce(operation.label, s.operation) AS operation_label, i.reason, coalesce(reason.label, i.reason) AS reason_label,
    i.reason_text, i.status_before, coalesce(before.label, i.status_before) AS status_before_label, i.status_after,
    coalesce(after.label, i.status_after) AS status_after_label, i.state, coalesce(state.label, i.state) AS state_label,
    i.result_code, i.result_text, i.tax_period, s.status AS task_status,
    coalesce(task_status.label, s.status) AS task_status_label, s.channel, coalesce(channel.label, s.channel) AS channel_label,
    s.account, s.surface, s.created_by, s.created_at, i.settled_at, s.selection_id
FROM sync.selection_item AS i
JOIN sync.selection AS s USING (selection_id)
LEFT JOIN sync.code_label AS operation ON operation.kind = 'selection_operation' AND operation.code = s.operation
LEFT JOIN sync.code_label AS reason ON reason.kind = 'not_deductible_type' AND reason.code = i.reason
LEFT JOIN sync.code_label AS before ON before.kind = 'selection_status' AND before.code = i.status_before
LEFT JOIN sync.code_label AS after ON after.kind = 'selection_status' AND after.code = i.status_after
LEFT JOIN sync.code_label AS state ON state.kind = 'selection_item_state' AND state.code = i.state
LEFT JOIN sync.code_label AS task_status ON task_status.kind = 'selection_task_status' AND task_status.code = s.status
LEFT JOIN sync.code_label AS channel ON channel.kind = 'channel' AND channel.code = s.channel;
COMMENT ON VIEW fapiao.selection_ledger IS
    '税局用票台账: one row per document and operation, before and after.';
