-- 任务事件.

CREATE OR REPLACE VIEW fapiao.task_event AS
SELECT k.batch_no, e.seq, e.from_status, e.to_status, e.actor, e.reason, e.at, encode(e.hash, 'hex') AS hash,
    e.account, e.session_role
FROM sync.task_event AS e
JOIN sync.task AS k USING (task_id);
COMMENT ON VIEW fapiao.task_event IS
    '任务事件: the append-only, hash-chained history of every task.';
