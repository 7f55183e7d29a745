"""`./fapiao taxpayers`, `schemes` and `params`, as a person types them."""

import json
from pathlib import Path

import pytest

from enterprise_files import DISK, ETAX, GROUP, LEQI, SCHEME, workbook
from fapiao.errors import Unusable
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.enterprise_files import has_leqi_default
from launcher.main import main

TEN = ("rim_download", "open_replenish_last_month")


class Terminal:
    """Types a command; gives back the exit code, what was printed, and what was complained."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> tuple[int, list[str], str]:
        """Runs one command line in this process."""
        self._capsys.readouterr()
        code = main([str(word) for word in words])
        printed = self._capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    def rows(self, *words: object) -> list[dict]:
        """What a list prints as JSON."""
        return [json.loads(line) for line in self(*words, "--json")[1]]


@pytest.fixture
def fapiao(monkeypatch, capsys, pool_url, tmp_path) -> Terminal:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.delenv(LEQI_VARIABLE, raising=False)
    return Terminal(capsys)


@pytest.fixture
def group(tmp_path: Path) -> Path:
    file = tmp_path / "group.yaml"
    file.write_text(GROUP + "schemes:" + SCHEME, encoding="utf-8")
    return file


def test_a_group_is_loaded_once_and_a_second_time_nothing_changes(fapiao, group):
    code, lines, complaints = fapiao("taxpayers", "load", group)
    assert (code, lines[1]) == (0, "taxpayers: 3 new, 0 changed, 0 unchanged")
    assert complaints == "warning: group.yaml: schemes are left out here; load them with ./fapiao schemes load\n"
    assert fapiao("taxpayers", "load", group)[1][1] == "taxpayers: 0 new, 0 changed, 3 unchanged"
    assert fapiao("schemes", "load", group, "--date", "2026-11-21")[:2] == (
        0,
        ["schemes: 1 new, 0 changed, 0 unchanged"],
    )


def test_lists_show_channels_accounts_and_members(fapiao, group):
    fapiao("taxpayers", "load", group)
    fapiao("schemes", "load", group, "--date", "2026-11-21")
    people = {row["taxpayer_no"]: row for row in fapiao.rows("taxpayers", "list")}
    assert (people[ETAX]["accounts"], people[ETAX]["schemes"]) == (["13800000000"], ["华北"])
    assert (people[LEQI]["download_channel"], people[DISK]["schemes"]) == ("leqi", [])
    (row,) = fapiao.rows("schemes", "list")
    assert (row["taxpayers"], row["taxpayer_count"], row["frequency"]) == (["0100"], 2, [5, 10, 15, 20, 26])
    assert "甲公司" in "\n".join(fapiao("taxpayers", "list")[1])
    assert "华北" in "\n".join(fapiao("schemes", "list")[1])


def test_a_dry_run_saves_nothing(fapiao, group):
    assert fapiao("taxpayers", "load", group, "--dry-run")[1][-1] == "dry run: nothing was saved"
    assert fapiao.rows("taxpayers", "list") == []


def test_taxpayers_and_accounts_may_come_as_two_files(fapiao, tmp_path):
    people, accounts = (
        tmp_path / "people.csv",
        workbook(tmp_path / "a.xlsx", Sheet1=[["taxpayer_no", "account", "is_default"], [ETAX, "13800000000", "是"]]),
    )
    people.write_bytes(
        f"taxpayer_no,name,channel,company_type\n{ETAX},乙公司,电子税局,小规模纳税人\n".encode("gb18030")
    )
    assert fapiao("taxpayers", "load", people, accounts)[:2] == (
        0,
        ["taxpayers: 1 new, 0 changed, 0 unchanged", "accounts: 1 new, 0 changed, 0 unchanged"],
    )


def test_every_problem_of_every_file_is_printed_and_nothing_is_saved(fapiao, group, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("taxpayer_no,name,channel\n1,x,y\n", encoding="utf-8")
    code, lines, complaints = fapiao("taxpayers", "load", group, bad)
    assert (code, lines) == (1, [])
    assert "bad.csv, line 2, taxpayer_no: '1' is not a tax number" in complaints
    code, _, complaints = fapiao("taxpayers", "load", tmp_path / "absent.yaml", tmp_path)
    assert (code, len(complaints.splitlines())) == (1, 2)
    assert fapiao.rows("taxpayers", "list") == []


def test_a_file_without_records_says_so(fapiao, tmp_path):
    (tmp_path / "empty.csv").write_text("taxpayer_no,name\n", encoding="utf-8")
    assert fapiao("taxpayers", "load", tmp_path / "empty.csv")[1] == ["no records: nothing is changed"]


@pytest.mark.req("R067", "R068")
def test_a_scheme_is_disabled_enabled_and_deleted_by_name(fapiao, group):
    fapiao("taxpayers", "load", group)
    fapiao("schemes", "load", group, "--date", "2026-11-21")
    for action, enabled in (("disable", False), ("enable", True)):
        assert fapiao("schemes", action, "华北")[:2] == (0, [f"华北: {action}d"])
        assert [row["enabled"] for row in fapiao.rows("schemes", "list")] == [enabled]
    assert fapiao("schemes", "delete", "华北")[:2] == (0, ["华北: deleted"])
    assert fapiao.rows("schemes", "list") == []
    code, _, complaints = fapiao("schemes", "enable", "华北")
    assert (code, complaints) == (1, "there is no scheme 华北; ./fapiao schemes list shows what there is\n")


def test_a_parameter_is_set_read_and_unset(fapiao):
    assert fapiao("params", "get", *TEN)[:2] == (0, ["0"])
    assert fapiao("params", "set", *TEN, "1")[:2] == (0, ["rim_download open_replenish_last_month: 1"])
    assert fapiao("params", "get", *TEN)[:2] == (0, ["1"])
    (row,) = fapiao.rows("params", "list")
    assert (row["type"], row["key"], row["value"]) == (*TEN, "1")
    assert row["changed_at"].endswith("+08:00")
    assert fapiao("params", "unset", *TEN)[:2] == (0, ["rim_download open_replenish_last_month: not set"])
    assert fapiao.rows("params", "list") == []


def test_a_parameter_that_nobody_reads_is_kept_with_a_warning_and_one_that_is_not_there_is_refused(fapiao):
    code, _, complaints = fapiao("params", "set", "rim_upload", "x", "")
    assert (code, complaints.startswith("warning: fapiao does not read rim_upload x")) == (0, True)
    assert fapiao("params", "get", "rim_upload", "x")[:2] == (0, [""])
    code, _, complaints = fapiao("params", "get", "rim_upload", "y")
    assert (code, complaints) == (1, "rim_upload y is not set, and fapiao does not read it\n")


@pytest.mark.req("R148")
@pytest.mark.parametrize(
    "connection",
    [
        '{"conn_type": "leqi", "host": "http://x", "password": "k", "extra": {"sydwptbh": "U"}}',
        '{"conn_type": "leqi", "host": "http://x", "password": "k", "extra": "{\\"sydwptbh\\": \\"U\\"}"}',
        "leqi://a:k@x?sydwptbh=U",
        "leqi://a:k@x/?__extra__=%7B%22sydwptbh%22%3A+%22U%22%7D",
    ],
)
def test_the_leqi_connections_default_spares_the_taxpayer_an_id(fapiao, monkeypatch, tmp_path, connection):
    file = tmp_path / "a.yaml"
    file.write_text(f"- {{taxpayer_no: {DISK}, name: 丙, channel: 乐企, company_type: general}}", encoding="utf-8")
    code, _, complaints = fapiao("taxpayers", "load", file)
    assert (code, "lacks leqi_id" in complaints) == (1, True)
    monkeypatch.setenv(LEQI_VARIABLE, connection)
    assert fapiao("taxpayers", "load", file)[0] == 0


@pytest.mark.parametrize("connection", ["", "leqi://a:k@x", '{"host": "x"}', '{"extra": {"sydwptbh": ""}}'])
def test_a_connection_without_it_has_no_default(monkeypatch, connection):
    monkeypatch.setenv(LEQI_VARIABLE, connection)
    assert has_leqi_default() is False


@pytest.mark.parametrize(
    "connection", ['{"password": "geheim"', "leqi://a:geheim@x?__extra__=[", '{"extra": "geheim"}']
)
def test_a_broken_connection_is_refused_without_repeating_it(monkeypatch, connection):
    monkeypatch.setenv(LEQI_VARIABLE, connection)
    with pytest.raises(Unusable, match=f"^{LEQI_VARIABLE} ") as refused:
        has_leqi_default()
    assert "geheim" not in str(refused.value)
