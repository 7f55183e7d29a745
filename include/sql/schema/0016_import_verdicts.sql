-- 导入结果: whether a verdict's file exists is asked once per statement, no longer once per row.

ALTER TABLE sync.import_verdict DROP CONSTRAINT import_verdict_task_id_fkey;

-- A file of an import stays: the task it names stays with it (its foreign key), and so the verdicts have a file for ever.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.import_file
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

CREATE FUNCTION sync.refuse_verdicts_without_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    strange record;
BEGIN
    SELECT v.task_id, v.file_no INTO strange
    FROM (SELECT DISTINCT task_id, file_no FROM arrived) AS v
    WHERE NOT EXISTS (SELECT FROM sync.import_file AS f WHERE f.task_id = v.task_id AND f.file_no = v.file_no) LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('task %s has no file %s', strange.task_id, strange.file_no);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER verdicts_have_a_file AFTER INSERT ON sync.import_verdict
    REFERENCING NEW TABLE AS arrived
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_verdicts_without_file();
