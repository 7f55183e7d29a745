-- What lacks documents is asked for again by itself: the rows whose time has come are found without the others.

CREATE INDEX task_incomplete ON sync.task (not_before) WHERE status = 'incomplete' AND void_state IS NULL;
