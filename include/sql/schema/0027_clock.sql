-- One clock for SQL: the defaults of instants ask it. From here on functions/, views/ and comments/ define what is not a table.

CREATE FUNCTION sync.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('fapiao.now', true), '')::timestamptz, now());

CREATE FUNCTION sync.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('fapiao.now', true), '')::timestamptz, clock_timestamp());

ALTER TABLE enterprise.account ALTER COLUMN updated_at SET DEFAULT sync.now();
ALTER TABLE enterprise.auto_selection_rule ALTER COLUMN changed_at SET DEFAULT sync.now();
ALTER TABLE enterprise.organisation ALTER COLUMN updated_at SET DEFAULT sync.now();
ALTER TABLE enterprise.parameter ALTER COLUMN changed_at SET DEFAULT sync.now();
ALTER TABLE enterprise.permission ALTER COLUMN granted_at SET DEFAULT sync.now();
ALTER TABLE enterprise.scheme
    ALTER COLUMN created_at SET DEFAULT sync.now(),
    ALTER COLUMN updated_at SET DEFAULT sync.now();
ALTER TABLE enterprise.taxpayer ALTER COLUMN updated_at SET DEFAULT sync.now();
ALTER TABLE sync.batch ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.history_auto_update
    ALTER COLUMN created_at SET DEFAULT sync.now(),
    ALTER COLUMN changed_at SET DEFAULT sync.now();
ALTER TABLE sync.history_batch ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.log_export ALTER COLUMN at SET DEFAULT sync.clock_timestamp();
ALTER TABLE sync.login_request ALTER COLUMN asked_at SET DEFAULT sync.now();
ALTER TABLE sync.quota_slot ALTER COLUMN reserved_at SET DEFAULT sync.now();
ALTER TABLE sync.reply ALTER COLUMN received_at SET DEFAULT sync.now();
ALTER TABLE sync.selection ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.selection_event ALTER COLUMN at SET DEFAULT sync.clock_timestamp();
ALTER TABLE sync.skip ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.task ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.task_event ALTER COLUMN at SET DEFAULT sync.clock_timestamp();
ALTER TABLE sync.unused_answer ALTER COLUMN received_at SET DEFAULT sync.now();
ALTER TABLE sync.verification ALTER COLUMN created_at SET DEFAULT sync.now();
ALTER TABLE sync.verification_call ALTER COLUMN asked_at SET DEFAULT sync.now();
ALTER TABLE pool.document
    ALTER COLUMN created_at SET DEFAULT sync.clock_timestamp(),
    ALTER COLUMN updated_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.dropped_line ALTER COLUMN dropped_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.held_change ALTER COLUMN held_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.layout_file ALTER COLUMN stored_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.quarantine ALTER COLUMN quarantined_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.rejected_row ALTER COLUMN rejected_at SET DEFAULT sync.clock_timestamp();
ALTER TABLE pool.verification_cache ALTER COLUMN cached_at SET DEFAULT sync.clock_timestamp();
