-- What a task asks for beyond its window: the filters that a person chose, the invoices of a file download.

ALTER TABLE sync.task ADD COLUMN argument jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(argument) = 'object');
