-- What changed in the pool and Airflow was not told yet, and how to find rows that ended lately (ADR 0051).

CREATE TABLE sync.untold_change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_no text NOT NULL,
    parent_batch_no text,
    dag_id text NOT NULL,
    inserted integer NOT NULL CHECK (inserted >= 0),
    updated integer NOT NULL CHECK (updated >= 0),
    noted_at timestamptz NOT NULL DEFAULT sync.now()
);

CREATE INDEX task_finished ON sync.task (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX selection_finished ON sync.selection (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX verification_finished ON sync.verification (finished_at) WHERE finished_at IS NOT NULL;
