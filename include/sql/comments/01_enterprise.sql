-- What each table of `enterprise` is for: written by ./fapiao taxpayers, schemes, params, rights and select auto, read by planning.

COMMENT ON TABLE enterprise.organisation IS
    '核算组织. Without a tax number of its own it is downloaded for by the one above it (R038).';

COMMENT ON TABLE enterprise.taxpayer IS
    '企业信息: one row per 税号; channel is the 收票通道.';

COMMENT ON TABLE enterprise.account IS
    '数电账号; account_type is the 默认业务: 收票, 开票, or both.';

COMMENT ON TABLE enterprise.scheme IS
    '下载方案, asked for from its start date to its end date, or for ever (A-52); a deleted one keeps its row, so '
    'that the log can name it (R067).';

COMMENT ON TABLE enterprise.scheme_scope IS
    '适用组织 as it was said: everybody, an organisation, a tax number.';

COMMENT ON TABLE enterprise.scheme_taxpayer IS
    '适用组织 as it comes out: the tax numbers of a scheme, kept up to date with every load.';

COMMENT ON TABLE enterprise.parameter IS
    'invsm_param_configuration: 配置项类型, 配置项key, 配置项值.';

COMMENT ON TABLE enterprise.permission IS
    'Who may do what for which 核算组织; ''*'' is every organisation. No row at all: everybody may do everything.';

COMMENT ON TABLE enterprise.auto_selection_rule IS
    '自动抵扣勾选配置 (R222): a document goes to the first rule, by priority and name, whose conditions it meets. An '
    'empty list and a missing bound are no condition; amounts are 税款金额 in yuan, dates are days in '
    'Asia/Shanghai.';

COMMENT ON TABLE enterprise.change IS
    'Every change of rights, basics, schemes, parameters, rules of 自动抵扣勾选 and monthly updates, before and after, and every '
    'export, with who made it by his own word and who was logged in: written by trigger, chained by hashes, and never changed.';
