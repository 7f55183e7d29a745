-- A ticket is kept as long as the bureau keeps results: how often in a row it could not be asked about, and since when.

ALTER TABLE sync.task ADD COLUMN waits integer DEFAULT 0 NOT NULL, ADD COLUMN waiting_since timestamptz;
ALTER TABLE sync.selection ADD COLUMN waits integer DEFAULT 0 NOT NULL, ADD COLUMN waiting_since timestamptz;
ALTER TABLE sync.verification ADD COLUMN waits integer DEFAULT 0 NOT NULL, ADD COLUMN waiting_since timestamptz;
