-- What the triggers refuse: evidence is neither rewritten nor emptied, and what is final stays so.

CREATE OR REPLACE FUNCTION sync.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP;
END $$;
COMMENT ON FUNCTION sync.refuse_rewriting IS
    'Refuses UPDATE, DELETE and TRUNCATE.';

CREATE OR REPLACE FUNCTION sync.keep_final_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'task % is % and cannot become %', OLD.batch_no, coalesce(OLD.void_state, OLD.status), NEW.status;
END $$;
COMMENT ON FUNCTION sync.keep_final_rows IS
    'A final row stays final: what a task said once, it says for ever.';

CREATE OR REPLACE FUNCTION sync.keep_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'call % of sync.verification_call has its answer: it is evidence and stays', OLD.reply_id;
END $$;
COMMENT ON FUNCTION sync.keep_answers IS
    'An answer is written once: evidence is not rewritten.';

CREATE OR REPLACE FUNCTION sync.keep_settled_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'document % of selection % is % already: the ledger is append-only',
        OLD.document_key, OLD.selection_id, OLD.state;
END $$;
COMMENT ON FUNCTION sync.keep_settled_items IS
    'What a document of a selection says once, it says for ever.';

CREATE OR REPLACE FUNCTION sync.keep_final_selections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'selection % is % and cannot become %', OLD.batch_no, OLD.status, NEW.status;
END $$;
COMMENT ON FUNCTION sync.keep_final_selections IS
    'A final request stays final.';

CREATE OR REPLACE FUNCTION sync.refuse_verdicts_without_file() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION sync.refuse_verdicts_without_file IS
    'Every verdict names a file of its task; asked once per statement.';

CREATE OR REPLACE FUNCTION pool.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'pool.change is append-only: its rows are evidence';
END
$$;
COMMENT ON FUNCTION pool.refuse_rewriting IS
    'pool.change is evidence.';

CREATE OR REPLACE FUNCTION pool.refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied: its rows are the documents', TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION pool.refuse_emptying IS
    'Documents and lines are never emptied.';
