-- The schema of the pool, to read: what is in a freshly migrated database, schema by schema, with the comments of its tables and columns.
-- It is made of include/sql/schema (tables, step by step), include/sql/functions, views and comments (their current text), and a test
-- compares it with a database. It is not run by anybody; names may be used before they are defined.
--
-- The machine. Four schemas:
--   enterprise  whose documents are downloaded: companies, accounts, schemes (下载方案), parameters, rights. People write it, by
--               ./fapiao taxpayers, schemes, params, rights and select auto; everything else only reads it.
--   sync        the work: queues, the replies of the bureau, quotas, events. Planning, workers and commands write it; triggers write
--               the events. Codes, quotas and modules are copied from include/rules whenever a pool is opened.
--   pool        the result: documents, lines, every changed column, and what was not stored and why. Merges write it, a company at a
--               time (pool.lock_owner); what a person changes by a statement of his own is logged under his database user.
--   fapiao      views for everybody, with labels. Their names, order and types are a promise; nobody writes here.
--   Beside them, public.fapiao_migration and public.fapiao_definitions list what the runner of migrations applied, and when.
--
-- A task is a row of sync.task: one download of one company, type and window. It is the queue and the log (数据同步日志) at once.
--   1. plan writes it as `pending` under a row of sync.batch; what is left out is a row of sync.skip.
--   2. A worker claims it: claimed_by, claim_no + 1, lease_until. It is due when not_before and not_before_day have come, it waits for
--      no login, and nobody holds a lease that has not run out. Claims skip locked rows, so workers do not wait for each other.
--   3. apply reserves a row of sync.quota_slot, calls the bureau, settles the slot: `downloading` with request_no, or `apply_failed`.
--   4. poll and fetch keep each answer raw in sync.reply, question by question (sync.part): `downloaded`, `no_data` or `download_failed`.
--   5. merge brings the replies into pool.document and its neighbours, in one transaction with the counts: `succeeded`, or
--      `incomplete` / `headers_only` where something is missing.
--   6. A row that must wait is put off (not_before, attempts) and its lease given back; a worker that dies leaves a lease that runs out,
--      and the next claim counts it in broke_workers.
--   7. Final rows never change their status (trigger); a retry is a new row that names the old one in retry_of.
--   8. void_state stands beside the status: 作废 and 终止 are no statuses.
--   Every move leaves a row of sync.task_event, chained by hashes.
--
-- Lease and claim_no. A lease says who may work; the clock decides when it has run out. claim_no is the fencing token: every claim adds
-- one, and whoever settles a row locks it by task_id and claim_no first. A worker that was thought dead finds another number, and leaves
-- the row alone. sync.verification (查验) and sync.selection (勾选) are queues of the same kind.
--
-- Time. Instants are timestamptz, days are days in Asia/Shanghai and come from the caller. Statements ask sync.now(), the beginning of
-- their transaction, and sync.clock_timestamp(), this moment; a session can set `fapiao.now` and turn both, which tests do.
--
-- To change something: CONTRIBUTING.md, "The pool's schema".

-- From here on written by docs/make_schema.py.

CREATE SCHEMA enterprise;

-- 数电账号; account_type is the 默认业务: 收票, 开票, or both.
CREATE TABLE enterprise.account (
    taxpayer_no text NOT NULL,
    account text NOT NULL,
    account_type text DEFAULT 'receive' NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    login text DEFAULT 'manual' NOT NULL,
    updated_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT account_account_check CHECK ((account <> '')),
    CONSTRAINT account_account_type_check CHECK ((account_type = ANY (ARRAY['receive', 'issue', 'both']))),
    CONSTRAINT account_login_check CHECK ((login = ANY (ARRAY['auto', 'manual'])))
);
ALTER TABLE ONLY enterprise.account ADD CONSTRAINT account_pkey PRIMARY KEY (taxpayer_no, account);
ALTER TABLE ONLY enterprise.account ADD CONSTRAINT one_default_for_issuing EXCLUDE USING btree (taxpayer_no WITH =) WHERE ((is_default AND (account_type = ANY (ARRAY['issue', 'both'])))) DEFERRABLE;
ALTER TABLE ONLY enterprise.account ADD CONSTRAINT one_default_for_receiving EXCLUDE USING btree (taxpayer_no WITH =) WHERE ((is_default AND (account_type = ANY (ARRAY['receive', 'both'])))) DEFERRABLE;
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.account FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('taxpayer_no', 'account');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.account FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
ALTER TABLE ONLY enterprise.account ADD CONSTRAINT account_taxpayer_no_fkey FOREIGN KEY (taxpayer_no) REFERENCES enterprise.taxpayer(taxpayer_no) ON DELETE CASCADE;

-- 自动抵扣勾选配置 (R222): a document goes to the first rule, by priority and name, whose conditions it meets. An empty list
-- and a missing bound are no condition; amounts are 税款金额 in yuan, dates are days in Asia/Shanghai.
CREATE TABLE enterprise.auto_selection_rule (
    name text NOT NULL,
    priority integer DEFAULT 100 NOT NULL,
    enabled boolean DEFAULT false NOT NULL,
    action text NOT NULL,
    organisations text[] DEFAULT '{}'::text[] NOT NULL,
    invoice_types text[] DEFAULT '{customs}'::text[] NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    amount_from numeric,
    amount_to numeric,
    issued_from date,
    issued_to date,
    reason text,
    reason_text text,
    changed_by text NOT NULL,
    changed_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT auto_selection_rule_action_check CHECK ((action = ANY (ARRAY['preselect', 'select']))),
    CONSTRAINT auto_selection_rule_invoice_types_check CHECK ((cardinality(invoice_types) > 0)),
    CONSTRAINT auto_selection_rule_name_check CHECK ((name <> '')),
    CONSTRAINT auto_selection_rule_priority_check CHECK ((priority >= 0)),
    CONSTRAINT auto_selection_rule_reason_check CHECK ((reason = ANY (ARRAY['1', '2', '3', '4', '5']))),
    CONSTRAINT other_is_explained CHECK (((reason IS DISTINCT FROM '5') OR (reason_text <> '')))
);
ALTER TABLE ONLY enterprise.auto_selection_rule ADD CONSTRAINT auto_selection_rule_pkey PRIMARY KEY (name);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.auto_selection_rule FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('name');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.auto_selection_rule FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

-- Every change of rights, basics, schemes, parameters, rules of 自动抵扣勾选 and monthly updates, before and after, and
-- every export, with who made it by his own word and who was logged in: written by trigger, chained by hashes, and
-- never changed.
CREATE TABLE enterprise.change (
    seq bigint NOT NULL,
    object text NOT NULL,
    key text NOT NULL,
    before jsonb,
    after jsonb,
    actor text NOT NULL,
    account text,
    at timestamptz NOT NULL,
    hash bytea NOT NULL,
    session_role text,
    client_address text,
    server_time timestamptz,
    CONSTRAINT change_says_something CHECK ((before IS DISTINCT FROM after))
);
ALTER TABLE ONLY enterprise.change ADD CONSTRAINT change_pkey PRIMARY KEY (seq);
CREATE INDEX change_by_object ON enterprise.change USING btree (object, key, seq);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON enterprise.change FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- 核算组织. Without a tax number of its own it is downloaded for by the one above it (R038).
CREATE TABLE enterprise.organisation (
    org_code text NOT NULL,
    org_name text,
    updated_at timestamptz DEFAULT sync.now() NOT NULL,
    parent_org_code text,
    CONSTRAINT not_its_own_parent CHECK ((parent_org_code <> org_code)),
    CONSTRAINT organisation_org_code_check CHECK ((org_code <> ''))
);
ALTER TABLE ONLY enterprise.organisation ADD CONSTRAINT organisation_pkey PRIMARY KEY (org_code);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.organisation FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('org_code');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.organisation FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
ALTER TABLE ONLY enterprise.organisation ADD CONSTRAINT organisation_parent_org_code_fkey FOREIGN KEY (parent_org_code) REFERENCES enterprise.organisation(org_code);

-- invsm_param_configuration: 配置项类型, 配置项key, 配置项值.
CREATE TABLE enterprise.parameter (
    type text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    changed_at timestamptz DEFAULT sync.now() NOT NULL,
    changed_by text DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT parameter_key_check CHECK ((key <> '')),
    CONSTRAINT parameter_type_check CHECK ((type <> ''))
);
ALTER TABLE ONLY enterprise.parameter ADD CONSTRAINT parameter_pkey PRIMARY KEY (type, key);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.parameter FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('type', 'key');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.parameter FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

-- Who may do what for which 核算组织; '*' is every organisation. No row at all: everybody may do everything.
CREATE TABLE enterprise.permission (
    actor text NOT NULL,
    org_code text NOT NULL,
    role text NOT NULL,
    granted_at timestamptz DEFAULT sync.now() NOT NULL,
    granted_by text NOT NULL,
    CONSTRAINT permission_actor_check CHECK ((actor <> '')),
    CONSTRAINT permission_org_code_check CHECK ((org_code <> '')),
    CONSTRAINT permission_role_check CHECK ((role <> ''))
);
ALTER TABLE ONLY enterprise.permission ADD CONSTRAINT permission_pkey PRIMARY KEY (actor, org_code, role);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.permission FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('actor', 'org_code', 'role');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.permission FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

-- 下载方案, asked for from its start date to its end date, or for ever (A-52); a deleted one keeps its row, so that the
-- log can name it (R067).
CREATE TABLE enterprise.scheme (
    scheme_id bigint NOT NULL,
    name text NOT NULL,
    download_types text[] NOT NULL,
    invoice_types text[] NOT NULL,
    start_date date NOT NULL,
    frequency smallint[] DEFAULT '{5,10,15,20,26}'::smallint[] NOT NULL,
    layout_files boolean DEFAULT false NOT NULL,
    status_mode text DEFAULT 'update_only' NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    updated_at timestamptz DEFAULT sync.now() NOT NULL,
    deleted_at timestamptz,
    end_date date,
    CONSTRAINT deleted_is_disabled CHECK (((deleted_at IS NULL) OR (NOT enabled))),
    CONSTRAINT scheme_days_are_ordered CHECK ((start_date <= end_date)),
    CONSTRAINT scheme_download_types_check CHECK (((cardinality(download_types) > 0) AND (download_types <@ ARRAY['input_full', 'output_full', 'input_status', 'input_incremental', 'unselected_init', 'input_files']))),
    CONSTRAINT scheme_frequency_check CHECK ((((cardinality(frequency) >= 1) AND (cardinality(frequency) <= 5)) AND (0 <> ALL (frequency)) AND ('-1'::integer <= ALL (frequency)) AND (31 >= ALL (frequency)))),
    CONSTRAINT scheme_invoice_types_check CHECK ((cardinality(invoice_types) > 0)),
    CONSTRAINT scheme_name_check CHECK ((name <> '')),
    CONSTRAINT scheme_status_mode_check CHECK ((status_mode = ANY (ARRAY['verify_and_store', 'update_only', 'verify_to_cache'])))
);
ALTER TABLE enterprise.scheme ALTER COLUMN scheme_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY enterprise.scheme ADD CONSTRAINT scheme_pkey PRIMARY KEY (scheme_id);
CREATE INDEX scheme_enabled ON enterprise.scheme USING btree (scheme_id) WHERE (enabled AND (deleted_at IS NULL));
CREATE UNIQUE INDEX scheme_name ON enterprise.scheme USING btree (name) WHERE (deleted_at IS NULL);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.scheme FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('name');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

-- 适用组织 as it was said: everybody, an organisation, a tax number.
CREATE TABLE enterprise.scheme_scope (
    scheme_id bigint NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    CONSTRAINT scheme_scope_kind_check CHECK ((kind = ANY (ARRAY['all', 'organisation', 'taxpayer'])))
);
ALTER TABLE ONLY enterprise.scheme_scope ADD CONSTRAINT scheme_scope_pkey PRIMARY KEY (scheme_id, kind, code);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.scheme_scope FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('scheme_id', 'kind', 'code');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme_scope FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
ALTER TABLE ONLY enterprise.scheme_scope ADD CONSTRAINT scheme_scope_scheme_id_fkey FOREIGN KEY (scheme_id) REFERENCES enterprise.scheme(scheme_id) ON DELETE CASCADE;

-- 适用组织 as it comes out: the tax numbers of a scheme, kept up to date with every load.
CREATE TABLE enterprise.scheme_taxpayer (
    scheme_id bigint NOT NULL,
    taxpayer_no text NOT NULL
);
ALTER TABLE ONLY enterprise.scheme_taxpayer ADD CONSTRAINT scheme_taxpayer_pkey PRIMARY KEY (scheme_id, taxpayer_no);
CREATE INDEX scheme_taxpayer_by_taxpayer ON enterprise.scheme_taxpayer USING btree (taxpayer_no);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.scheme_taxpayer FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('scheme_id', 'taxpayer_no');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.scheme_taxpayer FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
ALTER TABLE ONLY enterprise.scheme_taxpayer ADD CONSTRAINT scheme_taxpayer_scheme_id_fkey FOREIGN KEY (scheme_id) REFERENCES enterprise.scheme(scheme_id) ON DELETE CASCADE;
ALTER TABLE ONLY enterprise.scheme_taxpayer ADD CONSTRAINT scheme_taxpayer_taxpayer_no_fkey FOREIGN KEY (taxpayer_no) REFERENCES enterprise.taxpayer(taxpayer_no) ON DELETE CASCADE;

-- 企业信息: one row per 税号; channel is the 收票通道.
CREATE TABLE enterprise.taxpayer (
    taxpayer_no text NOT NULL,
    name text NOT NULL,
    org_code text,
    channel text NOT NULL,
    company_type text DEFAULT 'general' NOT NULL,
    leqi_id text,
    leqi_authorised_on date,
    selection_channel text,
    country text,
    bureau_city_code text,
    bureau_city text,
    updated_at timestamptz DEFAULT sync.now() NOT NULL,
    collected_over text,
    collected_since timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT taxpayer_channel_check CHECK ((channel = ANY (ARRAY['etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino']))),
    CONSTRAINT taxpayer_company_type_check CHECK ((company_type = ANY (ARRAY['general', 'small_scale']))),
    CONSTRAINT taxpayer_leqi_id_check CHECK ((leqi_id <> '')),
    CONSTRAINT taxpayer_name_check CHECK ((name <> '')),
    CONSTRAINT taxpayer_selection_channel_check CHECK ((selection_channel = ANY (ARRAY['etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino']))),
    CONSTRAINT taxpayer_taxpayer_no_check CHECK ((taxpayer_no ~ '^[0-9A-Z]{15,20}$'))
);
ALTER TABLE ONLY enterprise.taxpayer ADD CONSTRAINT taxpayer_pkey PRIMARY KEY (taxpayer_no);
CREATE INDEX taxpayer_by_channel ON enterprise.taxpayer USING btree (channel, taxpayer_no);
CREATE INDEX taxpayer_by_org ON enterprise.taxpayer USING btree (org_code);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON enterprise.taxpayer FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('taxpayer_no');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON enterprise.taxpayer FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();
ALTER TABLE ONLY enterprise.taxpayer ADD CONSTRAINT taxpayer_org_code_fkey FOREIGN KEY (org_code) REFERENCES enterprise.organisation(org_code);

-- The link of the chain: each change's hash covers the one before it and everything the change says. What a change of
-- before 0037 lacks is left out, so its hash is what it was (ADR 0058).
CREATE FUNCTION enterprise.change_hash(previous bytea, seq bigint, object text, key text, before jsonb, after jsonb, actor text, account text, at timestamptz, session_role text, client_address text, server_time timestamptz) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(concat_ws(E'\x1f', seq, object, key, coalesce(before::text, ''),
        coalesce(after::text, ''), actor, coalesce(account, ''), extract(epoch FROM at), session_role,
        CASE WHEN session_role IS NOT NULL THEN coalesce(client_address, '') END, extract(epoch FROM server_time)), 'UTF8'))
$$;

-- A change for every row that came, went or says something else; its arguments are the columns that name the row. The
-- rights are the owner's: who may change a right need not be let into its history.
CREATE FUNCTION enterprise.log_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

-- TRUNCATE leaves its trace too: one change with everything that there was.
CREATE FUNCTION enterprise.log_emptying() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    everything jsonb;
BEGIN
    EXECUTE format('SELECT jsonb_agg(to_jsonb(t)) FROM %I.%I AS t', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO everything;
    IF everything IS NOT NULL THEN
        PERFORM enterprise.note_change(TG_TABLE_NAME::text, '*', everything, NULL);
    END IF;
    RETURN NULL;
END $$;

-- One row of enterprise.change, in the name of the session and beside it who was logged in, from where and when; the
-- triggers below call it with the rights of the owner.
CREATE FUNCTION enterprise.note_change(object text, key text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

-- rim_leqi_collect / 税号 / 1: 下票用乐企通道，勾选用电子税局通道（RPA） (R147).
CREATE VIEW enterprise.effective_channel AS
 SELECT t.taxpayer_no,
        CASE
            WHEN (p.value = '1') THEN 'leqi'
            ELSE t.channel
        END AS download_channel,
        CASE
            WHEN (p.value = '1') THEN 'etax'
            ELSE COALESCE(t.selection_channel, t.channel)
        END AS selection_channel
   FROM (enterprise.taxpayer t
     LEFT JOIN enterprise.parameter p ON (((p.type = 'rim_leqi_collect') AND (p.key = t.taxpayer_no))));

-- Taxpayers whose 收票通道 is the bureau's web and who have no default account for receiving; no scheme may hold one
-- (R076).
CREATE VIEW enterprise.without_receiving_account AS
 SELECT taxpayer_no
   FROM enterprise.effective_channel e
  WHERE ((download_channel = 'etax') AND (NOT (EXISTS ( SELECT
           FROM enterprise.account a
          WHERE ((a.taxpayer_no = e.taxpayer_no) AND a.is_default AND (a.account_type = ANY (ARRAY['receive', 'both'])))))));

CREATE SCHEMA sync;

CREATE SEQUENCE sync.serial
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

-- Documents that a header collection captured first and that still wait for their lines (A-08).
CREATE TABLE sync.awaited_lines (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    task_id bigint NOT NULL
);
ALTER TABLE ONLY sync.awaited_lines ADD CONSTRAINT awaited_lines_pkey PRIMARY KEY (taxpayer_no, direction, document_key, task_id);
CREATE INDEX awaited_lines_of_task ON sync.awaited_lines USING btree (task_id);
ALTER TABLE ONLY sync.awaited_lines ADD CONSTRAINT awaited_lines_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- One planning of one DAG for one day, or one submission of a person; its number is the parent batch of the rows it
-- planned.
CREATE TABLE sync.batch (
    batch_no text DEFAULT sync.new_batch_no(nextval('sync.serial'::regclass)) NOT NULL,
    dag_id text NOT NULL,
    run_id text NOT NULL,
    day date NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    planned integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY sync.batch ADD CONSTRAINT batch_dag_id_run_id_key UNIQUE (dag_id, run_id);
ALTER TABLE ONLY sync.batch ADD CONSTRAINT batch_pkey PRIMARY KEY (batch_no);

-- Which kind of bureau fills this pool, real or rehearsal: decided by its first fill, and then for good (A-54).
-- Binding is a word that holds although nothing came yet: the demo has loaded its invented companies.
CREATE TABLE sync.bureau (
    only_row boolean DEFAULT true NOT NULL,
    kind text NOT NULL,
    evidence text NOT NULL,
    binding boolean DEFAULT false NOT NULL,
    decided_by text DEFAULT sync.actor() NOT NULL,
    decided_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT bureau_kind_check CHECK ((kind = ANY (ARRAY['real', 'rehearsal']))),
    CONSTRAINT bureau_only_row_check CHECK (only_row)
);
ALTER TABLE ONLY sync.bureau ADD CONSTRAINT bureau_pkey PRIMARY KEY (only_row);
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.bureau FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- The day the newest run worked for; the quota board says "today" of that day, so a rehearsal reads as a real day
-- does.
CREATE TABLE sync.business_day (
    only_row boolean DEFAULT true NOT NULL,
    day date NOT NULL,
    CONSTRAINT business_day_only_row_check CHECK (only_row)
);
ALTER TABLE ONLY sync.business_day ADD CONSTRAINT business_day_pkey PRIMARY KEY (only_row);

-- Labels of codes, copied from include/rules/statuses.yaml whenever a pool is opened; the YAML stays the source.
CREATE TABLE sync.code_label (
    kind text NOT NULL,
    code text NOT NULL,
    label text NOT NULL
);
ALTER TABLE ONLY sync.code_label ADD CONSTRAINT code_label_pkey PRIMARY KEY (kind, code);

-- 自动更新: whose last month is updated on the 5th, and what of it; '*' is everybody (全局共享). One row, whoever asks (R279).
CREATE TABLE sync.history_auto_update (
    org_code text NOT NULL,
    data_type text NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    entrance text NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT history_auto_update_data_type_check CHECK ((data_type = ANY (ARRAY['details', 'usage']))),
    CONSTRAINT history_auto_update_entrance_check CHECK ((entrance = ANY (ARRAY['automation', 'history_page']))),
    CONSTRAINT history_auto_update_org_code_check CHECK ((org_code <> ''))
);
ALTER TABLE ONLY sync.history_auto_update ADD CONSTRAINT history_auto_update_pkey PRIMARY KEY (org_code, data_type);
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON sync.history_auto_update FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('org_code', 'data_type');
CREATE TRIGGER emptying_is_kept BEFORE TRUNCATE ON sync.history_auto_update FOR EACH STATEMENT EXECUTE FUNCTION enterprise.log_emptying();

-- 历史发票数据同步: one import task per tax number and submission, or per file; its subtasks are rows of sync.task.
CREATE TABLE sync.history_batch (
    batch_no text DEFAULT sync.new_batch_no(nextval('sync.serial'::regclass)) NOT NULL,
    parent_batch_no text NOT NULL,
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    data_type text NOT NULL,
    method text DEFAULT 'bureau_download' NOT NULL,
    channel text,
    invoice_types text[] NOT NULL,
    first_month date,
    last_month date,
    created_by text NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT download_has_channel_and_months CHECK (((method = 'bureau_file') OR (num_nulls(channel, first_month, last_month) = 0))),
    CONSTRAINT file_has_neither CHECK (((method = 'bureau_download') OR (num_nonnulls(channel, first_month, last_month) = 0))),
    CONSTRAINT history_batch_channel_check CHECK ((channel = ANY (ARRAY['etax', 'leqi']))),
    CONSTRAINT history_batch_data_type_check CHECK ((data_type = ANY (ARRAY['details', 'usage']))),
    CONSTRAINT history_batch_invoice_types_check CHECK ((cardinality(invoice_types) > 0)),
    CONSTRAINT method_is_known CHECK ((method = ANY (ARRAY['bureau_download', 'bureau_file']))),
    CONSTRAINT months_are_ordered CHECK ((first_month <= last_month))
);
ALTER TABLE ONLY sync.history_batch ADD CONSTRAINT history_batch_pkey PRIMARY KEY (batch_no);
CREATE UNIQUE INDEX one_task_a_tax_number ON sync.history_batch USING btree (parent_batch_no, taxpayer_no, data_type) WHERE (method = 'bureau_download');
ALTER TABLE ONLY sync.history_batch ADD CONSTRAINT history_batch_parent_batch_no_fkey FOREIGN KEY (parent_batch_no) REFERENCES sync.batch(batch_no);

-- The files of an import (导入电子税局文件); their bytes lie in the file store under their hash, and lay there before anyone
-- parsed them.
CREATE TABLE sync.import_file (
    task_id bigint NOT NULL,
    file_no integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    uploaded_as text NOT NULL,
    uploaded_sha256 text NOT NULL,
    CONSTRAINT import_file_file_no_check CHECK ((file_no > 0)),
    CONSTRAINT import_file_name_check CHECK ((name <> '')),
    CONSTRAINT import_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$')),
    CONSTRAINT import_file_size_check CHECK ((size > 0))
);
ALTER TABLE ONLY sync.import_file ADD CONSTRAINT import_file_pkey PRIMARY KEY (task_id, file_no);
CREATE INDEX import_file_by_hash ON sync.import_file USING btree (sha256);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.import_file FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
ALTER TABLE ONLY sync.import_file ADD CONSTRAINT import_file_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- What became of every row of a file, in the order of the file. Append-only.
CREATE TABLE sync.import_verdict (
    task_id bigint NOT NULL,
    file_no integer NOT NULL,
    sheet text NOT NULL,
    row_no integer NOT NULL,
    document_key text,
    verdict text NOT NULL,
    sentence text,
    CONSTRAINT import_verdict_verdict_check CHECK ((verdict = ANY (ARRAY['inserted', 'updated', 'unchanged', 'skipped', 'rejected', 'quarantined'])))
);
CREATE INDEX import_verdict_of_task ON sync.import_verdict USING btree (task_id, file_no, row_no);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.import_verdict FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
CREATE TRIGGER verdicts_have_a_file AFTER INSERT ON sync.import_verdict REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_verdicts_without_file();

-- 导出: who took what out, and how many rows; who and when is written by trigger. Append-only.
CREATE TABLE sync.log_export (
    export_id bigint NOT NULL,
    actor text NOT NULL,
    filter jsonb NOT NULL,
    rows integer NOT NULL,
    at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    file text,
    sha256 text,
    account text DEFAULT NULLIF(current_setting('fapiao.account', true), ''),
    CONSTRAINT log_export_rows_check CHECK ((rows >= 0)),
    CONSTRAINT log_export_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'))
);
ALTER TABLE sync.log_export ALTER COLUMN export_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.log_export ADD CONSTRAINT log_export_pkey PRIMARY KEY (export_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.log_export FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
CREATE TRIGGER change_is_kept AFTER INSERT OR DELETE OR UPDATE ON sync.log_export FOR EACH ROW EXECUTE FUNCTION enterprise.log_change('export_id');
CREATE TRIGGER export_is_said BEFORE INSERT ON sync.log_export FOR EACH ROW EXECUTE FUNCTION sync.say_export();

-- An account and city that a person must log in at 电子税局; rows wait behind it without losing an attempt.
CREATE TABLE sync.login_request (
    login_request_id bigint NOT NULL,
    channel text NOT NULL,
    account text NOT NULL,
    city_code text NOT NULL,
    taxpayer_no text NOT NULL,  -- Through whom the state is asked: one login serves every tax number of account and city.
    url text,
    reason text NOT NULL,
    asked_at timestamptz DEFAULT sync.now() NOT NULL,
    next_check timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by text,
    CONSTRAINT answered_is_whole CHECK ((num_nonnulls(answered_at, answered_by) = ANY (ARRAY[0, 2])))
);
ALTER TABLE sync.login_request ALTER COLUMN login_request_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.login_request ADD CONSTRAINT login_request_pkey PRIMARY KEY (login_request_id);
CREATE UNIQUE INDEX login_request_open ON sync.login_request USING btree (channel, account, city_code) WHERE (answered_at IS NULL);

-- 所属模块 of a job, copied from include/rules/modules.yaml; the one of job '' is for every other job.
CREATE TABLE sync.module (
    job text NOT NULL,
    code text NOT NULL,
    name text NOT NULL
);
ALTER TABLE ONLY sync.module ADD CONSTRAINT module_pkey PRIMARY KEY (job);

-- One question of a task to the bureau: a package series, a collection day, a month of recognitions, a handful of
-- invoices.
CREATE TABLE sync.part (
    task_id bigint NOT NULL,
    part_no integer NOT NULL,
    argument jsonb NOT NULL,
    announced integer,
    stored integer DEFAULT 0 NOT NULL,
    cursor text,
    done boolean DEFAULT false NOT NULL
);
ALTER TABLE ONLY sync.part ADD CONSTRAINT part_pkey PRIMARY KEY (task_id, part_no);
ALTER TABLE ONLY sync.part ADD CONSTRAINT part_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- Every tick of a DAG that was planned, or left out for good: what the calendar names and is not here was missed.
CREATE TABLE sync.planned_tick (
    dag_id text NOT NULL,
    tick text NOT NULL,  -- The day, with its time where the job fires several times a day.
    day date NOT NULL,
    batch_no text,  -- The planning; empty: the tick was left out.
    late text DEFAULT '' NOT NULL,  -- Why it was planned after its time, or left out; empty: in time.
    noted_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT planned_or_left_out CHECK (((batch_no IS NOT NULL) OR (late <> '')))
);
ALTER TABLE ONLY sync.planned_tick ADD CONSTRAINT planned_tick_pkey PRIMARY KEY (dag_id, tick);
ALTER TABLE ONLY sync.planned_tick ADD CONSTRAINT planned_tick_batch_no_fkey FOREIGN KEY (batch_no) REFERENCES sync.batch(batch_no);

-- Quotas, copied from include/rules/quotas.yaml.
CREATE TABLE sync.quota_limit (
    channel text NOT NULL,
    counter text NOT NULL,
    daily integer,
    current_month integer,
    past_month integer
);
ALTER TABLE ONLY sync.quota_limit ADD CONSTRAINT quota_limit_pkey PRIMARY KEY (channel, counter);

-- 申请次数: one row per application that was, may have been, or is about to be counted by the bureau.
CREATE TABLE sync.quota_slot (
    slot_id bigint NOT NULL,
    taxpayer_no text NOT NULL,
    channel text NOT NULL,
    counter text NOT NULL,
    direction text NOT NULL,
    document text NOT NULL,
    invoice_type text NOT NULL,
    issue_month date NOT NULL,
    day date NOT NULL,
    state text NOT NULL,
    task_id bigint,
    reserved_at timestamptz DEFAULT sync.now() NOT NULL,
    settled_at timestamptz,
    CONSTRAINT own_slot_has_a_task CHECK (((state = 'foreign') OR (task_id IS NOT NULL))),
    CONSTRAINT quota_slot_issue_month_check CHECK ((issue_month = date_trunc('month', (issue_month)::timestamptz))),
    CONSTRAINT quota_slot_state_check CHECK ((state = ANY (ARRAY['reserved', 'consumed', 'released', 'unknown', 'foreign']))),
    CONSTRAINT settled_has_its_instant CHECK (((state = 'reserved') = (settled_at IS NULL)))
);
ALTER TABLE sync.quota_slot ALTER COLUMN slot_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.quota_slot ADD CONSTRAINT quota_slot_pkey PRIMARY KEY (slot_id);
CREATE INDEX quota_slot_by_task ON sync.quota_slot USING btree (task_id);
CREATE UNIQUE INDEX quota_slot_reserved_once ON sync.quota_slot USING btree (task_id, issue_month) WHERE (state = 'reserved');
CREATE INDEX quota_slot_used ON sync.quota_slot USING btree (taxpayer_no, channel, counter, direction, invoice_type, issue_month, day) WHERE (state <> 'released');
ALTER TABLE ONLY sync.quota_slot ADD CONSTRAINT quota_slot_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- Every answer that carried rows, as it was after decryption, before anyone parsed it. Append-only.
CREATE TABLE sync.reply (
    reply_id bigint NOT NULL,
    task_id bigint NOT NULL,
    generation smallint NOT NULL,
    part_no integer NOT NULL,
    package_no integer NOT NULL,
    row_count integer NOT NULL,
    received_at timestamptz DEFAULT sync.now() NOT NULL,
    observed_at timestamptz NOT NULL,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea NOT NULL,
    CONSTRAINT reply_row_count_check CHECK ((row_count >= 0))
);
ALTER TABLE sync.reply ALTER COLUMN reply_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.reply ADD CONSTRAINT reply_pkey PRIMARY KEY (reply_id);
ALTER TABLE ONLY sync.reply ADD CONSTRAINT reply_task_id_generation_part_no_package_no_key UNIQUE (task_id, generation, part_no, package_no);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.reply FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
ALTER TABLE ONLY sync.reply ADD CONSTRAINT reply_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- 勾选: the queue of requests, each an operation over documents of one tax number, or over the tax number itself (统计表).
CREATE TABLE sync.selection (
    selection_id bigint NOT NULL,
    batch_no text DEFAULT sync.new_batch_no(nextval('sync.serial'::regclass)) NOT NULL,
    parent_batch_no text NOT NULL,
    part_no smallint DEFAULT 1 NOT NULL,
    operation text NOT NULL,
    surface text NOT NULL,
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    channel text NOT NULL,
    account text,
    city_code text,
    status text DEFAULT 'unprocessed' NOT NULL,
    tax_period text,
    document_count integer NOT NULL,
    succeeded_count integer DEFAULT 0 NOT NULL,
    failed_count integer DEFAULT 0 NOT NULL,
    error_code text,
    error_message text,
    advice text,
    request_no text,
    holdings_no text,
    sent_at timestamptz,  -- Written before the upload leaves: without request_no nobody knows whether it arrived.
    applied_at timestamptz,
    observed_at timestamptz,
    finished_at timestamptz,
    not_before timestamptz,
    polls integer DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    claimed_by text,
    claim_no integer DEFAULT 0 NOT NULL,
    lease_until timestamptz,
    login_request_id bigint,
    retry_of bigint,
    created_by text DEFAULT sync.actor() NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    broke_workers smallint DEFAULT 0 NOT NULL,  -- Workers that ended over this request; after three it is set aside.
    waits integer DEFAULT 0 NOT NULL,  -- Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).
    waiting_since timestamptz,  -- When the first of them was.
    CONSTRAINT counts_balance CHECK (
CASE
    WHEN (finished_at IS NULL) THEN ((succeeded_count + failed_count) <= document_count)
    ELSE ((succeeded_count + failed_count) = document_count)
END),
    CONSTRAINT failure_says_why CHECK (((status <> 'failed') OR ((error_code IS NOT NULL) AND (error_message IS NOT NULL)))),
    CONSTRAINT final_has_its_instant CHECK (((status = ANY (ARRAY['succeeded', 'failed'])) = (finished_at IS NOT NULL))),
    CONSTRAINT number_has_its_instants CHECK (((num_nonnulls(request_no, applied_at) = ANY (ARRAY[0, 2])) AND ((request_no IS NULL) OR (sent_at IS NOT NULL)))),
    CONSTRAINT processing_has_its_number CHECK (((status <> 'processing') OR (request_no IS NOT NULL))),
    CONSTRAINT selection_channel_check CHECK ((channel = ANY (ARRAY['etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino']))),
    CONSTRAINT selection_document_count_check CHECK ((document_count >= 0)),
    CONSTRAINT selection_failed_count_check CHECK ((failed_count >= 0)),
    CONSTRAINT selection_operation_check CHECK ((operation = ANY (ARRAY['not_deduct', 'undo_not_deduct', 'preselect', 'undo_preselect', 'make_statistics', 'undo_statistics', 'confirm_statistics']))),
    CONSTRAINT selection_part_no_check CHECK ((part_no >= 1)),
    CONSTRAINT selection_polls_check CHECK ((polls >= 0)),
    CONSTRAINT selection_status_check CHECK ((status = ANY (ARRAY['unprocessed', 'processing', 'succeeded', 'failed']))),
    CONSTRAINT selection_succeeded_count_check CHECK ((succeeded_count >= 0)),
    CONSTRAINT selection_surface_check CHECK ((surface = ANY (ARRAY['interactive', 'import', 'api', 'retry', 'scheduled']))),
    CONSTRAINT selection_tax_period_check CHECK ((tax_period ~ '^[0-9]{6}$')),
    CONSTRAINT success_is_whole CHECK (((status <> 'succeeded') OR (failed_count = 0))),
    CONSTRAINT success_was_sent CHECK (((status <> 'succeeded') OR (sent_at IS NOT NULL) OR (operation = ANY (ARRAY['preselect', 'undo_preselect'])))),
    CONSTRAINT unprocessed_has_none CHECK (((status <> 'unprocessed') OR (request_no IS NULL)))
);
ALTER TABLE sync.selection ALTER COLUMN selection_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.selection ADD CONSTRAINT one_request_a_part UNIQUE (parent_batch_no, taxpayer_no, operation, part_no);
ALTER TABLE ONLY sync.selection ADD CONSTRAINT selection_batch_no_key UNIQUE (batch_no);
ALTER TABLE ONLY sync.selection ADD CONSTRAINT selection_pkey PRIMARY KEY (selection_id);
CREATE INDEX selection_finished ON sync.selection USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX selection_of_taxpayer ON sync.selection USING btree (taxpayer_no, selection_id);
CREATE INDEX selection_open ON sync.selection USING btree (selection_id) WHERE (status = ANY (ARRAY['unprocessed', 'processing']));
CREATE UNIQUE INDEX selection_retried_once ON sync.selection USING btree (retry_of) WHERE (retry_of IS NOT NULL);
CREATE INDEX selection_waiting_for_login ON sync.selection USING btree (login_request_id) WHERE (login_request_id IS NOT NULL);
CREATE TRIGGER keep_final_rows BEFORE UPDATE OF status ON sync.selection FOR EACH ROW WHEN (((old.finished_at IS NOT NULL) AND (new.status IS DISTINCT FROM old.status))) EXECUTE FUNCTION sync.keep_final_selections();
CREATE TRIGGER log_changed_selections AFTER UPDATE ON sync.selection REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_changed_selections();
CREATE TRIGGER log_new_selections AFTER INSERT ON sync.selection REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_new_selections();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.selection FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
CREATE TRIGGER note_change AFTER UPDATE OF succeeded_count ON sync.selection FOR EACH ROW WHEN ((new.succeeded_count > old.succeeded_count)) EXECUTE FUNCTION sync.note_selection_change();
CREATE TRIGGER note_new_change AFTER INSERT ON sync.selection FOR EACH ROW WHEN ((new.succeeded_count > 0)) EXECUTE FUNCTION sync.note_selection_change();
ALTER TABLE ONLY sync.selection ADD CONSTRAINT selection_login_request_id_fkey FOREIGN KEY (login_request_id) REFERENCES sync.login_request(login_request_id);
ALTER TABLE ONLY sync.selection ADD CONSTRAINT selection_parent_batch_no_fkey FOREIGN KEY (parent_batch_no) REFERENCES sync.batch(batch_no);
ALTER TABLE ONLY sync.selection ADD CONSTRAINT selection_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES sync.selection(selection_id);

-- 日志 of a request: written by trigger, chained as the events of a task are, and never changed.
CREATE TABLE sync.selection_event (
    selection_id bigint NOT NULL,
    seq integer NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    hash bytea NOT NULL,
    account text DEFAULT NULLIF(current_setting('fapiao.account', true), ''),
    session_role text DEFAULT SESSION_USER
);
ALTER TABLE ONLY sync.selection_event ADD CONSTRAINT selection_event_pkey PRIMARY KEY (selection_id, seq);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.selection_event FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- One document of a request: what was wished for it, what the pool said of it before and after, and the bureau's own
-- words.
CREATE TABLE sync.selection_item (
    selection_id bigint NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    reason text,
    reason_text text,
    status_before text,
    status_after text,
    state text DEFAULT 'open' NOT NULL,
    result_code text,
    result_text text,
    tax_period text,
    settled_at timestamptz,
    CONSTRAINT failure_says_why CHECK (((state <> 'failed') OR ((result_code IS NOT NULL) AND (result_text IS NOT NULL)))),
    CONSTRAINT final_has_its_instant CHECK (((state = 'open') = (settled_at IS NULL))),
    CONSTRAINT selection_item_reason_check CHECK ((reason = ANY (ARRAY['1', '2', '3', '4', '5']))),
    CONSTRAINT selection_item_state_check CHECK ((state = ANY (ARRAY['open', 'succeeded', 'failed']))),
    CONSTRAINT success_says_what_is_now CHECK (((state <> 'succeeded') OR (status_after IS NOT NULL)))
);
ALTER TABLE ONLY sync.selection_item ADD CONSTRAINT selection_item_pkey PRIMARY KEY (selection_id, document_key);
CREATE INDEX selection_item_of_document ON sync.selection_item USING btree (document_key, selection_id);
CREATE UNIQUE INDEX selection_item_open_once ON sync.selection_item USING btree (taxpayer_no, document_key) WHERE (state = 'open');
CREATE TRIGGER keep_settled_items BEFORE UPDATE ON sync.selection_item FOR EACH ROW WHEN ((old.state <> 'open')) EXECUTE FUNCTION sync.keep_settled_items();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.selection_item FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
ALTER TABLE ONLY sync.selection_item ADD CONSTRAINT selection_item_selection_id_fkey FOREIGN KEY (selection_id) REFERENCES sync.selection(selection_id);

-- What the calendar named and the plan left out, with the reason: not due is silence, everything else is a row.
CREATE TABLE sync.skip (
    skip_id bigint NOT NULL,
    parent_batch_no text NOT NULL,
    dag_id text NOT NULL,
    rule text NOT NULL,
    tick text NOT NULL,
    scheme_id bigint,
    taxpayer_no text,
    channel text NOT NULL,
    direction text NOT NULL,
    document text NOT NULL,
    invoice_type text,
    window_start date,
    window_end date,
    reason_code text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL
);
ALTER TABLE sync.skip ALTER COLUMN skip_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.skip ADD CONSTRAINT skip_dag_id_rule_tick_scheme_id_taxpayer_no_direction_docum_key UNIQUE NULLS NOT DISTINCT (dag_id, rule, tick, scheme_id, taxpayer_no, direction, document, invoice_type, window_start, reason_code);
ALTER TABLE ONLY sync.skip ADD CONSTRAINT skip_pkey PRIMARY KEY (skip_id);
ALTER TABLE ONLY sync.skip ADD CONSTRAINT skip_parent_batch_no_fkey FOREIGN KEY (parent_batch_no) REFERENCES sync.batch(batch_no);

-- 当期统计表状态 as the bureau said it last; good for thirty minutes of the caller's clock (R189). A changed period clears
-- it.
CREATE TABLE sync.statistics_state (
    taxpayer_no text NOT NULL,
    state text NOT NULL,
    period text NOT NULL,
    deadline date,
    asked_at timestamptz NOT NULL,
    CONSTRAINT statistics_state_period_check CHECK ((period ~ '^[0-9]{6}$')),
    CONSTRAINT statistics_state_state_check CHECK ((state = ANY (ARRAY['01', '02', '03', '04', '05', '21', '22', '23', '24', '25'])))
);
ALTER TABLE ONLY sync.statistics_state ADD CONSTRAINT statistics_state_pkey PRIMARY KEY (taxpayer_no);

-- The queue of downloads and 数据同步日志 at once: one row per taxpayer, type and window. plan writes it, workers move it.
CREATE TABLE sync.task (
    task_id bigint DEFAULT nextval('sync.serial'::regclass) NOT NULL,
    batch_no text NOT NULL,
    parent_batch_no text NOT NULL,
    parent_task_id bigint,
    dag_id text NOT NULL,
    run_id text NOT NULL,
    job text NOT NULL,
    rule text NOT NULL,
    tick text NOT NULL,
    taxpayer_no text NOT NULL,
    taxpayer_name text NOT NULL,
    org_code text,
    channel text,
    direction text NOT NULL,
    download_type text NOT NULL,
    sync_type text NOT NULL,
    document text NOT NULL,
    invoice_type text NOT NULL,
    window_start date,
    window_end date,
    window_basis text NOT NULL,
    counter text,
    automatic boolean DEFAULT true NOT NULL,
    priority smallint DEFAULT 50 NOT NULL,
    status text DEFAULT 'pending' NOT NULL,
    void_state text,
    voided_by text,
    voided_at timestamptz,
    void_reason text,
    downloaded_count integer DEFAULT 0 NOT NULL,
    inserted_count integer DEFAULT 0 NOT NULL,
    updated_count integer DEFAULT 0 NOT NULL,
    unchanged_count integer DEFAULT 0 NOT NULL,
    ignored_count integer DEFAULT 0 NOT NULL,
    failed_count integer DEFAULT 0 NOT NULL,
    succeeded_count integer GENERATED ALWAYS AS (((inserted_count + updated_count) + unchanged_count)) STORED,
    amount_sum numeric(20,2),
    tax_sum numeric(20,2),
    error_code text,
    error_message text,
    advice text,
    attempts smallint DEFAULT 0 NOT NULL,
    generation smallint DEFAULT 1 NOT NULL,  -- The series of answers that counts; a series that contradicts itself is asked for again under the next.
    request_no text,
    not_before timestamptz,  -- Due from this instant on; infinity: set aside until a person asks.
    not_before_day date,  -- Due from this business day on (quota).
    claimed_by text,
    claim_no integer DEFAULT 0 NOT NULL,  -- The fencing token: it grows with every claim, and whoever settles a row names the number he claimed it under.
    lease_until timestamptz,  -- Until then the row is claimed_by's; NULL: it was given back. A lease that ran out counts in broke_workers at the next claim.
    created_by text NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    applied_at timestamptz,
    observed_at timestamptz,
    finished_at timestamptz,
    argument jsonb DEFAULT '{}'::jsonb NOT NULL,
    login_request_id bigint,
    polls integer DEFAULT 0 NOT NULL,
    retry_of bigint,
    requests smallint DEFAULT 0 NOT NULL,
    history_batch_no text,
    scheme_ids bigint[] DEFAULT '{}'::bigint[] NOT NULL,  -- The schemes (下载方案) that cover the download.
    announced_count integer,  -- Documents the bureau said there are; NULL: it said nothing.
    received_count integer,  -- Different documents that came.
    missing jsonb DEFAULT '[]'::jsonb NOT NULL,  -- What is missing (A-08): [{direction, invoice_type, issue_month, announced, received, what}].
    warnings text[] DEFAULT '{}'::text[] NOT NULL,  -- Sentences about what was stored and is doubtful.
    broke_workers smallint DEFAULT 0 NOT NULL,  -- Workers that ended over this row: exceptions, kills, memory.
    wanted_types text[] DEFAULT '{}'::text[] NOT NULL,  -- Of the types that its question answers those it is for; empty: all.
    type_counts jsonb,  -- What came of each type, where several are wanted: {invoice_type: {documents, amount}}.
    waits integer DEFAULT 0 NOT NULL,  -- Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).
    waiting_since timestamptz,  -- When the first of them was.
    CONSTRAINT accepted_has_its_number CHECK (((status = ANY (ARRAY['pending', 'apply_failed', 'download_failed'])) OR ((applied_at IS NOT NULL) AND (observed_at IS NOT NULL) AND (request_no IS NOT NULL)) OR ((status = 'succeeded') AND (error_code = 'NOTHING_TO_ASK') AND (downloaded_count = 0) AND (num_nonnulls(applied_at, request_no) = 0)))),
    CONSTRAINT counts_balance CHECK ((downloaded_count = ((((inserted_count + updated_count) + unchanged_count) + ignored_count) + failed_count))),
    CONSTRAINT download_has_a_channel CHECK (((channel IS NOT NULL) OR (job = 'bureau_file'))),
    CONSTRAINT failure_says_why CHECK (((status <> ALL (ARRAY['apply_failed', 'download_failed'])) OR ((error_code IS NOT NULL) AND (error_message IS NOT NULL)))),
    CONSTRAINT final_has_its_instant CHECK (((status = ANY (ARRAY['no_data', 'succeeded', 'apply_failed', 'download_failed'])) = (finished_at IS NOT NULL))),
    CONSTRAINT nothing_is_nothing CHECK (((status <> 'no_data') OR (downloaded_count = 0))),
    CONSTRAINT task_announced_count_check CHECK ((announced_count >= 0)),
    CONSTRAINT task_argument_check CHECK ((jsonb_typeof(argument) = 'object')),
    CONSTRAINT task_channel_check CHECK ((channel = ANY (ARRAY['etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino']))),
    CONSTRAINT task_direction_check CHECK ((direction = ANY (ARRAY['input', 'output']))),
    CONSTRAINT task_document_check CHECK ((document = ANY (ARRAY['invoice', 'customs', 'withholding']))),
    CONSTRAINT task_download_type_check CHECK ((download_type = ANY (ARRAY['input_full', 'output_full', 'input_status', 'input_incremental', 'unselected_init', 'input_files']))),
    CONSTRAINT task_downloaded_count_check CHECK ((downloaded_count >= 0)),
    CONSTRAINT task_failed_count_check CHECK ((failed_count >= 0)),
    CONSTRAINT task_ignored_count_check CHECK ((ignored_count >= 0)),
    CONSTRAINT task_inserted_count_check CHECK ((inserted_count >= 0)),
    CONSTRAINT task_missing_check CHECK ((jsonb_typeof(missing) = 'array')),
    CONSTRAINT task_polls_check CHECK ((polls >= 0)),
    CONSTRAINT task_received_count_check CHECK ((received_count >= 0)),
    CONSTRAINT task_requests_check CHECK ((requests >= 0)),
    CONSTRAINT task_status_check CHECK ((status = ANY (ARRAY['pending', 'downloading', 'downloaded', 'headers_only', 'incomplete', 'no_data', 'succeeded', 'apply_failed', 'download_failed']))),
    CONSTRAINT task_sync_type_check CHECK ((sync_type = ANY (ARRAY['manual_capture', 'current_month', 'history_month', 'current_period_input', 'manual_import', 'history_period_input', 'current_day']))),
    CONSTRAINT task_unchanged_count_check CHECK ((unchanged_count >= 0)),
    CONSTRAINT task_updated_count_check CHECK ((updated_count >= 0)),
    CONSTRAINT task_void_state_check CHECK ((void_state = ANY (ARRAY['voided', 'terminated']))),
    CONSTRAINT task_window_basis_check CHECK ((window_basis = ANY (ARRAY['issue_date', 'collection_date', 'recognition_date', 'tax_period']))),
    CONSTRAINT unapplied_has_none CHECK (((status <> ALL (ARRAY['pending', 'apply_failed'])) OR (applied_at IS NULL))),
    CONSTRAINT void_is_whole CHECK ((num_nonnulls(void_state, voided_by, voided_at, void_reason) = ANY (ARRAY[0, 4]))),
    CONSTRAINT window_is_ordered CHECK ((window_start <= window_end))
);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_batch_no_key UNIQUE (batch_no);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_pkey PRIMARY KEY (task_id);
CREATE INDEX task_by_parent ON sync.task USING btree (parent_batch_no);
CREATE INDEX task_finished ON sync.task USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE UNIQUE INDEX task_follows_once ON sync.task USING btree (parent_task_id, job, COALESCE((argument ->> 'handful'), '')) WHERE ((parent_task_id IS NOT NULL) AND (retry_of IS NULL));
CREATE INDEX task_incomplete ON sync.task USING btree (not_before) WHERE ((status = 'incomplete') AND (void_state IS NULL));
CREATE INDEX task_of_download ON sync.task USING btree (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end) WHERE (parent_task_id IS NULL);
CREATE INDEX task_of_history_batch ON sync.task USING btree (history_batch_no) WHERE (history_batch_no IS NOT NULL);
CREATE INDEX task_open ON sync.task USING btree (dag_id, priority, task_id) WHERE ((status = ANY (ARRAY['pending', 'downloading', 'downloaded'])) AND (void_state IS NULL));
CREATE INDEX task_open_files ON sync.task USING btree (taxpayer_no) WHERE ((download_type = 'input_files') AND (status = ANY (ARRAY['pending', 'downloading', 'downloaded'])) AND (void_state IS NULL));
CREATE INDEX task_open_import ON sync.task USING btree (taxpayer_no, task_id) WHERE ((job = 'bureau_file') AND (status = ANY (ARRAY['pending', 'downloading', 'downloaded'])) AND (void_state IS NULL));
CREATE INDEX task_open_of_channel ON sync.task USING btree (channel, priority, task_id) WHERE ((status = ANY (ARRAY['pending', 'downloading', 'downloaded'])) AND (void_state IS NULL));
CREATE UNIQUE INDEX task_planned_once ON sync.task USING btree (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, job, tick) NULLS NOT DISTINCT WHERE ((parent_task_id IS NULL) AND (retry_of IS NULL));
CREATE UNIQUE INDEX task_request_no ON sync.task USING btree (channel, request_no) WHERE ((request_no IS NOT NULL) AND (channel = 'leqi'));
CREATE UNIQUE INDEX task_retried_once ON sync.task USING btree (retry_of) WHERE ((retry_of IS NOT NULL) AND (void_state IS NULL));
CREATE INDEX task_retries ON sync.task USING btree (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end) WHERE (retry_of IS NOT NULL);
CREATE UNIQUE INDEX task_single_flight ON sync.task USING btree (taxpayer_no, channel, direction, document, invoice_type, window_start, window_end, download_type) NULLS NOT DISTINCT WHERE ((status = ANY (ARRAY['pending', 'downloading'])) AND (void_state IS NULL) AND (parent_task_id IS NULL) AND (job <> 'bureau_file'));
CREATE INDEX task_waiting_for_login ON sync.task USING btree (login_request_id) WHERE (login_request_id IS NOT NULL);
CREATE TRIGGER keep_final_rows BEFORE UPDATE OF status ON sync.task FOR EACH ROW WHEN ((((old.finished_at IS NOT NULL) OR (old.void_state IS NOT NULL)) AND (new.status IS DISTINCT FROM old.status))) EXECUTE FUNCTION sync.keep_final_rows();
CREATE TRIGGER log_changed_tasks AFTER UPDATE ON sync.task REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_changed_tasks();
CREATE TRIGGER log_new_tasks AFTER INSERT ON sync.task REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sync.log_new_tasks();
CREATE TRIGGER log_request AFTER UPDATE OF requests ON sync.task FOR EACH ROW WHEN (((old.requests <> new.requests) AND (NOT (((((old.status IS DISTINCT FROM new.status) OR (old.void_state IS DISTINCT FROM new.void_state)) OR (old.error_code IS DISTINCT FROM new.error_code)) OR (old.error_message IS DISTINCT FROM new.error_message)) OR (old.not_before_day IS DISTINCT FROM new.not_before_day))))) EXECUTE FUNCTION sync.log_request();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.task FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
CREATE TRIGGER note_change AFTER UPDATE OF inserted_count, updated_count ON sync.task FOR EACH ROW WHEN (((new.inserted_count + new.updated_count) > 0)) EXECUTE FUNCTION sync.note_task_change();
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_history_batch_no_fkey FOREIGN KEY (history_batch_no) REFERENCES sync.history_batch(batch_no);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_login_request_id_fkey FOREIGN KEY (login_request_id) REFERENCES sync.login_request(login_request_id);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_parent_batch_no_fkey FOREIGN KEY (parent_batch_no) REFERENCES sync.batch(batch_no);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_parent_task_id_fkey FOREIGN KEY (parent_task_id) REFERENCES sync.task(task_id);
ALTER TABLE ONLY sync.task ADD CONSTRAINT task_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES sync.task(task_id);

-- 日志: what happened to a task, by whom and why; written by trigger, never by a program, and never changed.
CREATE TABLE sync.task_event (
    task_id bigint NOT NULL,
    seq integer NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actor text NOT NULL,
    reason text,
    at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    hash bytea NOT NULL,
    account text DEFAULT NULLIF(current_setting('fapiao.account', true), ''),
    session_role text DEFAULT SESSION_USER
);
ALTER TABLE ONLY sync.task_event ADD CONSTRAINT task_event_pkey PRIMARY KEY (task_id, seq);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.task_event FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- What a type says of its documents, copied from include/rules: whether they can be deducted (R167), and whether the
-- 税务组织 is the one whose 统一社会信用代码 is the buyer's tax number (R170). Of 海关缴款书 the buyer is the 缴款单位.
CREATE TABLE sync.type_rule (
    type text NOT NULL,
    deductible boolean NOT NULL,
    tax_org_of_buyer boolean NOT NULL
);
ALTER TABLE ONLY sync.type_rule ADD CONSTRAINT type_rule_pkey PRIMARY KEY (type);

-- What changed in the pool and Airflow was not told yet: the next task that ends well takes the rows and emits them as
-- one event of the asset invoice_pool (ADR 0051).
CREATE TABLE sync.untold_change (
    change_id bigint NOT NULL,
    batch_no text NOT NULL,
    parent_batch_no text,  -- The planning; NULL: a verification has none.
    dag_id text NOT NULL,
    inserted integer NOT NULL,
    updated integer NOT NULL,
    noted_at timestamptz DEFAULT sync.now() NOT NULL,
    CONSTRAINT untold_change_inserted_check CHECK ((inserted >= 0)),
    CONSTRAINT untold_change_updated_check CHECK ((updated >= 0))
);
ALTER TABLE sync.untold_change ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.untold_change ADD CONSTRAINT untold_change_pkey PRIMARY KEY (change_id);

-- Answers that could not be used, kept whole: refusals whose texts are cut where they are shown, and what nobody can
-- read. Append-only.
CREATE TABLE sync.unused_answer (
    answer_id bigint NOT NULL,
    task_id bigint NOT NULL,
    generation smallint NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    received_at timestamptz DEFAULT sync.now() NOT NULL,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea NOT NULL
);
ALTER TABLE sync.unused_answer ALTER COLUMN answer_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.unused_answer ADD CONSTRAINT unused_answer_pkey PRIMARY KEY (answer_id);
CREATE INDEX unused_answer_of_task ON sync.unused_answer USING btree (task_id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON sync.unused_answer FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
ALTER TABLE ONLY sync.unused_answer ADD CONSTRAINT unused_answer_task_id_fkey FOREIGN KEY (task_id) REFERENCES sync.task(task_id);

-- 查验: the queue of verifications; an answer is merged under the row's own batch number.
CREATE TABLE sync.verification (
    verification_id bigint NOT NULL,
    batch_no text DEFAULT sync.new_batch_no(nextval('sync.serial'::regclass)) NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    invoice_type text NOT NULL,
    invoice_code text,
    invoice_no text NOT NULL,
    etax_invoice_no text,
    issue_date date,
    check_code text,
    amount numeric,
    total_amount numeric,
    reason text NOT NULL,
    goal text DEFAULT 'pool' NOT NULL,
    caused_by bigint,
    org_code text,
    state text DEFAULT 'waiting' NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    result_code text,
    result_text text,
    advice text,
    not_before timestamptz,
    not_before_day date,
    claimed_by text,
    claim_no integer DEFAULT 0 NOT NULL,
    lease_until timestamptz,
    created_by text DEFAULT sync.actor() NOT NULL,
    created_at timestamptz DEFAULT sync.now() NOT NULL,
    finished_at timestamptz,
    broke_workers smallint DEFAULT 0 NOT NULL,  -- Workers that ended over this verification; after three it is set aside.
    polls integer DEFAULT 0 NOT NULL,
    login_request_id bigint,
    waits integer DEFAULT 0 NOT NULL,  -- Failures in a row that were no fault of the row; the wait doubles with each (ADR 0042).
    waiting_since timestamptz,  -- When the first of them was.
    CONSTRAINT final_has_its_instant CHECK (((state = ANY (ARRAY['waiting', 'limit'])) = (finished_at IS NULL))),
    CONSTRAINT limit_names_its_day CHECK (((state <> 'limit') OR (not_before_day IS NOT NULL))),
    CONSTRAINT refusal_says_why CHECK (((state = ANY (ARRAY['waiting', 'verified'])) OR ((result_code IS NOT NULL) AND (result_text IS NOT NULL)))),
    CONSTRAINT verification_direction_check CHECK ((direction = ANY (ARRAY['input', 'output']))),
    CONSTRAINT verification_goal_check CHECK ((goal = ANY (ARRAY['pool', 'cache']))),
    CONSTRAINT verification_polls_check CHECK ((polls >= 0)),
    CONSTRAINT verification_reason_check CHECK ((reason = ANY (ARRAY['first_capture', 'status_update', 'received']))),
    CONSTRAINT verification_state_check CHECK ((state = ANY (ARRAY['waiting', 'limit', 'verified', 'mismatch', 'not_found', 'failed'])))
);
ALTER TABLE sync.verification ALTER COLUMN verification_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY sync.verification ADD CONSTRAINT verification_batch_no_key UNIQUE (batch_no);
ALTER TABLE ONLY sync.verification ADD CONSTRAINT verification_pkey PRIMARY KEY (verification_id);
CREATE INDEX verification_due ON sync.verification USING btree (verification_id) WHERE (state = ANY (ARRAY['waiting', 'limit']));
CREATE INDEX verification_finished ON sync.verification USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX verification_of_document ON sync.verification USING btree (document_key, direction, taxpayer_no);
CREATE UNIQUE INDEX verification_open_once ON sync.verification USING btree (direction, taxpayer_no, document_key) WHERE (state = ANY (ARRAY['waiting', 'limit']));
CREATE INDEX verification_waiting_for_login ON sync.verification USING btree (login_request_id) WHERE (login_request_id IS NOT NULL);
CREATE TRIGGER note_change AFTER UPDATE OF state ON sync.verification FOR EACH ROW WHEN (((new.goal = 'pool') AND (new.state = ANY (ARRAY['verified', 'mismatch'])) AND (old.state <> new.state))) EXECUTE FUNCTION sync.note_verification_change();
ALTER TABLE ONLY sync.verification ADD CONSTRAINT verification_caused_by_fkey FOREIGN KEY (caused_by) REFERENCES sync.task(task_id);
ALTER TABLE ONLY sync.verification ADD CONSTRAINT verification_login_request_id_fkey FOREIGN KEY (login_request_id) REFERENCES sync.login_request(login_request_id);

-- Every call of a verification, written before it leaves: the count of five a day survives whoever dies between
-- question and answer.
CREATE TABLE sync.verification_call (
    reply_id bigint DEFAULT nextval((pg_get_serial_sequence('sync.reply', 'reply_id'))::regclass) NOT NULL,
    verification_id bigint NOT NULL,
    document_key text NOT NULL,
    day date NOT NULL,
    asked_at timestamptz DEFAULT sync.now() NOT NULL,
    answered_at timestamptz,
    counted boolean DEFAULT true NOT NULL,
    question jsonb NOT NULL,
    result_code text,
    result_text text,
    sha256 bytea GENERATED ALWAYS AS (sha256(body)) STORED,
    body bytea,
    CONSTRAINT an_answer_has_its_instant CHECK (((answered_at IS NOT NULL) OR (num_nonnulls(result_code, result_text, body) = 0)))
);
ALTER TABLE ONLY sync.verification_call ADD CONSTRAINT verification_call_pkey PRIMARY KEY (reply_id);
CREATE INDEX verification_call_of_day ON sync.verification_call USING btree (document_key, day) WHERE counted;
CREATE INDEX verification_call_of_verification ON sync.verification_call USING btree (verification_id);
CREATE TRIGGER keep_answers BEFORE UPDATE ON sync.verification_call FOR EACH ROW WHEN ((old.answered_at IS NOT NULL)) EXECUTE FUNCTION sync.keep_answers();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.verification_call FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();
ALTER TABLE ONLY sync.verification_call ADD CONSTRAINT verification_call_verification_id_fkey FOREIGN KEY (verification_id) REFERENCES sync.verification(verification_id);

-- Who acts: the name that the session was given, else the user of the database.
CREATE FUNCTION sync.actor() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(nullif(current_setting('fapiao.actor', true), ''), session_user::text)
$$;

-- This very moment, behind whatever lock was waited for: events, changes of the pool, batch numbers.
CREATE FUNCTION sync.clock_timestamp() RETURNS timestamptz
    LANGUAGE sql PARALLEL SAFE
    RETURN COALESCE((NULLIF(current_setting('fapiao.now', true), ''))::timestamptz, clock_timestamp());

-- One of the six characters of a batch number; they scramble a serial number, so two never clash (A-39).
CREATE FUNCTION sync.digit(serial bigint, place integer) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        ((serial * 1500450271 + 907693) % 2176782336 / place % 36)::integer + 1, 1)
$$;

-- The link of the chain: each event's hash covers the one before it and everything the event says but the account (ADR
-- 0053).
CREATE FUNCTION sync.event_hash(previous bytea, batch_no text, seq integer, from_status text, to_status text, actor text, reason text, at timestamptz) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    SELECT sha256(coalesce(previous, '') || convert_to(concat_ws(E'\x1f', batch_no, seq, coalesce(from_status, ''), to_status,
        actor, coalesce(reason, ''), extract(epoch FROM at)), 'UTF8'))
$$;

-- The log by every filter of ./fapiao log; NULL is no condition. A stable SQL function of one SELECT: the planner puts
-- its text into the statement that calls it, so that a filter is an index condition, and one that was not given is not
-- there. Not marked PARALLEL SAFE it would forbid parallel plans.
CREATE FUNCTION sync.filtered_log(batches text[], parent text, taxpayer text, name text, org text, organisations text[], channel text, direction text, download_type text, sync_type text, document text, invoice_type text, status text, module text, dag text, error text, voided boolean, window_from date, window_to date, created_from date, created_to date) RETURNS SETOF fapiao.sync_log
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT l.*
    FROM fapiao.sync_log AS l
    WHERE (filtered_log.batches IS NULL OR l.batch_no = ANY (filtered_log.batches) OR l.parent_batch_no = ANY (filtered_log.batches))
        AND (filtered_log.parent IS NULL OR filtered_log.parent IN (l.parent_batch_no, l.caused_by_batch_no, l.retry_of_batch_no))
        AND (filtered_log.taxpayer IS NULL OR l.taxpayer_no = filtered_log.taxpayer)
        AND (filtered_log.name IS NULL OR strpos(l.taxpayer_name, filtered_log.name) > 0)
        AND (filtered_log.org IS NULL OR l.org_code = filtered_log.org)
        AND (filtered_log.organisations IS NULL OR l.org_code = ANY (filtered_log.organisations))
        AND (filtered_log.channel IS NULL OR l.channel = filtered_log.channel)
        AND (filtered_log.direction IS NULL OR l.direction = filtered_log.direction)
        AND (filtered_log.download_type IS NULL OR l.download_type = filtered_log.download_type)
        AND (filtered_log.sync_type IS NULL OR l.sync_type = filtered_log.sync_type)
        AND (filtered_log.document IS NULL OR l.document = filtered_log.document)
        AND (filtered_log.invoice_type IS NULL OR filtered_log.invoice_type = ANY (l.invoice_types))
        AND (filtered_log.status IS NULL OR l.status = filtered_log.status)
        AND (filtered_log.module IS NULL OR l.module_code = filtered_log.module)
        AND (filtered_log.dag IS NULL OR l.dag_id = filtered_log.dag)
        AND (filtered_log.error IS NULL OR l.error_code = filtered_log.error)
        AND (filtered_log.voided IS NULL OR (l.void_state IS NOT NULL) = filtered_log.voided)
        AND (filtered_log.window_from IS NULL OR l.window_end >= filtered_log.window_from)
        AND (filtered_log.window_to IS NULL OR l.window_start <= filtered_log.window_to)
        AND (filtered_log.created_from IS NULL
            OR l.created_at >= filtered_log.created_from::timestamp AT TIME ZONE 'Asia/Shanghai')
        AND (filtered_log.created_to IS NULL
            OR l.created_at < (filtered_log.created_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
$$;

-- An answer is written once: evidence is not rewritten.
CREATE FUNCTION sync.keep_answers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'call % of sync.verification_call has its answer: it is evidence and stays', OLD.reply_id;
END $$;

-- A final row stays final: what a task said once, it says for ever.
CREATE FUNCTION sync.keep_final_rows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'task % is % and cannot become %', OLD.batch_no, coalesce(OLD.void_state, OLD.status), NEW.status;
END $$;

-- A final request stays final.
CREATE FUNCTION sync.keep_final_selections() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'selection % is % and cannot become %', OLD.batch_no, OLD.status, NEW.status;
END $$;

-- What a document of a selection says once, it says for ever.
CREATE FUNCTION sync.keep_settled_items() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'document % of selection % is % already: the ledger is append-only',
        OLD.document_key, OLD.selection_id, OLD.state;
END $$;

-- An event for every change of status or error, and for the upload.
CREATE FUNCTION sync.log_changed_selections() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT now_.selection_id, now_.batch_no, was.status AS from_status, now_.status AS to_status,
            coalesce(now_.error_message, CASE WHEN was.sent_at IS DISTINCT FROM now_.sent_at THEN 'sent' END) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, sync.clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (selection_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.selection_event AS e WHERE e.selection_id = now_.selection_id
            ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.error_code, was.error_message, was.sent_at)
            IS DISTINCT FROM (now_.status, now_.error_code, now_.error_message, now_.sent_at)
    ) AS moved;
    RETURN NULL;
END $$;

-- An event for every change of status, void state, error or day; who and why come from the session.
CREATE FUNCTION sync.log_changed_tasks() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, seq, from_status, to_status, sync.actor(), reason, at,
        sync.event_hash(previous, batch_no, seq, from_status, to_status, sync.actor(), reason, at)
    FROM (
        SELECT
            now_.task_id, now_.batch_no, was.status AS from_status,
            coalesce(now_.void_state, now_.status) AS to_status,
            coalesce(now_.void_reason, now_.error_message, nullif(current_setting('fapiao.reason', true), '')) AS reason,
            last.seq + 1 AS seq, last.hash AS previous, sync.clock_timestamp() AS at
        FROM fresh AS now_
        JOIN stale AS was USING (task_id)
        CROSS JOIN LATERAL (
            SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = now_.task_id ORDER BY seq DESC LIMIT 1
        ) AS last
        WHERE (was.status, was.void_state, was.error_code, was.error_message, was.not_before_day)
            IS DISTINCT FROM (now_.status, now_.void_state, now_.error_code, now_.error_message, now_.not_before_day)
    ) AS moved;
    RETURN NULL;
END $$;

-- The first event of every new selection.
CREATE FUNCTION sync.log_new_selections() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.selection_event (selection_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT selection_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (
        SELECT selection_id, batch_no, status, coalesce(error_message, operation) AS reason, sync.clock_timestamp() AS at
        FROM fresh
    ) AS born;
    RETURN NULL;
END $$;

-- The first event of every new task: its rule, and why it comes late where it does.
CREATE FUNCTION sync.log_new_tasks() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT task_id, 1, NULL, status, sync.actor(), reason, at,
        sync.event_hash(NULL, batch_no, 1, NULL, status, sync.actor(), reason, at)
    FROM (
        SELECT task_id, batch_no, status, sync.clock_timestamp() AS at,
            coalesce(error_message, concat_ws('; ', rule, nullif(current_setting('fapiao.late', true), ''))) AS reason
        FROM fresh
    ) AS born;
    RETURN NULL;
END $$;

-- A request that changes nothing else of what is history leaves its event here; the other trigger sees the rest.
CREATE FUNCTION sync.log_request() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.task_event (task_id, seq, from_status, to_status, actor, reason, at, hash)
    SELECT NEW.task_id, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at,
        sync.event_hash(last.hash, NEW.batch_no, last.seq + 1, OLD.status, NEW.status, sync.actor(), said.reason, said.at)
    FROM (SELECT nullif(current_setting('fapiao.reason', true), '') AS reason, sync.clock_timestamp() AS at) AS said
    CROSS JOIN LATERAL (
        SELECT seq, hash FROM sync.task_event AS e WHERE e.task_id = NEW.task_id ORDER BY seq DESC LIMIT 1
    ) AS last;
    RETURN NULL;
END $$;

-- 批次号: yyyyMMddHHmmssSSS in Asia/Shanghai and six characters.
CREATE FUNCTION sync.new_batch_no(serial bigint) RETURNS text
    LANGUAGE sql
    AS $$
    SELECT to_char(sync.clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISSMS')
        || sync.digit(serial, 1) || sync.digit(serial, 36) || sync.digit(serial, 1296) || sync.digit(serial, 46656)
        || sync.digit(serial, 1679616) || sync.digit(serial, 60466176)
$$;

-- Documents of a request whose 勾选状态 is another now.
CREATE FUNCTION sync.note_selection_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NEW.parent_batch_no, 'selection', 0,
        NEW.succeeded_count - CASE WHEN TG_OP = 'UPDATE' THEN OLD.succeeded_count ELSE 0 END);
    RETURN NULL;
END
$$;

-- A download or an import that brought or changed documents; its rights are the owner's, as of every trigger that
-- writes what nobody writes by hand.
CREATE FUNCTION sync.note_task_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NEW.parent_batch_no, NEW.dag_id, NEW.inserted_count, NEW.updated_count);
    RETURN NULL;
END
$$;

-- A document whose 查验 has an answer; it has no planning.
CREATE FUNCTION sync.note_verification_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO sync.untold_change (batch_no, parent_batch_no, dag_id, inserted, updated)
    VALUES (NEW.batch_no, NULL, 'verify_invoices', 0, 1);
    RETURN NULL;
END
$$;

-- When the transaction began: what is due, leases, waits, and the instants of rows that come or move together.
CREATE FUNCTION sync.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((NULLIF(current_setting('fapiao.now', true), ''))::timestamptz, now());

-- The 核算组织 of a verification: that of its document, else of its company.
CREATE FUNCTION sync.organisation_of_verification(verification_id bigint) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(d.org_code, t.org_code, v.org_code)
    FROM sync.verification AS v
    LEFT JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
    LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = v.taxpayer_no
    WHERE v.verification_id = organisation_of_verification.verification_id
$$;

-- The 核算组织 of a request: those of its documents, each its own or else its company's; of a request without documents
-- the company's.
CREATE FUNCTION sync.organisations_of_selection(selection_id bigint) RETURNS text[]
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce((
        SELECT array_agg(DISTINCT coalesce(d.org_code, t.org_code, s.org_code))
        FROM sync.selection_item AS i
        LEFT JOIN LATERAL (
            SELECT p.org_code FROM pool.document AS p
            WHERE p.direction = 'input' AND p.taxpayer_no = i.taxpayer_no AND p.document_key = i.document_key
            OFFSET 0
        ) AS d ON true
        LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = i.taxpayer_no
        WHERE i.selection_id = s.selection_id
    ), ARRAY[s.org_code])
    FROM sync.selection AS s WHERE s.selection_id = organisations_of_selection.selection_id
$$;

-- Refuses UPDATE, DELETE and TRUNCATE.
CREATE FUNCTION sync.refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP;
END $$;

-- Every verdict names a file of its task; asked once per statement.
CREATE FUNCTION sync.refuse_verdicts_without_file() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    strange record;
BEGIN
    SELECT v.task_id, v.file_no INTO strange
    FROM (SELECT DISTINCT task_id, file_no FROM arrived) AS v
    WHERE NOT EXISTS (SELECT FROM sync.import_file AS f WHERE f.task_id = v.task_id AND f.file_no = v.file_no) LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('task %s has no file %s', strange.task_id, strange.file_no);
    END IF;
    RETURN NULL;
END $$;

-- What the run planned, and what its task, the owner of the leases, took in hand: as far as it is open, or ended since
-- the run began.
CREATE FUNCTION sync.rows_of_run(dag text, run text, owner text, since timestamptz) RETURNS SETOF sync.task
    LANGUAGE sql STABLE
    AS $$
    SELECT k.*
    FROM sync.task AS k
    WHERE k.task_id IN (
        SELECT p.task_id FROM sync.task AS p
        WHERE p.parent_batch_no = (
            SELECT b.batch_no FROM sync.batch AS b WHERE b.dag_id = rows_of_run.dag AND b.run_id = rows_of_run.run)
        UNION ALL
        SELECT e.task_id FROM sync.task AS e
        WHERE e.finished_at >= rows_of_run.since AND e.claimed_by = rows_of_run.owner
        UNION ALL
        SELECT o.task_id FROM sync.task AS o
        WHERE o.status IN ('pending', 'downloading', 'downloaded') AND o.void_state IS NULL AND o.claimed_by = rows_of_run.owner)
$$;

-- Who took something out and when is what the session says, never what the statement says; a link of enterprise.change
-- keeps the row, with who was logged in.
CREATE FUNCTION sync.say_export() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.actor := sync.actor();
    NEW.account := nullif(current_setting('fapiao.account', true), '');
    NEW.at := sync.clock_timestamp();
    RETURN NEW;
END $$;

-- The rows that count, each with the counts of its latest attempt that came to a result: neither a retry that is not
-- at its end nor one that failed as a whole takes away what is in the pool. Without any result they are the row's own.
CREATE VIEW sync.history_row AS
 SELECT k.history_batch_no,
    k.task_id,
    k.batch_no,
    k.job,
    k.direction,
    k.invoice_type,
    k.window_start,
    k.window_end,
    k.status,
    k.void_state,
    counted.downloaded_count,
    counted.succeeded_count,
    counted.failed_count,
    k.not_before_day,
    k.error_code,
    k.error_message,
    k.advice,
    k.finished_at,
    (date_trunc('month', (k.window_start)::timestamptz))::date AS issue_month,
    ((k.applied_at IS NOT NULL) OR (counted.succeeded_count > 0)) AS is_started,
        CASE
            WHEN (k.void_state IS NOT NULL) THEN 'failed'
            WHEN (k.status = 'incomplete') THEN 'partial'
            WHEN (k.finished_at IS NULL) THEN
            CASE
                WHEN (k.status = 'pending') THEN 'waiting'
                WHEN ((k.job = 'bureau_file') AND (k.status = 'downloading')) THEN 'preparing'
                ELSE 'running'
            END
            WHEN ((counted.failed_count > 0) AND (counted.succeeded_count = 0)) THEN 'failed'
            WHEN (k.status = ANY (ARRAY['apply_failed', 'download_failed'])) THEN
            CASE
                WHEN (counted.succeeded_count > 0) THEN 'partial'
                ELSE 'failed'
            END
            WHEN ((counted.failed_count > 0) OR (k.status <> ALL (ARRAY['succeeded', 'no_data']))) THEN 'partial'
            ELSE 'succeeded'
        END AS phase,
    counted.task_id AS counted_task_id
   FROM (sync.task k
     CROSS JOIN LATERAL ( WITH RECURSIVE attempt AS (
                 SELECT k.task_id,
                    k.retry_of,
                    k.downloaded_count,
                    k.succeeded_count,
                    k.failed_count,
                    0 AS back,
                    ((k.retry_of IS NULL) OR (k.void_state IS NOT NULL) OR (k.status = ANY (ARRAY['succeeded', 'no_data', 'incomplete', 'headers_only']))) AS has_result
                UNION ALL
                 SELECT o.task_id,
                    o.retry_of,
                    o.downloaded_count,
                    o.succeeded_count,
                    o.failed_count,
                    (a.back + 1),
                    ((o.void_state IS NULL) AND (o.status = ANY (ARRAY['succeeded', 'no_data', 'incomplete', 'headers_only'])))
                   FROM (attempt a
                     JOIN sync.task o ON ((o.task_id = a.retry_of)))
                  WHERE (NOT a.has_result)
                )
         SELECT attempt.task_id,
            attempt.downloaded_count,
            attempt.succeeded_count,
            attempt.failed_count
           FROM attempt
          ORDER BY attempt.has_result DESC, attempt.back
         LIMIT 1) counted)
  WHERE ((k.history_batch_no IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM sync.task r
          WHERE ((r.retry_of = k.task_id) AND (r.void_state IS NULL))))));

CREATE SCHEMA pool;

CREATE TYPE pool.changed_column AS (
	column_name text,
	old_value text,
	new_value text
);

-- Every changed column of every document, with the task that changed it; an insertion is no change. Direct edits of
-- people leave rows too (R027). Append-only.
CREATE TABLE pool.change (
    change_id bigint NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    column_name text NOT NULL,
    old_value text,
    new_value text,
    batch_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    account text
);
ALTER TABLE pool.change ALTER COLUMN change_id ADD GENERATED ALWAYS AS IDENTITY;
CREATE INDEX change_of_batch ON pool.change USING brin (batch_no) WITH (pages_per_range='16');
CREATE INDEX change_of_business ON pool.change USING btree (changed_at) WHERE (channel = 'business');
CREATE INDEX change_of_document ON pool.change USING btree (document_key, change_id);
CREATE TRIGGER change_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON pool.change FOR EACH STATEMENT EXECUTE FUNCTION pool.refuse_rewriting();

-- One row per document as one company sees it: the same document may be input of one company and output of another.
-- Labels, sources and merge policies of the columns: include/rules/fields.yaml. Instants are timestamptz, dates are
-- days in Asia/Shanghai, money is numeric in yuan as the bureau wrote it. The free space of a page keeps status
-- changes off the indexes.
CREATE TABLE pool.document (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    document text NOT NULL,
    invoice_type text NOT NULL,
    bureau_invoice_type text,
    invoice_code text,
    invoice_no text,
    etax_invoice_no text,
    issued_at timestamptz,
    issue_date date,
    seller_tax_no text,
    seller_name text,
    seller_address text,
    seller_phone text,
    seller_bank text,
    seller_account text,
    seller_address_phone text,
    seller_bank_account text,
    buyer_tax_no text,
    buyer_name text,
    buyer_address text,
    buyer_phone text,
    buyer_bank text,
    buyer_account text,
    buyer_address_phone text,
    buyer_bank_account text,
    true_seller_tax_no text,
    true_seller_name text,
    filing_taxpayer_no text,
    seller_taxpayer_kind text,
    amount numeric,
    tax_amount numeric,
    total_amount numeric,
    total_amount_text text,
    total_tax_incl_amount numeric,
    deduction_amount numeric,
    non_taxable_amount numeric,
    tax_rate numeric,
    drawer text,
    payee text,
    reviewer text,
    remark text,
    check_code text,
    tax_control_code text,
    machine_no text,
    tax_payment_no text,
    ticket_kind text,
    business_code text,
    special_type text,
    issue_kind text,
    blue_invoice text,
    original_blue_no text,
    original_blue_paper_code text,
    original_blue_paper_no text,
    voiding_flag text,
    voided_at timestamptz,
    settlement_code text,
    levy_refund_code text,
    export_refund_code text,
    rate_inclusive text,
    rate_applicable text,
    line_count integer,
    lines_hash text,
    details jsonb,
    status text,
    risk_status text,
    red_locked text,
    risk_changed_at timestamptz,
    fuel_anomaly text,
    vehicle_anomaly text,
    duplicate_locked text,
    selection_status text,
    deduction_status text,
    deduction_purpose text,
    not_deductible_type text,
    not_deductible_reason text,
    tax_period text,
    selected_at timestamptz,
    certified_at timestamptz,
    effective_tax_amount numeric,
    additional_deduction numeric,
    additional_deduction_left numeric,
    vat_usage text,
    agricultural_usage text,
    consumption_tax_usage text,
    refund_label text,
    entry_status text,
    entry_kind text,
    entry_period text,
    entry_at timestamptz,
    verification_status text,
    verify_source text,
    detail_level text NOT NULL,
    org_code text,
    tax_org_code text,
    signed boolean,
    first_collected_at timestamptz NOT NULL,
    aggregated_on date,
    face_observed_at timestamptz,
    status_observed_at timestamptz,
    anomaly_observed_at timestamptz,
    usage_observed_at timestamptz,
    selection_observed_at timestamptz,
    channel text NOT NULL,
    batch_no text NOT NULL,
    created_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    fare numeric,
    fuel_surcharge numeric,
    development_fund numeric,
    other_charges numeric,
    source_system text,
    deductible boolean,
    entry_tax_amount numeric,
    transfer_out_amount numeric,
    transfer_out_reason text,
    voucher_no text,
    use_state text,
    CONSTRAINT document_detail_level_check CHECK ((detail_level = ANY (ARRAY['full', 'header']))),
    CONSTRAINT document_direction_check CHECK ((direction = ANY (ARRAY['input', 'output']))),
    CONSTRAINT document_document_check CHECK ((document = ANY (ARRAY['invoice', 'customs', 'withholding']))),
    CONSTRAINT document_use_state_check CHECK ((use_state = ANY (ARRAY['1', '30', '60', '65'])))
)
WITH (fillfactor='80');
ALTER TABLE ONLY pool.document ADD CONSTRAINT document_pkey PRIMARY KEY (direction, taxpayer_no, document_key);
CREATE INDEX document_by_key ON pool.document USING btree (document_key);
CREATE INDEX document_by_paper_number ON pool.document USING btree (invoice_no, invoice_code);
CREATE INDEX document_keyed_by_paper ON pool.document USING btree (direction, taxpayer_no) WHERE ((etax_invoice_no IS NOT NULL) AND (invoice_code IS NOT NULL) AND (etax_invoice_no <> document_key));
CREATE INDEX document_of_customs ON pool.document USING btree (COALESCE(issue_date, '0001-01-01'::date), taxpayer_no, document_key) WHERE ((document = 'customs') AND (direction = 'input'));
CREATE INDEX document_of_month ON pool.document USING btree (taxpayer_no, direction, invoice_type, issue_date);
CREATE INDEX document_of_seller ON pool.document USING btree (seller_tax_no, issue_date);
CREATE INDEX document_of_two_names ON pool.document USING btree (direction, taxpayer_no) WHERE ((etax_invoice_no IS NOT NULL) AND (invoice_code IS NOT NULL));
CREATE INDEX document_to_verify ON pool.document USING btree (taxpayer_no, direction, document_key) WHERE (verification_status = '3');
CREATE TRIGGER document_direct_edit AFTER INSERT OR DELETE OR UPDATE ON pool.document FOR EACH ROW WHEN ((COALESCE(current_setting('fapiao.logs_its_changes', true), '') <> 'on')) EXECUTE FUNCTION pool.log_direct_edit();
CREATE TRIGGER document_is_never_emptied BEFORE TRUNCATE ON pool.document FOR EACH STATEMENT EXECUTE FUNCTION pool.refuse_emptying();

-- Lines that the filter errorGoodsNames left out (R274 to R277, A-19); the totals of their documents stay as they
-- came.
CREATE TABLE pool.dropped_line (
    batch_no text NOT NULL,
    reply_id bigint NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    line_no integer NOT NULL,
    goods_name text NOT NULL,
    amount numeric,
    tax_amount numeric,
    dropped_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL
);
CREATE INDEX dropped_line_of_batch ON pool.dropped_line USING btree (batch_no);
CREATE INDEX dropped_line_of_document ON pool.dropped_line USING btree (document_key);

-- A value that was offered and not taken: backwards (A-36), older than what the pool knows, or barred by 已入账 (R048).
CREATE TABLE pool.held_change (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    column_name text NOT NULL,
    current_value text,
    offered_value text NOT NULL,
    reason text NOT NULL,
    batch_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    held_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    CONSTRAINT held_change_reason_check CHECK ((reason = ANY (ARRAY['backwards', 'older', 'booked'])))
);
ALTER TABLE ONLY pool.held_change ADD CONSTRAINT held_change_taxpayer_no_direction_document_key_column_name__key UNIQUE NULLS NOT DISTINCT (taxpayer_no, direction, document_key, column_name, current_value, offered_value, reason, batch_no);

-- 版式文件: which file of which document lies where in the file store; one that another replaced keeps its row, and its
-- bytes.
CREATE TABLE pool.layout_file (
    file_id bigint NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    file_type text NOT NULL,
    source text NOT NULL,
    sha256 text NOT NULL,
    size bigint NOT NULL,
    media_type text NOT NULL,
    problem text,
    batch_no text,
    stored_by text DEFAULT sync.actor() NOT NULL,
    stored_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    superseded_at timestamptz,
    CONSTRAINT layout_file_file_type_check CHECK ((file_type = ANY (ARRAY['pdf', 'ofd', 'xml', 'snapshot']))),
    CONSTRAINT layout_file_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$')),
    CONSTRAINT layout_file_size_check CHECK ((size >= 0)),
    CONSTRAINT layout_file_source_check CHECK ((source = ANY (ARRAY['user', 'bureau', 'converted'])))
);
ALTER TABLE pool.layout_file ALTER COLUMN file_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY pool.layout_file ADD CONSTRAINT layout_file_pkey PRIMARY KEY (file_id);
CREATE INDEX layout_file_by_hash ON pool.layout_file USING btree (sha256);
CREATE INDEX layout_file_of_batch ON pool.layout_file USING btree (batch_no);
CREATE INDEX layout_file_of_document ON pool.layout_file USING btree (document_key);
CREATE UNIQUE INDEX layout_file_that_counts ON pool.layout_file USING btree (taxpayer_no, direction, document_key, file_type) WHERE (superseded_at IS NULL);
ALTER TABLE ONLY pool.layout_file ADD CONSTRAINT layout_file_direction_taxpayer_no_document_key_fkey FOREIGN KEY (direction, taxpayer_no, document_key) REFERENCES pool.document(direction, taxpayer_no, document_key);

-- The lines of a document.
CREATE TABLE pool.line (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    line_no integer NOT NULL,
    goods_name text,
    goods_code text,
    specification text,
    unit text,
    quantity numeric,
    price numeric,
    amount numeric,
    tax_rate numeric,
    tax_amount numeric,
    details jsonb
);
ALTER TABLE ONLY pool.line ADD CONSTRAINT line_pkey PRIMARY KEY (direction, taxpayer_no, document_key, line_no);
CREATE TRIGGER line_direct_edit AFTER INSERT OR DELETE OR UPDATE ON pool.line FOR EACH ROW WHEN ((COALESCE(current_setting('fapiao.logs_its_changes', true), '') <> 'on')) EXECUTE FUNCTION pool.log_direct_edit();
CREATE TRIGGER line_is_never_emptied BEFORE TRUNCATE ON pool.line FOR EACH STATEMENT EXECUTE FUNCTION pool.refuse_emptying();

-- Statuses and usages of documents that the pool does not hold yet; they are merged when the document arrives.
CREATE TABLE pool.orphan_status (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    has_usage boolean NOT NULL,
    observed_at timestamptz NOT NULL,
    row_values jsonb NOT NULL,
    batch_no text NOT NULL,
    channel text NOT NULL
);
ALTER TABLE ONLY pool.orphan_status ADD CONSTRAINT orphan_status_pkey PRIMARY KEY (taxpayer_no, direction, document_key, has_usage);

-- Rows of files whose 发票票种 no rule knows: shown, kept as they came, and read again once a rule knows them.
CREATE TABLE pool.quarantine (
    quarantine_id bigint NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    sha256 text NOT NULL,
    file_name text NOT NULL,
    sheet text NOT NULL,
    row_no integer NOT NULL,
    reason text NOT NULL,
    payload jsonb NOT NULL,
    batch_no text NOT NULL,
    quarantined_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    released_by text,
    released_at timestamptz,
    CONSTRAINT quarantine_direction_check CHECK ((direction = ANY (ARRAY['input', 'output']))),
    CONSTRAINT released_is_whole CHECK ((num_nonnulls(released_by, released_at) = ANY (ARRAY[0, 2])))
);
ALTER TABLE pool.quarantine ALTER COLUMN quarantine_id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE ONLY pool.quarantine ADD CONSTRAINT quarantine_pkey PRIMARY KEY (quarantine_id);
ALTER TABLE ONLY pool.quarantine ADD CONSTRAINT quarantine_taxpayer_no_direction_sha256_sheet_row_no_key UNIQUE (taxpayer_no, direction, sha256, sheet, row_no);
CREATE INDEX quarantine_waiting ON pool.quarantine USING btree (sha256) WHERE (released_at IS NULL);

-- Rows of a reply that are not stored, each with its reason and the counter of its task that holds it.
CREATE TABLE pool.rejected_row (
    batch_no text NOT NULL,
    reply_id bigint,
    row_no integer,
    document_key text,
    reason text NOT NULL,
    payload jsonb NOT NULL,
    rejected_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    fate text DEFAULT 'failed' NOT NULL,
    code text DEFAULT 'UNREADABLE' NOT NULL,
    generation smallint DEFAULT 1 NOT NULL,
    CONSTRAINT rejected_row_fate_check CHECK ((fate = ANY (ARRAY['failed', 'ignored'])))
);
CREATE INDEX rejected_row_of_batch ON pool.rejected_row USING btree (batch_no);

-- One row per merged reply: which documents were seen again, though nothing changed (R106), and when the bureau said
-- so about which groups of columns.
CREATE TABLE pool.sighting (
    reply_id bigint NOT NULL,
    batch_no text NOT NULL,
    kind text NOT NULL,
    observed_groups text[] NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    document_keys text[] NOT NULL
);
ALTER TABLE ONLY pool.sighting ALTER COLUMN document_keys SET STORAGE EXTERNAL;
ALTER TABLE ONLY pool.sighting ADD CONSTRAINT sighting_pkey PRIMARY KEY (reply_id);
CREATE INDEX sighting_of_batch ON pool.sighting USING btree (batch_no);
CREATE INDEX sighting_of_taxpayer ON pool.sighting USING btree (taxpayer_no, direction, observed_at);

-- What a status update brought of documents that are not to enter the pool yet (R126, R129): the staged row, by the
-- merge it goes through. Whoever receives the document takes it from here.
CREATE TABLE pool.verification_cache (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    target text NOT NULL,
    observed_at timestamptz NOT NULL,
    row_values jsonb NOT NULL,
    line_values jsonb,
    batch_no text NOT NULL,
    channel text NOT NULL,
    cached_at timestamptz DEFAULT sync.clock_timestamp() NOT NULL,
    CONSTRAINT verification_cache_direction_check CHECK ((direction = ANY (ARRAY['input', 'output']))),
    CONSTRAINT verification_cache_target_check CHECK ((target = ANY (ARRAY['documents', 'headers'])))
);
ALTER TABLE ONLY pool.verification_cache ADD CONSTRAINT verification_cache_pkey PRIMARY KEY (taxpayer_no, direction, document_key, target);
CREATE INDEX verification_cache_by_key ON pool.verification_cache USING btree (document_key);

-- The documents by the filter of ./fapiao export; NULL is no condition, months are first days. A batch is a download
-- or a planning, and brings what it saw. The planner puts the text of the function into the statement that calls it,
-- as that of sync.filtered_log.
CREATE FUNCTION pool.filtered_invoices(taxpayers text[], direction text, invoice_types text[], month_from date, month_to date, organisations text[], batches text[]) RETURNS SETOF fapiao.invoice
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT i.*
    FROM fapiao.invoice AS i
    WHERE (filtered_invoices.taxpayers IS NULL OR i.taxpayer_no = ANY (filtered_invoices.taxpayers))
        AND (filtered_invoices.direction IS NULL OR i.direction = filtered_invoices.direction)
        AND (filtered_invoices.invoice_types IS NULL OR i.invoice_type = ANY (filtered_invoices.invoice_types))
        AND (filtered_invoices.month_from IS NULL OR i.issue_date >= filtered_invoices.month_from)
        AND (filtered_invoices.month_to IS NULL OR i.issue_date < (filtered_invoices.month_to + interval '1 month')::date)
        AND (filtered_invoices.organisations IS NULL OR i.org_code = ANY (filtered_invoices.organisations))
        AND (filtered_invoices.batches IS NULL OR (i.direction, i.taxpayer_no, i.document_key) IN (
            SELECT s.direction, s.taxpayer_no, unnest(s.document_keys)
            FROM pool.sighting AS s
            WHERE s.batch_no = ANY (filtered_invoices.batches)
                OR s.batch_no IN (SELECT k.batch_no FROM sync.task AS k WHERE k.parent_batch_no = ANY (filtered_invoices.batches))))
$$;

-- Whoever writes documents of a company takes this lock first and holds it to the end of the transaction; such a
-- writer logs its changes itself.
CREATE FUNCTION pool.lock_owner(direction text, taxpayer_no text) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT set_config('fapiao.logs_its_changes', 'on', true);
    SELECT pg_advisory_xact_lock(hashtextextended('pool.document ' || direction || ' ' || taxpayer_no, 0))
$$;

-- One row per changed column of a direct edit, under the name of the database user; a whole row that came or went is
-- column '*'. A line's columns are 'line 3 amount'. The rights are the owner's: who may edit the pool need not be let
-- into its log.
CREATE FUNCTION pool.log_direct_edit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    whose jsonb := coalesce(before, after);
    place text := CASE WHEN TG_TABLE_NAME = 'line' THEN 'line ' || (whose ->> 'line_no') || ' ' ELSE '' END;
BEGIN
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
    SELECT whose ->> 'direction', whose ->> 'taxpayer_no', whose ->> 'document_key', place || c.name, c.old_value, c.new_value,
        'direct edit by ' || session_user, '', now(), clock_timestamp()
    FROM (
        SELECT '*' AS name, before::text AS old_value, after::text AS new_value WHERE TG_OP <> 'UPDATE'
        UNION ALL
        SELECT name, before ->> name, after ->> name FROM jsonb_object_keys(before) AS name WHERE TG_OP = 'UPDATE'
    ) AS c
    WHERE c.old_value IS DISTINCT FROM c.new_value;
    RETURN NULL;
END
$$;

-- Documents and lines are never emptied.
CREATE FUNCTION pool.refuse_emptying() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied: its rows are the documents', TG_TABLE_NAME;
END
$$;

-- pool.change is evidence.
CREATE FUNCTION pool.refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'pool.change is append-only: its rows are evidence';
END
$$;

-- What a paper is to a selection: the 20th character of a 缴款书 tells 消费税 (Y) from 增值税, which alone is selected (R184).
CREATE FUNCTION pool.selection_kind(document text, invoice_type text, document_key text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE
        WHEN document = 'customs' AND document_key LIKE '___________________Y__' THEN 'customs_consumption'
        ELSE invoice_type
    END
$$;

-- What a document is called beside its key: `said` is the other name, `kept` the key.
CREATE VIEW pool.other_name AS
 SELECT document.direction,
    document.taxpayer_no,
    document.etax_invoice_no AS said,
    document.document_key AS kept
   FROM pool.document
  WHERE ((document.etax_invoice_no IS NOT NULL) AND (document.invoice_code IS NOT NULL) AND (document.etax_invoice_no <> document.document_key))
UNION ALL
 SELECT document.direction,
    document.taxpayer_no,
    ((document.invoice_code || '-') || document.invoice_no) AS said,
    document.document_key AS kept
   FROM pool.document
  WHERE ((document.etax_invoice_no IS NOT NULL) AND (document.invoice_code IS NOT NULL) AND (((document.invoice_code || '-') || document.invoice_no) <> document.document_key));

CREATE SCHEMA fapiao;

-- 执行状态 out of how the rows stand (A-41): 没有数据 is a success, a terminated row is not one; nothing is stored that can be
-- counted.
CREATE FUNCTION fapiao.history_status(phases text[], started boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT CASE
        WHEN 'preparing' = ANY (phases) THEN 'preprocessing'
        WHEN 'running' = ANY (phases) OR ('waiting' = ANY (phases) AND started) THEN 'running'
        WHEN 'waiting' = ANY (phases) THEN 'waiting'
        WHEN phases <@ '{succeeded}' THEN 'succeeded'
        WHEN phases <@ '{failed}' THEN 'failed'
        ELSE 'partial'
    END
$$;

-- The pool as it was at an instant: today's rows that existed then, every later change undone. Lines are not undone.
CREATE FUNCTION fapiao.invoice_as_of(moment timestamptz) RETURNS SETOF fapiao.invoice
    LANGUAGE sql STABLE
    AS $$
    WITH first_change_since AS (
        SELECT DISTINCT ON (direction, taxpayer_no, document_key, column_name)
            direction, taxpayer_no, document_key, column_name, old_value
        FROM pool.change
        WHERE changed_at > moment
        ORDER BY direction, taxpayer_no, document_key, column_name, change_id
    ), value_then AS (
        SELECT direction, taxpayer_no, document_key, jsonb_object_agg(
            column_name, CASE column_name WHEN 'details' THEN old_value::jsonb ELSE to_jsonb(old_value) END) AS row_values
        FROM first_change_since
        GROUP BY direction, taxpayer_no, document_key
    )
    SELECT (jsonb_populate_record(i, coalesce(v.row_values, '{}'))).*
    FROM fapiao.invoice AS i
    LEFT JOIN value_then AS v USING (direction, taxpayer_no, document_key)
    WHERE i.created_at <= moment
$$;

-- The label of a code, else the code itself.
CREATE FUNCTION fapiao.label(kind text, code text) RETURNS text
    LANGUAGE sql STABLE
    AS $_$
    SELECT coalesce((SELECT l.label FROM sync.code_label AS l WHERE l.kind = $1 AND l.code = $2), $2)
$_$;

-- Every change of rights, basics, schemes, parameters, rules of automatic selection and monthly updates, and of what
-- the business system writes beside documents (entry): who, under which account of the system, before and after.
CREATE VIEW fapiao.administration_event AS
 SELECT c.at,
    c.actor,
    c.account,
    c.object,
        CASE c.object
            WHEN 'scheme_scope' THEN concat_ws(' ', s.name, (whose.said ->> 'kind'), (whose.said ->> 'code'))
            WHEN 'scheme_taxpayer' THEN concat_ws(' ', s.name, (whose.said ->> 'taxpayer_no'))
            ELSE c.key
        END AS key,
        CASE
            WHEN (c.before IS NULL) THEN 'insert'
            WHEN (c.after IS NULL) THEN 'delete'
            ELSE 'update'
        END AS operation,
    c.before,
    c.after,
    c.seq,
    encode(c.hash, 'hex') AS hash,
        CASE c.object
            WHEN 'taxpayer' THEN (whose.said ->> 'taxpayer_no')
            WHEN 'account' THEN (whose.said ->> 'taxpayer_no')
            WHEN 'scheme_taxpayer' THEN (whose.said ->> 'taxpayer_no')
            WHEN 'scheme_scope' THEN
            CASE (whose.said ->> 'kind')
                WHEN 'taxpayer' THEN (whose.said ->> 'code')
                ELSE NULL::text
            END
            WHEN 'parameter' THEN
            CASE (whose.said ->> 'type')
                WHEN 'rim_leqi_collect' THEN (whose.said ->> 'key')
                ELSE NULL::text
            END
            ELSE NULL::text
        END AS taxpayer_no,
    c.session_role,
    c.client_address,
    c.server_time
   FROM ((enterprise.change c
     CROSS JOIN LATERAL ( SELECT COALESCE(c.after, c.before) AS said) whose)
     LEFT JOIN enterprise.scheme s ON (((c.object = ANY (ARRAY['scheme_scope', 'scheme_taxpayer'])) AND ((s.scheme_id)::text = (whose.said ->> 'scheme_id')))))
  WHERE (c.object <> 'log_export')
UNION ALL
 SELECT e.changed_at AS at,
    e.batch_no AS actor,
    e.account,
    'entry' AS object,
    concat_ws(' ', e.taxpayer_no, e.document_key, e.column_name) AS key,
        CASE
            WHEN (e.old_value IS NULL) THEN 'insert'
            WHEN (e.new_value IS NULL) THEN 'delete'
            ELSE 'update'
        END AS operation,
    to_jsonb(e.old_value) AS before,
    to_jsonb(e.new_value) AS after,
    NULL::bigint AS seq,
    NULL::text AS hash,
    e.taxpayer_no,
    NULL::text AS session_role,
    NULL::text AS client_address,
    NULL::timestamptz AS server_time
   FROM pool.change e
  WHERE (e.channel = 'business');

-- 导出: who took what out, how many rows, into which file, with the hash of its bytes, and its link of
-- enterprise.change.
CREATE VIEW fapiao.export_event AS
 SELECT e.at,
    e.actor,
    e.account,
    (e.filter ->> 'view') AS sheet,
    e.rows,
    e.file,
    e.sha256,
    e.filter,
    e.export_id,
    c.session_role,
    c.client_address,
    c.server_time,
    c.seq,
    encode(c.hash, 'hex') AS hash
   FROM (sync.log_export e
     LEFT JOIN enterprise.change c ON (((c.object = 'log_export') AND (c.key = (e.export_id)::text))));

-- The same list under the name and the columns that it had for downloads alone.
CREATE VIEW fapiao.history_batch AS
 SELECT batch_no,
    parent_batch_no,
    taxpayer_no,
    taxpayer_name,
    invoice_types,
    status,
    status_label,
    method,
    method_label,
    channel,
    channel_label,
    data_type,
    data_type_label,
    total_count,
    succeeded_count,
    created_by,
    created_at,
    org_code,
    org_name,
    first_month,
    last_month,
    subtasks AS tasks,
    open,
    succeeded,
    failed,
    terminated,
    next_day,
    finished_at
   FROM fapiao.history_task;

-- 导入详情: the subtasks of an import task, one a month; of a file one, whatever months it holds.
CREATE VIEW fapiao.history_subtask AS
 SELECT s.history_batch_no,
    s.issue_month,
    s.window_start,
    s.window_end,
    s.status,
    s.tasks,
    s.open,
    s.succeeded,
    s.failed,
    s.terminated,
    s.total_count,
    s.succeeded_count,
    s.next_day,
    s.partial,
    s.failed_count,
    COALESCE(l.label, s.status) AS status_label
   FROM (( SELECT r.history_batch_no,
            r.issue_month,
            min(r.window_start) AS window_start,
            max(r.window_end) AS window_end,
            fapiao.history_status(array_agg(r.phase), bool_or(r.is_started)) AS status,
            (count(*))::integer AS tasks,
            (count(*) FILTER (WHERE (r.phase = ANY (ARRAY['waiting', 'preparing', 'running']))))::integer AS open,
            (count(*) FILTER (WHERE (r.phase = 'succeeded')))::integer AS succeeded,
            (count(*) FILTER (WHERE ((r.phase = 'failed') AND (r.void_state IS NULL))))::integer AS failed,
            (count(r.void_state))::integer AS terminated,
            sum(r.downloaded_count) AS total_count,
            sum(r.succeeded_count) AS succeeded_count,
            min(r.not_before_day) FILTER (WHERE (r.phase = 'waiting')) AS next_day,
            (count(*) FILTER (WHERE (r.phase = 'partial')))::integer AS partial,
            sum(r.failed_count) AS failed_count
           FROM sync.history_row r
          GROUP BY r.history_batch_no, r.issue_month) s
     LEFT JOIN sync.code_label l ON (((l.kind = 'history_status') AND (l.code = s.status))));

-- 历史发票数据同步: one row per import task, with the words of the manual's list (S3 §3.1).
CREATE VIEW fapiao.history_task AS
 SELECT b.batch_no,
    b.taxpayer_no,
    b.taxpayer_name,
    b.data_type,
    COALESCE(data_type.label, b.data_type) AS data_type_label,
    s.directions,
    b.invoice_types,
    s.status,
    COALESCE(status.label, s.status) AS status_label,
    b.method,
    COALESCE(method.label, b.method) AS method_label,
    b.channel,
    s.total_count,
    s.succeeded_count,
    s.subtasks,
    b.created_by,
    b.created_at,
    b.org_code,
    o.org_name,
    b.parent_batch_no,
    COALESCE(channel.label, b.channel) AS channel_label,
    b.first_month,
    b.last_month,
    s.open,
    s.succeeded,
    s.partial,
    s.failed,
    s.terminated,
    s.failed_count,
    s.next_day,
    s.finished_at
   FROM ((((((sync.history_batch b
     CROSS JOIN LATERAL ( SELECT fapiao.history_status(COALESCE(array_agg(r.phase), '{}'::text[]), COALESCE(bool_or(r.is_started), false)) AS status,
            array_agg(DISTINCT r.direction) AS directions,
            (count(*))::integer AS subtasks,
            (count(*) FILTER (WHERE (r.phase = ANY (ARRAY['waiting', 'preparing', 'running']))))::integer AS open,
            (count(*) FILTER (WHERE (r.phase = 'succeeded')))::integer AS succeeded,
            (count(*) FILTER (WHERE (r.phase = 'partial')))::integer AS partial,
            (count(*) FILTER (WHERE ((r.phase = 'failed') AND (r.void_state IS NULL))))::integer AS failed,
            (count(r.void_state))::integer AS terminated,
            COALESCE(sum(r.downloaded_count), (0)::bigint) AS total_count,
            COALESCE(sum(r.succeeded_count), (0)::bigint) AS succeeded_count,
            COALESCE(sum(r.failed_count), (0)::bigint) AS failed_count,
            min(r.not_before_day) FILTER (WHERE (r.phase = 'waiting')) AS next_day,
            max(r.finished_at) AS finished_at
           FROM sync.history_row r
          WHERE (r.history_batch_no = b.batch_no)) s)
     LEFT JOIN enterprise.organisation o USING (org_code))
     LEFT JOIN sync.code_label status ON (((status.kind = 'history_status') AND (status.code = s.status))))
     LEFT JOIN sync.code_label method ON (((method.kind = 'history_method') AND (method.code = b.method))))
     LEFT JOIN sync.code_label channel ON (((channel.kind = 'history_channel') AND (channel.code = b.channel))))
     LEFT JOIN sync.code_label data_type ON (((data_type.kind = 'history_data_type') AND (data_type.code = b.data_type))));

-- 导入结果: every row of every file with its verdict.
CREATE VIEW fapiao.import_verdict AS
 SELECT k.batch_no,
    k.taxpayer_no,
    k.direction,
    f.name AS file_name,
    v.sheet,
    v.row_no,
    v.document_key,
    v.verdict,
    fapiao.label('import_verdict', v.verdict) AS verdict_label,
    v.sentence,
    v.task_id,
    v.file_no
   FROM ((sync.import_verdict v
     JOIN sync.import_file f USING (task_id, file_no))
     JOIN sync.task k USING (task_id));

-- One row per document as one company sees it; labels, sources and merge policies of the columns are in
-- include/rules/fields.yaml.
CREATE VIEW fapiao.invoice AS
 SELECT d.direction,
    d.taxpayer_no,
    d.document_key,
    d.document,
    d.invoice_type,
    d.invoice_code,
    d.invoice_no,
    d.etax_invoice_no,
    d.issue_date,
    d.seller_tax_no,
    d.seller_name,
    d.buyer_tax_no,
    d.buyer_name,
    d.amount,
    d.tax_amount,
    d.total_amount,
    d.total_tax_incl_amount,
    d.status,
    d.risk_status,
    d.selection_status,
    d.deduction_status,
    d.deduction_purpose,
    d.not_deductible_type,
    d.tax_period,
    d.selected_at,
    d.certified_at,
    d.effective_tax_amount,
    d.entry_status,
    d.entry_period,
    d.entry_at,
    d.vat_usage,
    d.consumption_tax_usage,
    d.verification_status,
    d.verify_source,
    d.detail_level,
    COALESCE(d.org_code, t.org_code) AS org_code,
        CASE
            WHEN ((d.direction = 'input') AND r.tax_org_of_buyer) THEN b.org_code
            ELSE d.tax_org_code
        END AS tax_org_code,
    d.first_collected_at,
    d.aggregated_on,
    d.signed,
    d.remark,
    d.bureau_invoice_type,
    d.issued_at,
    d.seller_address,
    d.seller_phone,
    d.seller_bank,
    d.seller_account,
    d.seller_address_phone,
    d.seller_bank_account,
    d.buyer_address,
    d.buyer_phone,
    d.buyer_bank,
    d.buyer_account,
    d.buyer_address_phone,
    d.buyer_bank_account,
    d.true_seller_tax_no,
    d.true_seller_name,
    d.filing_taxpayer_no,
    d.seller_taxpayer_kind,
    d.total_amount_text,
    d.deduction_amount,
    d.non_taxable_amount,
    d.tax_rate,
    d.drawer,
    d.payee,
    d.reviewer,
    d.check_code,
    d.tax_control_code,
    d.machine_no,
    d.tax_payment_no,
    d.ticket_kind,
    d.business_code,
    d.special_type,
    d.issue_kind,
    d.blue_invoice,
    d.original_blue_no,
    d.original_blue_paper_code,
    d.original_blue_paper_no,
    d.voiding_flag,
    d.voided_at,
    d.settlement_code,
    d.levy_refund_code,
    d.export_refund_code,
    d.rate_inclusive,
    d.rate_applicable,
    d.line_count,
    d.lines_hash,
    d.details,
    d.red_locked,
    d.risk_changed_at,
    d.fuel_anomaly,
    d.vehicle_anomaly,
    d.duplicate_locked,
    d.not_deductible_reason,
    d.additional_deduction,
    d.additional_deduction_left,
    d.agricultural_usage,
    d.refund_label,
    d.entry_kind,
    d.created_at,
    d.fare,
    d.fuel_surcharge,
    d.development_fund,
    d.other_charges,
    d.source_system,
    COALESCE(d.deductible, r.deductible) AS deductible,
    d.entry_tax_amount,
    d.transfer_out_amount,
    d.transfer_out_reason,
    d.voucher_no,
    d.use_state
   FROM (((pool.document d
     LEFT JOIN enterprise.taxpayer t ON ((t.taxpayer_no = d.taxpayer_no)))
     LEFT JOIN enterprise.taxpayer b ON ((b.taxpayer_no = d.buyer_tax_no)))
     LEFT JOIN sync.type_rule r ON ((r.type =
        CASE d.document
            WHEN 'invoice' THEN d.invoice_type
            ELSE d.document
        END)));

-- Every changed column of every document, with the task that changed it.
CREATE VIEW fapiao.invoice_change AS
 SELECT document_key,
    direction,
    taxpayer_no,
    column_name,
    old_value,
    new_value,
    batch_no,
    channel,
    observed_at,
    changed_at,
    change_id
   FROM pool.change;

-- The lines of the documents.
CREATE VIEW fapiao.invoice_line AS
 SELECT document_key,
    line_no,
    goods_name,
    goods_code,
    specification,
    unit,
    quantity,
    price,
    amount,
    tax_rate,
    tax_amount,
    direction,
    taxpayer_no,
    details
   FROM pool.line;

-- The files of an invoice; superseded_at is NULL for the one that counts.
CREATE VIEW fapiao.layout_file AS
 SELECT f.direction,
    f.taxpayer_no,
    f.document_key,
    f.file_type,
    f.source,
    f.sha256,
    f.size,
    f.media_type,
    f.problem,
    f.batch_no,
    f.stored_by,
    f.stored_at,
    f.superseded_at,
    d.signed
   FROM (pool.layout_file f
     JOIN pool.document d USING (direction, taxpayer_no, document_key));

-- Who must log in, where, since when, and how much waits for it.
CREATE VIEW fapiao.login_request AS
 SELECT r.channel,
    r.account,
    r.city_code,
    r.url,
    r.reason,
    r.asked_at,
    r.next_check,
    r.answered_at,
    r.answered_by,
    tasks.waiting AS waiting_tasks,
    ARRAY( SELECT DISTINCT unnest(((tasks.taxpayers || selections.taxpayers) || verifications.taxpayers)) AS unnest
          ORDER BY (unnest(((tasks.taxpayers || selections.taxpayers) || verifications.taxpayers)))) AS taxpayers,
    selections.waiting AS waiting_selections,
    verifications.waiting AS waiting_verifications
   FROM (((sync.login_request r
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS waiting,
            COALESCE(array_agg(k.taxpayer_no), '{}'::text[]) AS taxpayers
           FROM sync.task k
          WHERE ((k.login_request_id = r.login_request_id) AND (k.void_state IS NULL))) tasks)
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS waiting,
            COALESCE(array_agg(s.taxpayer_no), '{}'::text[]) AS taxpayers
           FROM sync.selection s
          WHERE (s.login_request_id = r.login_request_id)) selections)
     CROSS JOIN LATERAL ( SELECT (count(*))::integer AS waiting,
            COALESCE(array_agg(v.taxpayer_no), '{}'::text[]) AS taxpayers
           FROM sync.verification v
          WHERE (v.login_request_id = r.login_request_id)) verifications);

-- 红冲 needs the original blue invoice in the pool (R231): the red sales invoices whose original is not there.
CREATE VIEW fapiao.missing_blue_invoice AS
 SELECT d.taxpayer_no,
    COALESCE(d.org_code, t.org_code) AS org_code,
    d.document_key AS red_document_key,
    d.issue_date,
    d.total_amount,
    o.document_key
   FROM ((pool.document d
     LEFT JOIN enterprise.taxpayer t USING (taxpayer_no))
     CROSS JOIN LATERAL ( SELECT COALESCE(NULLIF(d.original_blue_no, ''), ((NULLIF(d.original_blue_paper_code, '') || '-') || NULLIF(d.original_blue_paper_no, ''))) AS document_key) o)
  WHERE ((d.direction = 'output') AND (o.document_key IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM pool.document blue
          WHERE ((blue.direction = d.direction) AND (blue.taxpayer_no = d.taxpayer_no) AND (blue.document_key = o.document_key))))));

-- Absence of evidence is unproven, never complete. A file proves nothing about its month: whoever exported it chose
-- what it holds. Each type that was wanted has its own line (one question under 82 answers 8208 too), with what its
-- downloads say of themselves.
CREATE VIEW fapiao.month_completeness AS
 WITH sweep AS (
         SELECT k.taxpayer_no,
            k.direction,
            wanted.invoice_type,
            (date_trunc('month', (k.window_start)::timestamptz))::date AS issue_month,
            k.batch_no,
            k.finished_at,
            k.failed_count,
            ((k.status = ANY (ARRAY['succeeded', 'no_data'])) AND (k.window_start = date_trunc('month', (k.window_start)::timestamptz)) AND (k.window_end = ((date_trunc('month', (k.window_start)::timestamptz) + '1 mon -1 days'::interval))::date)) AS is_whole,
                CASE
                    WHEN (k.type_counts IS NULL) THEN (k.downloaded_count - k.ignored_count)
                    ELSE COALESCE(((k.type_counts #>> ARRAY[wanted.invoice_type, 'documents']))::integer, 0)
                END AS bureau_count,
                CASE
                    WHEN (k.type_counts IS NULL) THEN k.amount_sum
                    ELSE COALESCE(((k.type_counts #>> ARRAY[wanted.invoice_type, 'amount']))::numeric, (0)::numeric)
                END AS bureau_amount
           FROM (sync.task k
             CROSS JOIN LATERAL unnest(
                CASE
                    WHEN (k.wanted_types = '{}'::text[]) THEN ARRAY[k.invoice_type]
                    ELSE k.wanted_types
                END) wanted(invoice_type))
          WHERE ((k.download_type = ANY (ARRAY['input_full', 'output_full'])) AND (k.parent_task_id IS NULL) AND (k.void_state IS NULL) AND (k.job <> 'bureau_file'))
        ), month AS (
         SELECT sweep.taxpayer_no,
            sweep.direction,
            sweep.invoice_type,
            sweep.issue_month,
            array_agg(sweep.batch_no ORDER BY sweep.finished_at) FILTER (WHERE (sweep.is_whole AND (sweep.failed_count = 0))) AS sweeps,
            (array_agg(sweep.bureau_count ORDER BY sweep.finished_at DESC) FILTER (WHERE sweep.is_whole))[1] AS bureau_count,
            (array_agg(sweep.bureau_amount ORDER BY sweep.finished_at DESC) FILTER (WHERE sweep.is_whole))[1] AS bureau_amount
           FROM sweep
          GROUP BY sweep.taxpayer_no, sweep.direction, sweep.invoice_type, sweep.issue_month
        ), held AS (
         SELECT d.taxpayer_no,
            d.direction,
            d.invoice_type,
            (date_trunc('month', (d.issue_date)::timestamptz))::date AS issue_month,
            (count(*))::integer AS pool_count,
            sum(d.amount) AS pool_amount
           FROM pool.document d
          GROUP BY d.taxpayer_no, d.direction, d.invoice_type, ((date_trunc('month', (d.issue_date)::timestamptz))::date)
        )
 SELECT m.taxpayer_no,
    m.direction,
    m.invoice_type,
    m.issue_month,
        CASE
            WHEN (m.sweeps IS NULL) THEN 'unproven'
            WHEN (cardinality(m.sweeps) > 1) THEN 'confirmed'
            ELSE 'swept'
        END AS level,
    COALESCE(m.sweeps, '{}'::text[]) AS evidence,
    m.bureau_count,
    COALESCE(h.pool_count, 0) AS pool_count,
    m.bureau_amount,
    COALESCE(h.pool_amount, (0)::numeric) AS pool_amount,
    ARRAY( SELECT DISTINCT warning.warning
           FROM (sync.task k
             CROSS JOIN LATERAL unnest(k.warnings) warning(warning))
          WHERE (k.batch_no = ANY (m.sweeps))
          ORDER BY warning.warning) AS warnings
   FROM (month m
     LEFT JOIN held h USING (taxpayer_no, direction, invoice_type, issue_month));

-- What the calendar named and the plan left out, once for each scheme that asked for it; a row without a tax number is
-- of every company that the scheme has on the channel.
CREATE VIEW fapiao.plan_skip AS
 SELECT k.parent_batch_no,
    k.dag_id,
    k.rule,
    k.tick,
    k.taxpayer_no,
    k.channel,
    k.direction,
    k.document,
    k.invoice_type,
    k.window_start,
    k.window_end,
    k.reason_code,
    k.reason,
    k.created_at,
    k.scheme_id,
    s.name AS scheme,
    k.skip_id
   FROM (sync.skip k
     LEFT JOIN enterprise.scheme s USING (scheme_id));

-- 待识别票种: what waits, and what came into the pool after all.
CREATE VIEW fapiao.quarantine AS
 SELECT batch_no,
    taxpayer_no,
    direction,
    file_name,
    sheet,
    row_no,
    reason,
    payload,
    quarantined_at,
    released_by,
    released_at
   FROM pool.quarantine q;

-- 申请次数: today is the day of the newest run, so a rehearsal reads as a real day does.
CREATE VIEW fapiao.quota_usage AS
 WITH used AS (
         SELECT s.taxpayer_no,
            s.channel,
            s.counter,
            s.direction,
            s.invoice_type,
            s.issue_month,
            today.day AS today,
            (count(*) FILTER (WHERE (s.day = today.day)))::integer AS used_today,
            (count(*) FILTER (WHERE (date_trunc('month', (s.day)::timestamptz) = date_trunc('month', (today.day)::timestamptz))))::integer AS used_this_month,
            (count(*) FILTER (WHERE (s.state = 'reserved')))::integer AS reserved,
            (count(*) FILTER (WHERE (s.state = 'unknown')))::integer AS unknown,
            (count(*) FILTER (WHERE (s.state = 'foreign')))::integer AS used_elsewhere,
            max(s.day) AS last_used_on
           FROM (sync.quota_slot s
             CROSS JOIN sync.business_day today)
          WHERE ((s.state <> 'released') AND (s.counter = 'full'))
          GROUP BY s.taxpayer_no, s.channel, s.counter, s.direction, s.invoice_type, s.issue_month, today.day
        )
 SELECT u.taxpayer_no,
    u.channel,
    u.direction,
    u.invoice_type,
    u.issue_month,
    u.used_today,
    u.used_this_month,
    l.daily AS daily_limit,
        CASE
            WHEN (u.issue_month < date_trunc('month', (u.today)::timestamptz)) THEN l.past_month
            ELSE l.current_month
        END AS monthly_limit,
    u.reserved,
    u.unknown,
    u.used_elsewhere,
    u.last_used_on,
    u.today
   FROM (used u
     LEFT JOIN sync.quota_limit l USING (channel, counter));

-- 税局用票台账: one row per document and operation, before and after.
CREATE VIEW fapiao.selection_ledger AS
 SELECT i.document_key,
    i.taxpayer_no,
    s.batch_no,
    s.parent_batch_no,
    s.operation,
    COALESCE(operation.label, s.operation) AS operation_label,
    i.reason,
    COALESCE(reason.label, i.reason) AS reason_label,
    i.reason_text,
    i.status_before,
    COALESCE(before.label, i.status_before) AS status_before_label,
    i.status_after,
    COALESCE(after.label, i.status_after) AS status_after_label,
    i.state,
    COALESCE(state.label, i.state) AS state_label,
    i.result_code,
    i.result_text,
    i.tax_period,
    s.status AS task_status,
    COALESCE(task_status.label, s.status) AS task_status_label,
    s.channel,
    COALESCE(channel.label, s.channel) AS channel_label,
    s.account,
    s.surface,
    s.created_by,
    s.created_at,
    i.settled_at,
    s.selection_id
   FROM ((((((((sync.selection_item i
     JOIN sync.selection s USING (selection_id))
     LEFT JOIN sync.code_label operation ON (((operation.kind = 'selection_operation') AND (operation.code = s.operation))))
     LEFT JOIN sync.code_label reason ON (((reason.kind = 'not_deductible_type') AND (reason.code = i.reason))))
     LEFT JOIN sync.code_label before ON (((before.kind = 'selection_status') AND (before.code = i.status_before))))
     LEFT JOIN sync.code_label after ON (((after.kind = 'selection_status') AND (after.code = i.status_after))))
     LEFT JOIN sync.code_label state ON (((state.kind = 'selection_item_state') AND (state.code = i.state))))
     LEFT JOIN sync.code_label task_status ON (((task_status.kind = 'selection_task_status') AND (task_status.code = s.status))))
     LEFT JOIN sync.code_label channel ON (((channel.kind = 'channel') AND (channel.code = s.channel))));

-- 税局用票操作日志: one row per request.
CREATE VIEW fapiao.selection_log AS
 SELECT s.batch_no,
    s.parent_batch_no,
    s.operation,
    COALESCE(operation.label, s.operation) AS operation_label,
    s.taxpayer_no,
    s.taxpayer_name,
    s.org_code,
    s.channel,
    COALESCE(channel.label, s.channel) AS channel_label,
    s.account,
    s.city_code,
    s.status,
    COALESCE(status.label, s.status) AS status_label,
    s.tax_period,
    s.document_count,
    s.succeeded_count,
    s.failed_count,
    s.error_code,
    s.error_message,
    s.advice,
    s.request_no,
    s.surface,
    COALESCE(surface.label, s.surface) AS surface_label,
    s.created_by,
    s.created_at,
    s.sent_at,
    s.applied_at,
    s.finished_at,
    s.not_before,
    s.polls,
    s.attempts,
    s.part_no,
    retried.batch_no AS retry_of_batch_no,
    (s.login_request_id IS NOT NULL) AS waits_for_login,
    m.code AS module_code,
    m.name AS module_name
   FROM ((((((sync.selection s
     LEFT JOIN sync.selection retried ON ((retried.selection_id = s.retry_of)))
     LEFT JOIN sync.module m ON ((m.job = 'selection')))
     LEFT JOIN sync.code_label operation ON (((operation.kind = 'selection_operation') AND (operation.code = s.operation))))
     LEFT JOIN sync.code_label channel ON (((channel.kind = 'channel') AND (channel.code = s.channel))))
     LEFT JOIN sync.code_label status ON (((status.kind = 'selection_task_status') AND (status.code = s.status))))
     LEFT JOIN sync.code_label surface ON (((surface.kind = 'selection_surface') AND (surface.code = s.surface))));

-- 勾选中: documents whose operation the bureau has not answered; the pool keeps saying what the bureau said last (ADR
-- 0025).
CREATE VIEW fapiao.selection_under_way AS
 SELECT i.taxpayer_no,
    i.document_key,
    s.batch_no,
    s.operation,
    s.status,
    '5' AS selection_status,
    fapiao.label('selection_status', '5') AS selection_status_label
   FROM (sync.selection_item i
     JOIN sync.selection s USING (selection_id))
  WHERE (i.state = 'open');

-- One row per task, with the labels people read. The channel belongs to a download (R251): a file has none. A task of
-- several types names them all. Labels are joined, not looked up by fapiao.label: a join that nobody reads costs
-- nothing, a call is made for every row.
CREATE VIEW fapiao.sync_log AS
 SELECT k.batch_no,
    k.parent_batch_no,
    k.taxpayer_no,
    k.taxpayer_name,
    k.org_code,
        CASE
            WHEN (k.job = 'bureau_file') THEN NULL::text
            ELSE k.channel
        END AS channel,
    k.direction,
    k.download_type,
    k.sync_type,
    k.document,
    string_to_array(k.invoice_type, ',') AS invoice_types,
    k.window_start,
    k.window_end,
    k.status,
    COALESCE(status.label, k.status) AS status_label,
    k.void_state,
    k.downloaded_count,
    k.succeeded_count,
    k.inserted_count,
    k.updated_count,
    k.unchanged_count,
    k.ignored_count,
    k.failed_count,
    k.amount_sum,
    k.tax_sum,
    k.error_code,
    k.error_message,
    k.attempts,
    k.request_no,
    k.created_by,
    k.created_at,
    k.applied_at,
    k.finished_at,
    k.dag_id,
    k.run_id,
    k.advice,
    k.job,
    k.rule,
    k.tick,
    k.window_basis,
    k.not_before,
    k.not_before_day,
    k.void_reason,
    k.voided_by,
    k.voided_at,
    parent.batch_no AS caused_by_batch_no,
    COALESCE(own.code, rest.code) AS module_code,
    COALESCE(own.name, rest.name) AS module_name,
    retried.batch_no AS retry_of_batch_no,
        CASE
            WHEN (k.job = 'bureau_file') THEN NULL::text
            ELSE COALESCE(channel.label, k.channel)
        END AS channel_label,
    COALESCE(direction.label, k.direction) AS direction_label,
    COALESCE(download_type.label, k.download_type) AS download_type_label,
    COALESCE(sync_type.label, k.sync_type) AS sync_type_label,
    COALESCE(document.label, k.document) AS document_label,
    COALESCE(void_state.label, k.void_state) AS void_state_label,
    k.announced_count,
    k.received_count,
    k.missing,
    k.warnings,
    ARRAY( SELECT s.name
           FROM enterprise.scheme s
          WHERE (s.scheme_id = ANY (k.scheme_ids))
          ORDER BY s.name) AS schemes
   FROM (((((((((((sync.task k
     LEFT JOIN sync.task parent ON ((parent.task_id = k.parent_task_id)))
     LEFT JOIN sync.task retried ON ((retried.task_id = k.retry_of)))
     LEFT JOIN sync.module own ON ((own.job = k.job)))
     LEFT JOIN sync.module rest ON ((rest.job = '')))
     LEFT JOIN sync.code_label status ON (((status.kind = 'status') AND (status.code = k.status))))
     LEFT JOIN sync.code_label channel ON (((channel.kind = 'channel') AND (channel.code = k.channel))))
     LEFT JOIN sync.code_label direction ON (((direction.kind = 'direction') AND (direction.code = k.direction))))
     LEFT JOIN sync.code_label download_type ON (((download_type.kind = 'download_type') AND (download_type.code = k.download_type))))
     LEFT JOIN sync.code_label sync_type ON (((sync_type.kind = 'sync_type') AND (sync_type.code = k.sync_type))))
     LEFT JOIN sync.code_label document ON (((document.kind = 'document') AND (document.code = k.document))))
     LEFT JOIN sync.code_label void_state ON (((void_state.kind = 'void_state') AND (void_state.code = k.void_state))));

-- 任务事件: the append-only, hash-chained history of every task.
CREATE VIEW fapiao.task_event AS
 SELECT k.batch_no,
    e.seq,
    e.from_status,
    e.to_status,
    e.actor,
    e.reason,
    e.at,
    encode(e.hash, 'hex') AS hash,
    e.account,
    e.session_role
   FROM (sync.task_event e
     JOIN sync.task k USING (task_id));

-- 查验: what waits, what came of it, and how often it was asked.
CREATE VIEW fapiao.verification AS
 SELECT v.batch_no,
    v.taxpayer_no,
    v.direction,
    v.document_key,
    v.invoice_type,
    v.issue_date,
    v.reason,
    v.goal,
    v.state,
    fapiao.label('verification_state', v.state) AS state_label,
    v.result_code,
    v.result_text,
    v.advice,
    v.not_before,
    v.not_before_day,
    v.created_by,
    v.created_at,
    v.finished_at,
    cause.batch_no AS caused_by_batch_no,
    ( SELECT (count(*))::integer AS count
           FROM sync.verification_call c
          WHERE (c.verification_id = v.verification_id)) AS calls,
    (v.login_request_id IS NOT NULL) AS waits_for_login
   FROM (sync.verification v
     LEFT JOIN sync.task cause ON ((cause.task_id = v.caused_by)));
