-- A sweep claims for a whole channel: the order of its work is an index too.

CREATE INDEX task_open_of_channel ON sync.task (channel, priority, task_id)
    WHERE status IN ('pending', 'downloading', 'downloaded') AND void_state IS NULL;

-- A number of 乐企 belongs to one row. Through the gateway one task may answer several types (piaozone 3 is 04 and 86).
DROP INDEX sync.task_request_no;
CREATE UNIQUE INDEX task_request_no ON sync.task (channel, request_no) WHERE request_no IS NOT NULL AND channel = 'leqi';

-- What a plan asks of every candidate: the downloads of the same kind, retried ones among them.
CREATE INDEX task_of_download ON sync.task (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end)
    WHERE parent_task_id IS NULL;
