-- What was not planned.

CREATE OR REPLACE VIEW fapiao.plan_skip AS
SELECT parent_batch_no, dag_id, rule, tick, taxpayer_no, channel, direction, document, invoice_type, window_start,
    window_end, reason_code, reason, created_at
FROM sync.skip;
COMMENT ON VIEW fapiao.plan_skip IS
    'What the calendar named and the plan left out.';
