-- name: create
-- Who works with the pool: fapiao_application, which the DAGs and commands are, and fapiao_reader, for people and programs that
-- look. Whoever migrates owns everything and is neither. The two are groups until they are given a login or members. By hand:
-- psql "…owner…" -v ON_ERROR_STOP=1 --single-transaction -f include/sql/roles.sql. It may be run again at any time.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['fapiao_application', 'fapiao_reader'] LOOP
        IF to_regrole(role) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', role);
        END IF;
    END LOOP;
END $$;

-- name: grant
-- What each of the two may do, table by table: all of it is taken back first, so a right that is not here is gone.
REVOKE ALL ON ALL TABLES IN SCHEMA enterprise, sync, pool, fapiao FROM fapiao_application, fapiao_reader;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA enterprise, sync, pool, fapiao FROM fapiao_application, fapiao_reader;
-- public may hold tables of others, over which the owner of the pool has no say.
REVOKE ALL ON public.fapiao_migration, public.fapiao_definitions FROM fapiao_application, fapiao_reader;
REVOKE ALL ON ALL ROUTINES IN SCHEMA enterprise, sync, pool, fapiao FROM fapiao_application, fapiao_reader;
REVOKE ALL ON SCHEMA public, enterprise, sync, pool, fapiao FROM fapiao_application, fapiao_reader;

-- Nobody but the owner makes anything that outlives his session; of the two only the application makes temporary tables.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM fapiao_application, fapiao_reader', current_database());
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO fapiao_application, fapiao_reader', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO fapiao_application', current_database());
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Large objects are stored for whoever may connect, and outlive his session; nothing here uses them. Their functions are the server's,
-- so a superuser alone takes them from PUBLIC: an owner who is none leaves that to him (docs/admin.md).
DO $$
DECLARE
    routine regprocedure;
BEGIN
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOR routine IN
            SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^(lo_[a-z0-9_]+|loread|lowrite)$'
        LOOP
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, fapiao_application, fapiao_reader', routine);
        END LOOP;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public, enterprise, sync, pool, fapiao TO fapiao_application, fapiao_reader;
-- Functions run with the rights of their caller, but for those that write history: their triggers alone call them, and nobody
-- hangs them on a table of his own.
DO $$
DECLARE
    routine record;
BEGIN
    FOR routine IN
        SELECT oid::regprocedure AS name, prosecdef FROM pg_proc
        WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('enterprise', 'sync', 'pool', 'fapiao'))
    LOOP
        EXECUTE format(
            CASE WHEN routine.prosecdef THEN 'REVOKE ALL ON FUNCTION %s FROM PUBLIC, fapiao_application, fapiao_reader'
            ELSE 'GRANT EXECUTE ON FUNCTION %s TO fapiao_application, fapiao_reader' END, routine.name);
    END LOOP;
END $$;
-- Batch numbers; a call of 查验 is numbered as a reply is.
GRANT USAGE ON SEQUENCE sync.serial, sync.reply_reply_id_seq TO fapiao_application;

-- Views, and what the runner of migrations keeps.
GRANT SELECT ON
    public.fapiao_migration, public.fapiao_definitions,
    enterprise.effective_channel, enterprise.without_receiving_account, sync.history_row, pool.other_name,
    fapiao.administration_event, fapiao.export_event, fapiao.history_batch, fapiao.history_subtask, fapiao.history_task, fapiao.import_verdict, fapiao.invoice,
    fapiao.invoice_change, fapiao.invoice_line, fapiao.layout_file, fapiao.login_request, fapiao.missing_blue_invoice,
    fapiao.month_completeness, fapiao.plan_skip, fapiao.quarantine, fapiao.quota_usage, fapiao.selection_ledger,
    fapiao.selection_log, fapiao.selection_under_way, fapiao.sync_log, fapiao.task_event, fapiao.verification
TO fapiao_application, fapiao_reader;

-- Copied from include/rules by whoever migrates.
GRANT SELECT ON sync.code_label, sync.module, sync.quota_limit, sync.type_rule TO fapiao_application, fapiao_reader;

-- History that triggers write with the rights of the owner.
GRANT SELECT ON enterprise.change, sync.selection_event, sync.task_event TO fapiao_application, fapiao_reader;

-- History that is only added to. A reader leaves the one note that he took something out.
GRANT SELECT ON
    pool.change, pool.dropped_line, pool.held_change, pool.rejected_row,
    sync.import_file, sync.import_verdict, sync.log_export, sync.reply, sync.skip, sync.unused_answer
TO fapiao_application, fapiao_reader;
GRANT INSERT ON
    pool.change, pool.dropped_line, pool.held_change, pool.rejected_row,
    sync.import_file, sync.import_verdict, sync.reply, sync.skip, sync.unused_answer
TO fapiao_application;
-- Who took it out, and when, is written by the trigger.
GRANT INSERT (filter, rows, file, sha256) ON sync.log_export TO fapiao_application, fapiao_reader;

-- History of which a few columns are filled in later.
GRANT SELECT ON
    pool.layout_file, pool.quarantine, pool.sighting, sync.batch, sync.history_batch, sync.part, sync.planned_tick,
    sync.quota_slot, sync.selection_item, sync.verification_call
TO fapiao_application, fapiao_reader;
GRANT INSERT ON
    pool.layout_file, pool.quarantine, pool.sighting, sync.batch, sync.history_batch, sync.part, sync.planned_tick,
    sync.quota_slot, sync.selection_item, sync.verification_call
TO fapiao_application;
GRANT UPDATE (superseded_at) ON pool.layout_file TO fapiao_application;
GRANT UPDATE (released_at, released_by) ON pool.quarantine TO fapiao_application;
GRANT UPDATE (document_keys) ON pool.sighting TO fapiao_application;
GRANT UPDATE (day, planned, skipped) ON sync.batch TO fapiao_application;
GRANT UPDATE (announced, argument, cursor, done, stored) ON sync.part TO fapiao_application;
GRANT UPDATE (batch_no) ON sync.planned_tick TO fapiao_application;
GRANT UPDATE (settled_at, state) ON sync.quota_slot TO fapiao_application;
GRANT UPDATE (result_code, result_text, settled_at, state, status_after, tax_period) ON sync.selection_item
TO fapiao_application;
GRANT UPDATE (answered_at, body, counted, result_code, result_text) ON sync.verification_call TO fapiao_application;

-- Rows that move and are never deleted; their triggers write the history.
GRANT SELECT ON
    enterprise.account, enterprise.organisation, enterprise.scheme, enterprise.taxpayer, pool.document, sync.business_day,
    sync.bureau, sync.history_auto_update, sync.login_request, sync.selection, sync.task, sync.verification
TO fapiao_application, fapiao_reader;
GRANT INSERT, UPDATE ON
    enterprise.account, enterprise.organisation, enterprise.scheme, enterprise.taxpayer, pool.document, sync.business_day,
    sync.bureau, sync.history_auto_update, sync.login_request, sync.selection, sync.task, sync.verification
TO fapiao_application;

-- Rows that come and go.
GRANT SELECT ON
    enterprise.auto_selection_rule, enterprise.parameter, enterprise.permission, enterprise.scheme_scope,
    enterprise.scheme_taxpayer, pool.line, pool.orphan_status, pool.verification_cache, sync.awaited_lines,
    sync.statistics_state, sync.untold_change
TO fapiao_application, fapiao_reader;
GRANT INSERT, UPDATE, DELETE ON
    enterprise.auto_selection_rule, enterprise.parameter, enterprise.permission, enterprise.scheme_scope,
    enterprise.scheme_taxpayer, pool.line, pool.orphan_status, pool.verification_cache, sync.awaited_lines,
    sync.statistics_state, sync.untold_change
TO fapiao_application;

-- A large import refreshes the statistics of what it writes to.
GRANT MAINTAIN ON pool.document, pool.line TO fapiao_application;
