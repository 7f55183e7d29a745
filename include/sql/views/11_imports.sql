-- 导入电子税局文件: what became of every row, and what waits for a rule.

CREATE OR REPLACE VIEW fapiao.import_verdict AS
SELECT k.batch_no, k.taxpayer_no, k.direction, f.name AS file_name, v.sheet, v.row_no, v.document_key, v.verdict,
    fapiao.label('import_verdict', v.verdict) AS verdict_label, v.sentence, v.task_id, v.file_no
FROM sync.import_verdict AS v
JOIN sync.import_file AS f USING (task_id, file_no)
JOIN sync.task AS k USING (task_id);
COMMENT ON VIEW fapiao.import_verdict IS
    '导入结果: every row of every file with its verdict.';

CREATE OR REPLACE VIEW fapiao.quarantine AS
SELECT q.batch_no, q.taxpayer_no, q.direction, q.file_name, q.sheet, q.row_no, q.reason, q.payload, q.quarantined_at,
    q.released_by, q.released_at
FROM pool.quarantine AS q;
COMMENT ON VIEW fapiao.quarantine IS
    '待识别票种: what waits, and what came into the pool after all.';
