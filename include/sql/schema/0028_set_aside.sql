-- Selections and verifications are set aside as tasks are: what they break is counted. A verification waits for a login
-- behind a request, as every other row does.

ALTER TABLE sync.selection ADD COLUMN broke_workers smallint NOT NULL DEFAULT 0;

ALTER TABLE sync.verification
    ADD COLUMN broke_workers smallint NOT NULL DEFAULT 0,
    ADD COLUMN polls integer NOT NULL DEFAULT 0 CHECK (polls >= 0),
    ADD COLUMN login_request_id bigint REFERENCES sync.login_request;

CREATE INDEX verification_waiting_for_login ON sync.verification (login_request_id) WHERE login_request_id IS NOT NULL;
