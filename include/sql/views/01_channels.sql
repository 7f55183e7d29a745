-- Over which channel a tax number is downloaded for and selects, and who lacks an account for it.

CREATE OR REPLACE VIEW enterprise.effective_channel AS
SELECT
    t.taxpayer_no,
    CASE WHEN p.value = '1' THEN 'leqi' ELSE t.channel END AS download_channel,
    CASE WHEN p.value = '1' THEN 'etax' ELSE coalesce(t.selection_channel, t.channel) END AS selection_channel
FROM enterprise.taxpayer AS t
LEFT JOIN enterprise.parameter AS p ON p.type = 'rim_leqi_collect' AND p.key = t.taxpayer_no;
COMMENT ON VIEW enterprise.effective_channel IS
    'rim_leqi_collect / 税号 / 1: 下票用乐企通道，勾选用电子税局通道（RPA） (R147).';

CREATE OR REPLACE VIEW enterprise.without_receiving_account AS
SELECT e.taxpayer_no
FROM enterprise.effective_channel AS e
WHERE e.download_channel = 'etax' AND NOT EXISTS (
    SELECT FROM enterprise.account AS a
    WHERE a.taxpayer_no = e.taxpayer_no AND a.is_default AND a.account_type IN ('receive', 'both'));
COMMENT ON VIEW enterprise.without_receiving_account IS
    'Taxpayers whose 收票通道 is the bureau''s web and who have no default account for receiving; no scheme may '
    'hold one (R076).';
