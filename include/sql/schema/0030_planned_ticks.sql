-- Which ticks of the calendar are planned, so that one whose planning failed, or that came while everything was down, is
-- noticed and planned later (ADR 0043). Ticks from before this migration are not asked for: nobody noted them.

CREATE TABLE sync.planned_tick (
    dag_id text NOT NULL,
    tick text NOT NULL,
    day date NOT NULL,
    batch_no text REFERENCES sync.batch,
    late text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL DEFAULT sync.now(),
    PRIMARY KEY (dag_id, tick),
    CONSTRAINT planned_or_left_out CHECK (batch_no IS NOT NULL OR late <> '')
);
