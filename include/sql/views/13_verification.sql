-- 查验.

CREATE OR REPLACE VIEW fapiao.verification AS
SELECT v.batch_no, v.taxpayer_no, v.direction, v.document_key, v.invoice_type, v.issue_date, v.reason, v.goal, v.state,
    fapiao.label('verification_state', v.state) AS state_label, v.result_code, v.result_text, v.advice, v.not_before,
    v.not_before_day, v.created_by, v.created_at, v.finished_at, cause.batch_no AS caused_by_batch_no,
    (SELECT count(*)::integer FROM sync.verification_call AS c WHERE c.verification_id = v.verification_id) AS calls,
    v.login_request_id IS NOT NULL AS waits_for_login
FROM sync.verification AS v
LEFT JOIN sync.task AS cause ON cause.task_id = v.caused_by;
COMMENT ON VIEW fapiao.verification IS
    '查验: what waits, what came of it, and how often it was asked.';
