-- The history of rights, basics, schemes, parameters, rules and exports, written by triggers of their tables and chained by hashes.

CREATE OR REPLACE FUNCTION enterprise.change_hash(
    previous bytea, seq bigint, object text, key text, before jsonb, after jsonb, actor text, account text, at timestamptz,
    session_role text, client_address text, server_time timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(concat_ws(E'\x1f', seq, object, key, coalesce(before::text, ''),
        coalesce(after::text, ''), actor, coalesce(account, ''), extract(epoch FROM at), session_role,
        CASE WHEN session_role IS NOT NULL THEN coalesce(client_address, '') END, extract(epoch FROM server_time)), 'UTF8'))
$$;
COMMENT ON FUNCTION enterprise.change_hash IS
    'The link of the chain: each change''s hash covers the one before it and everything the change says. What a change of '
    'before 0037 lacks is left out, so its hash is what it was (ADR 0058).';

CREATE OR REPLACE FUNCTION enterprise.note_change(object text, key text, before jsonb, after jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    actor CONSTANT text := sync.actor();
    account CONSTANT text := nullif(current_setting('fapiao.account', true), '');
    at CONSTANT timestamptz := sync.clock_timestamp();
    -- what Postgres knows itself, whatever the session says
    role CONSTANT text := session_user;
    address CONSTANT text := host(inet_client_addr());
    served CONSTANT timestamptz := pg_catalog.clock_timestamp();
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('enterprise.change', 0));  -- one after the other: the chain has no forks
    SELECT c.seq, c.hash INTO last FROM enterprise.change AS c ORDER BY c.seq DESC LIMIT 1;
    INSERT INTO enterprise.change (
        seq, object, key, before, after, actor, account, at, session_role, client_address, server_time, hash)
    VALUES (
        coalesce(last.seq, 0) + 1, object, key, before, after, actor, account, at, role, address, served,
        enterprise.change_hash(
            last.hash, coalesce(last.seq, 0) + 1, object, key, before, after, actor, account, at, role, address, served));
END $$;
COMMENT ON FUNCTION enterprise.note_change IS
    'One row of enterprise.change, in the name of the session and beside it who was logged in, from where and when; the triggers '
    'below call it with the rights of the owner.';

CREATE OR REPLACE FUNCTION enterprise.log_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unsaid CONSTANT text[] := '{updated_at,changed_at,changed_by,created_at,created_by,granted_at,granted_by,collected_over,
        collected_since}';
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - unsaid END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - unsaid END;
    whose CONSTANT jsonb := coalesce(after, before);
BEGIN
    IF before IS DISTINCT FROM after THEN
        PERFORM enterprise.note_change(TG_TABLE_NAME::text, (
            SELECT string_agg(whose ->> name, ' ' ORDER BY place) FROM unnest(TG_ARGV) WITH ORDINALITY AS named (name, place)
        ), before, after);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION enterprise.log_change IS
    'A change for every row that came, went or says something else; its arguments are the columns that name the row. The '
    'rights are the owner''s: who may change a right need not be let into its history.';

CREATE OR REPLACE FUNCTION enterprise.log_emptying() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    everything jsonb;
BEGIN
    EXECUTE format('SELECT jsonb_agg(to_jsonb(t)) FROM %I.%I AS t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO everything;
    IF everything IS NOT NULL THEN
        PERFORM enterprise.note_change(TG_TABLE_NAME::text, '*', everything, NULL);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION enterprise.log_emptying IS
    'TRUNCATE leaves its trace too: one change with everything that there was.';

CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.organisation
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('org_code');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.organisation
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.taxpayer
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('taxpayer_no');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.taxpayer
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.account
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('taxpayer_no', 'account');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.account
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.scheme
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('name');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.scheme_scope
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('scheme_id', 'kind', 'code');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme_scope
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
-- Who a scheme serves follows from scope and companies, and is planned by: what somebody writes there by hand leaves its trace.
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.scheme_taxpayer
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('scheme_id', 'taxpayer_no');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme_taxpayer
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.parameter
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('type', 'key');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.parameter
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.permission
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('actor', 'org_code', 'role');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.permission
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON enterprise.auto_selection_rule
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('name');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.auto_selection_rule
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON sync.history_auto_update
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('org_code', 'data_type');
CREATE OR REPLACE TRIGGER emptying_is_kept BEFORE TRUNCATE ON sync.history_auto_update
    FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

CREATE OR REPLACE FUNCTION sync.say_export() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.actor := sync.actor();
    NEW.account := nullif(current_setting('fapiao.account', true), '');
    NEW.at := sync.clock_timestamp();
    RETURN NEW;
END $$;
COMMENT ON FUNCTION sync.say_export IS
    'Who took something out and when is what the session says, never what the statement says; a link of enterprise.change '
    'keeps the row, with who was logged in.';

CREATE OR REPLACE TRIGGER export_is_said BEFORE INSERT ON sync.log_export
    FOR EACH ROW EXECUTE FUNCTION sync.say_export();
CREATE OR REPLACE TRIGGER change_is_kept AFTER INSERT OR UPDATE OR DELETE ON sync.log_export
    FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('export_id');
