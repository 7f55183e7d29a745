-- 版式文件: which file of which document lies where; the bytes lie in the file store under their own hash.

-- A parent with more invoices than one application may name causes several rows; each is planned once.
DROP INDEX sync.task_follows_once;
CREATE UNIQUE INDEX task_follows_once ON sync.task (parent_task_id, job, coalesce(argument ->> 'handful', ''))
    WHERE parent_task_id IS NOT NULL AND retry_of IS NULL;

-- Which invoices wait for their files at this moment.
CREATE INDEX task_open_files ON sync.task (taxpayer_no)
    WHERE download_type = 'input_files' AND status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL;

-- One row per stored file; a file that another one replaced keeps its row, and its bytes.
CREATE TABLE pool.layout_file (
    file_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    file_type text NOT NULL CHECK (file_type IN ('pdf', 'ofd', 'xml', 'snapshot')),
    source text NOT NULL CHECK (source IN (
        'user',       -- 用户上传
        'bureau',     -- 税局下载
        'converted'   -- 文件转换: drawn from another file
    )),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size bigint NOT NULL CHECK (size >= 0),
    media_type text NOT NULL,
    problem text,     -- what could not be made of the file: a snapshot, lines
    batch_no text,    -- the task that brought it; NULL for an upload
    stored_by text NOT NULL DEFAULT sync.actor(),
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    superseded_at timestamptz,
    FOREIGN KEY (direction, taxpayer_no, document_key) REFERENCES pool.document
);

CREATE UNIQUE INDEX layout_file_that_counts ON pool.layout_file (taxpayer_no, direction, document_key, file_type)
    WHERE superseded_at IS NULL;
CREATE INDEX layout_file_of_document ON pool.layout_file (document_key);
CREATE INDEX layout_file_of_batch ON pool.layout_file (batch_no);
CREATE INDEX layout_file_by_hash ON pool.layout_file (sha256);

-- The files of an invoice; superseded_at is NULL for the one that counts.
CREATE VIEW fapiao.layout_file AS
SELECT f.direction, f.taxpayer_no, f.document_key, f.file_type, f.source, f.sha256, f.size, f.media_type, f.problem,
    f.batch_no, f.stored_by, f.stored_at, f.superseded_at, d.signed
FROM pool.layout_file AS f
JOIN pool.document AS d USING (direction, taxpayer_no, document_key);
