-- Enterprise basics: whose invoices are downloaded, over which channel, by which scheme, with which parameters.

CREATE SCHEMA enterprise;

-- 核算组织.
CREATE TABLE enterprise.organisation (
    org_code text PRIMARY KEY CHECK (org_code <> ''),
    org_name text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- 企业信息: one row per 税号; channel is the 收票通道.
CREATE TABLE enterprise.taxpayer (
    taxpayer_no text PRIMARY KEY CHECK (taxpayer_no ~ '^[0-9A-Z]{15,20}$'),
    name text NOT NULL CHECK (name <> ''),
    org_code text REFERENCES enterprise.organisation,
    channel text NOT NULL CHECK (channel IN ('etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino')),
    company_type text NOT NULL DEFAULT 'general' CHECK (company_type IN ('general', 'small_scale')),
    leqi_id text CHECK (leqi_id <> ''),
    leqi_authorised_on date,
    selection_channel text CHECK (selection_channel IN ('etax', 'leqi', 'soft_certificate', 'tax_disk', 'aisino')),
    country text,
    bureau_city_code text,
    bureau_city text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX taxpayer_by_channel ON enterprise.taxpayer (channel, taxpayer_no);
CREATE INDEX taxpayer_by_org ON enterprise.taxpayer (org_code);

-- 数电账号; account_type is the 默认业务: 收票, 开票, or both.
CREATE TABLE enterprise.account (
    taxpayer_no text NOT NULL REFERENCES enterprise.taxpayer ON DELETE CASCADE,
    account text NOT NULL CHECK (account <> ''),
    account_type text NOT NULL DEFAULT 'receive' CHECK (account_type IN ('receive', 'issue', 'both')),
    is_default boolean NOT NULL DEFAULT false,
    login text NOT NULL DEFAULT 'manual' CHECK (login IN ('auto', 'manual')),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (taxpayer_no, account),
    -- deferrable, so that one statement may hand the default from one account to another
    CONSTRAINT one_default_for_receiving EXCLUDE USING btree (taxpayer_no WITH =)
        WHERE (is_default AND account_type IN ('receive', 'both')) DEFERRABLE,
    CONSTRAINT one_default_for_issuing EXCLUDE USING btree (taxpayer_no WITH =)
        WHERE (is_default AND account_type IN ('issue', 'both')) DEFERRABLE
);

-- 下载方案; a deleted one keeps its row, so that the log can name it (R067).
CREATE TABLE enterprise.scheme (
    scheme_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    download_types text[] NOT NULL CHECK (cardinality(download_types) > 0 AND download_types <@ ARRAY[
        'input_full', 'output_full', 'input_status', 'input_incremental', 'unselected_init', 'input_files']),
    invoice_types text[] NOT NULL CHECK (cardinality(invoice_types) > 0),
    start_date date NOT NULL,
    frequency smallint[] NOT NULL DEFAULT '{5,10,15,20,26}' CHECK (cardinality(frequency) BETWEEN 1 AND 5
        AND 0 <> ALL (frequency) AND -1 <= ALL (frequency) AND 31 >= ALL (frequency)),
    layout_files boolean NOT NULL DEFAULT false,
    status_mode text NOT NULL DEFAULT 'update_only' CHECK (
        status_mode IN ('verify_and_store', 'update_only', 'verify_to_cache')),
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT deleted_is_disabled CHECK (deleted_at IS NULL OR NOT enabled)
);

CREATE UNIQUE INDEX scheme_name ON enterprise.scheme (name) WHERE deleted_at IS NULL;
CREATE INDEX scheme_enabled ON enterprise.scheme (scheme_id) WHERE enabled AND deleted_at IS NULL;

-- 适用组织 as it was said: everybody, an organisation, a tax number.
CREATE TABLE enterprise.scheme_scope (
    scheme_id bigint NOT NULL REFERENCES enterprise.scheme ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('all', 'organisation', 'taxpayer')),
    code text NOT NULL,
    PRIMARY KEY (scheme_id, kind, code)
);

-- 适用组织 as it comes out: the tax numbers of a scheme, kept up to date with every load.
CREATE TABLE enterprise.scheme_taxpayer (
    scheme_id bigint NOT NULL REFERENCES enterprise.scheme ON DELETE CASCADE,
    taxpayer_no text NOT NULL REFERENCES enterprise.taxpayer ON DELETE CASCADE,
    PRIMARY KEY (scheme_id, taxpayer_no)
);

CREATE INDEX scheme_taxpayer_by_taxpayer ON enterprise.scheme_taxpayer (taxpayer_no);

-- invsm_param_configuration: 配置项类型, 配置项key, 配置项值.
CREATE TABLE enterprise.parameter (
    type text NOT NULL CHECK (type <> ''),
    key text NOT NULL CHECK (key <> ''),
    value text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL DEFAULT session_user,
    PRIMARY KEY (type, key)
);

-- rim_leqi_collect / 税号 / 1: 下票用乐企通道，勾选用电子税局通道（RPA） (R147).
CREATE VIEW enterprise.effective_channel AS
SELECT
    t.taxpayer_no,
    CASE WHEN p.value = '1' THEN 'leqi' ELSE t.channel END AS download_channel,
    CASE WHEN p.value = '1' THEN 'etax' ELSE coalesce(t.selection_channel, t.channel) END AS selection_channel
FROM enterprise.taxpayer AS t
LEFT JOIN enterprise.parameter AS p ON p.type = 'rim_leqi_collect' AND p.key = t.taxpayer_no;

-- Taxpayers whose 收票通道 is the bureau's web and who have no default account for receiving; no scheme may hold one (R076).
CREATE VIEW enterprise.without_receiving_account AS
SELECT e.taxpayer_no
FROM enterprise.effective_channel AS e
WHERE e.download_channel = 'etax' AND NOT EXISTS (
    SELECT FROM enterprise.account AS a
    WHERE a.taxpayer_no = e.taxpayer_no AND a.is_default AND a.account_type IN ('receive', 'both'));
