"""A pool to walk through: two organisations, everything to act on in the first, and a person for every role in either."""

import json
from datetime import date
from pathlib import Path

import psycopg

from bureau_workbooks import OWNER, export, header
from customs_rows import customs_document, customs_documents, number
from fapiao.permissions.rules import permission_rules
from fapiao.tasks import RunDay
from operators.history.planning import DAG_ID, create
from pool_rows import KEY, context, digital, merge
from task_rows import put

OWN, FOREIGN, BOSS = "ORG1", "ORG2", "boss"
DAY = date(2026, 11, 21)
LONG_AGO = "2026-01-05 09:00+08"
_FILES = {
    "taxpayers.csv": "taxpayer_no,name,org_code,channel,company_type,leqi_id,leqi_authorised_on\n"
    f"{OWNER},新名,ORG1,leqi,general,LQ1,2020-01-01\n",
    "schemes.csv": f"name,taxpayers,download_types,invoice_types,start_date\n甲方案,{OWNER},input_full,all,2027-01-02\n",
    "entries.csv": f"taxpayer_no,document_key,voucher_no,entry_at\n{OWNER},{number(1)},记-1,2026-11-20\n",
    "rights.csv": "actor,org_code,role\nboss,*,admin\n",
    "auto.yaml": "auto_rules: [{name: 免税, action: 勾选, reason: 用于免税项目}]",
    "selection.csv": f"企业税号,缴款书号码,是否勾选,不抵扣原因\n{OWNER},{number(1)},是,用于免税项目\n",
}
_ORGANISATION = "INSERT INTO enterprise.organisation (org_code, org_name) VALUES (%s, %s)"
_TAXPAYER = """
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, leqi_id, leqi_authorised_on)
VALUES (%s, '示例公司', %s, 'leqi', 'LQ1', '2020-01-01')
"""
_SCHEME = """
WITH made AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date)
    VALUES ('甲方案', '{input_full}', '{81}', '2027-01-01') RETURNING scheme_id
), scope AS (INSERT INTO enterprise.scheme_scope SELECT scheme_id, 'taxpayer', %(company)s FROM made)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, %(company)s FROM made
"""
_GRANT = "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES (%s, %s, %s, 'boss')"


def person(role: str, organisation: str) -> str:
    """Who has the role in the organisation and nothing else."""
    return f"{role}-{organisation}"


def furnish(pool: psycopg.Connection) -> None:
    """The group, its documents and rows, and the people."""
    for code in (OWN, FOREIGN):
        pool.execute(_ORGANISATION, [code, code])
    pool.execute(_TAXPAYER, [OWNER, OWN])
    pool.execute(_SCHEME, {"company": OWNER})
    customs_documents(pool, customs_document(1, jkdwrnsrsbh=OWNER), owner=OWNER)
    merge(pool, "digital", [digital(gmfnsrsbh=OWNER)], context(taxpayer_no=OWNER))
    put(pool, "downloading", batch_no="waiting", org_code=OWN)
    put(pool, "download_failed", batch_no="failed", org_code=OWN, invoice_type="82", channel="etax", counter=None,
        applied_at=LONG_AGO, finished_at=LONG_AGO)  # fmt: skip
    for role in permission_rules().roles:
        for code in (OWN, FOREIGN):
            pool.execute(_GRANT, [person(role, code), code, role])
    pool.execute(_GRANT, [BOSS, "*", "admin"])
    form = {"taxpayers": [OWNER], "months": "2026-09", "invoice_types": ["81"]}
    create(pool, RunDay(DAG_ID, "walked", DAY, "walked", explicit=True), person("operator", OWN), form)


def write_files(folder: Path) -> None:
    """What the command lines name."""
    for name, text in _FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    record = {"taxpayer_no": OWNER, "invoice_type": "81", "invoice_no": KEY, "issue_date": "2027-01-03",
              "total_amount": "113.00"}  # fmt: skip
    (folder / "received.json").write_text(json.dumps([record]), encoding="utf-8")
    (folder / "face.pdf").write_bytes(b"%PDF-1.4\nface\n%%EOF\n")
    export(folder / "bureau.xlsx", [header()])
