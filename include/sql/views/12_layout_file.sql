-- 版式文件.

CREATE OR REPLACE VIEW fapiao.layout_file AS
SELECT f.direction, f.taxpayer_no, f.document_key, f.file_type, f.source, f.sha256, f.size, f.media_type, f.problem,
    f.batch_no, f.stored_by, f.stored_at, f.superseded_at, d.signed
FROM pool.layout_file AS f
JOIN pool.document AS d USING (direction, taxpayer_no, document_key);
COMMENT ON VIEW fapiao.layout_file IS
    'The files of an invoice; superseded_at is NULL for the one that counts.';
