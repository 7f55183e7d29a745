-- Answers that could not be used are kept whole: refusals whose texts are cut where they are shown, and what nobody can read.

CREATE TABLE sync.unused_answer (
    answer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_id bigint NOT NULL REFERENCES sync.task,
    generation smallint NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea NOT NULL
);

CREATE INDEX unused_answer_of_task ON sync.unused_answer (task_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sync.unused_answer
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
