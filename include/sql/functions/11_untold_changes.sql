-- Whatever changes the pool leaves a row for Airflow, in its own transaction: a task of any queue, by whoever worked it.

CREATE OR REPLACE FUNCTION sync.note_task_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NEW.parent_batch_no, NEW.dag_id, NEW.inserted_count, NEW.updated_count);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.note_task_change IS
    'A download or an import that brought or changed documents; its rights are the owner''s, as of every trigger that '
    'writes what nobody writes by hand.';

CREATE OR REPLACE FUNCTION sync.note_selection_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NEW.parent_batch_no, 'selection', 0,
        NEW.succeeded_count - CASE WHEN TG_OP = 'UPDATE' THEN OLD.succeeded_count ELSE 0 END);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.note_selection_change IS
    'Documents of a request whose 勾选状态 is another now.';

CREATE OR REPLACE FUNCTION sync.note_verification_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NULL, 'verify_invoices', 0, 1);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.note_verification_change IS
    'A document whose 查验 has an answer; it has no planning.';

CREATE OR REPLACE TRIGGER note_change AFTER UPDATE OF inserted_count, updated_count ON sync.task FOR EACH ROW
    WHEN (NEW.inserted_count + NEW.updated_count > 0) EXECUTE FUNCTION sync.note_task_change();
CREATE OR REPLACE TRIGGER note_change AFTER UPDATE OF succeeded_count ON sync.selection FOR EACH ROW
    WHEN (NEW.succeeded_count > OLD.succeeded_count) EXECUTE FUNCTION sync.note_selection_change();
CREATE OR REPLACE TRIGGER note_new_change AFTER INSERT ON sync.selection FOR EACH ROW
    WHEN (NEW.succeeded_count > 0) EXECUTE FUNCTION sync.note_selection_change();
CREATE OR REPLACE TRIGGER note_change AFTER UPDATE OF state ON sync.verification FOR EACH ROW
    WHEN (NEW.goal = 'pool' AND NEW.state IN ('verified', 'mismatch') AND OLD.state <> NEW.state)
    EXECUTE FUNCTION sync.note_verification_change();
