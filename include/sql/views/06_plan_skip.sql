-- What was not planned.

CREATE OR REPLACE VIEW fapiao.plan_skip AS
SELECT k.parent_batch_no, k.dag_id, k.rule, k.tick, k.taxpayer_no, k.channel, k.direction, k.document, k.invoice_type,
    k.window_start, k.window_end, k.reason_code, k.reason, k.created_at, k.scheme_id, s.name AS scheme, k.skip_id
FROM sync.skip AS k
LEFT JOIN enterprise.scheme AS s USING (scheme_id);
COMMENT ON VIEW fapiao.plan_skip IS
    'What the calendar named and the plan left out, once for each scheme that asked for it; a row without a tax number is of '
    'every company that the scheme has on the channel.';
