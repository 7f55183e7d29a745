"""The password of a file that a form names by a connection: what is said where there is none."""

import json

import pytest

from fapiao.errors import BadInput
from operators.imports.operators import password_of

pytestmark = pytest.mark.finding("F81")


@pytest.fixture(autouse=True)
def _connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, password in (("WORKBOOK_ZIP", "s3cret-word"), ("WORKBOOK_EMPTY", "")):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps({"conn_type": "generic", "password": password}))


@pytest.mark.parametrize(("named", "password"), [("workbook_zip", "s3cret-word"), (None, None)])
def test_a_connection_of_workbooks_gives_its_password(named, password):
    assert password_of(named) == password


@pytest.mark.parametrize(("named", "told"), [("workbook_gone", "不存在"), ("workbook_empty", "没有填写密码")])
def test_a_connection_without_a_password_is_named_with_what_to_do(named, told):
    with pytest.raises(BadInput) as refused:
        password_of(named)
    assert f"密码连接“{named}”{told}：请管理员" in str(refused.value)
