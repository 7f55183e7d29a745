-- What changed besides documents and tasks, and what was taken out: who, when, before and after.

CREATE OR REPLACE VIEW fapiao.administration_event AS
SELECT c.at, c.actor, c.account, c.object,
    CASE c.object
        WHEN 'scheme_scope' THEN concat_ws(' ', s.name, whose.said ->> 'kind', whose.said ->> 'code')
        WHEN 'scheme_taxpayer' THEN concat_ws(' ', s.name, whose.said ->> 'taxpayer_no')
        ELSE c.key
    END AS key,
    CASE WHEN c.before IS NULL THEN 'insert' WHEN c.after IS NULL THEN 'delete' ELSE 'update' END AS operation,
    c.before, c.after, c.seq, encode(c.hash, 'hex') AS hash,
    CASE c.object
        WHEN 'taxpayer' THEN whose.said ->> 'taxpayer_no'
        WHEN 'account' THEN whose.said ->> 'taxpayer_no'
        WHEN 'scheme_taxpayer' THEN whose.said ->> 'taxpayer_no'
        WHEN 'scheme_scope' THEN CASE whose.said ->> 'kind' WHEN 'taxpayer' THEN whose.said ->> 'code' END
        WHEN 'parameter' THEN CASE whose.said ->> 'type' WHEN 'rim_leqi_collect' THEN whose.said ->> 'key' END
    END AS taxpayer_no,
    c.session_role, c.client_address, c.server_time
FROM enterprise.change AS c
CROSS JOIN LATERAL (SELECT coalesce(c.after, c.before) AS said) AS whose
LEFT JOIN enterprise.scheme AS s ON c.object IN ('scheme_scope', 'scheme_taxpayer')
    AND s.scheme_id::text = whose.said ->> 'scheme_id'
WHERE c.object <> 'log_export'
UNION ALL
SELECT e.changed_at, e.batch_no, e.account, 'entry', concat_ws(' ', e.taxpayer_no, e.document_key, e.column_name),
    CASE WHEN e.old_value IS NULL THEN 'insert' WHEN e.new_value IS NULL THEN 'delete' ELSE 'update' END,
    to_jsonb(e.old_value), to_jsonb(e.new_value), NULL, NULL, e.taxpayer_no,
    NULL, NULL, NULL
FROM pool.change AS e
WHERE e.channel = 'business';
COMMENT ON VIEW fapiao.administration_event IS
    'Every change of rights, basics, schemes, parameters, rules of automatic selection and monthly updates, and of what '
    'the business system writes beside documents (entry): who, under which account of the system, before and after.';

CREATE OR REPLACE VIEW fapiao.export_event AS
SELECT e.at, e.actor, e.account, e.filter ->> 'view' AS sheet, e.rows, e.file, e.sha256, e.filter, e.export_id,
    c.session_role, c.client_address, c.server_time, c.seq, encode(c.hash, 'hex') AS hash
FROM sync.log_export AS e
LEFT JOIN enterprise.change AS c ON c.object = 'log_export' AND c.key = e.export_id::text;
COMMENT ON VIEW fapiao.export_event IS
    '导出: who took what out, how many rows, into which file, with the hash of its bytes, and its link of enterprise.change.';
