-- A sweep claims for a whole channel: the order of its work is an index too.

CREATE INDEX task_open_of_channel ON sync.task (channel, priority, task_id)
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL;
