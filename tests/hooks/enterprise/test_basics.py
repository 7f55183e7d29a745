"""The basics in the pool: saved all or nothing, read back as they were, members always as the schemes say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from enterprise_files import DAY, DISK, ETAX, GROUP, LEQI, SCHEME, WORDS, group, tables
from fapiao.enterprise.loading import Loaded, load_schemes, load_taxpayers
from fapiao.enterprise.parameters import with_parameter
from fapiao.enterprise.records import Enterprise
from fapiao.enterprise.switching import delete_schemes, switch_schemes
from fapiao.errors import BadInput
from fapiao.queries import query
from hooks.enterprise.basics import change, read_enterprise

Decide = Callable[[Enterprise], Loaded]


def taxpayers(text: str) -> Decide:
    return lambda before: load_taxpayers(before, tables(text), WORDS, True)


def schemes(text: str) -> Decide:
    return lambda before: load_schemes(before, tables(text), WORDS, DAY)


def parameter(kind: str, key: str, value: str | None) -> Decide:
    return lambda before: with_parameter(before, (kind, key), value, WORDS.rules, True)


@pytest.fixture
def filled(pool: psycopg.Connection) -> psycopg.Connection:
    change(pool, taxpayers(GROUP), "tester")
    change(pool, schemes(SCHEME), "tester")
    return pool


def members(pool: psycopg.Connection, name: str = "华北") -> list[str]:
    statement = (
        "SELECT taxpayer_no FROM enterprise.scheme JOIN enterprise.scheme_taxpayer USING (scheme_id) "
        "WHERE name = %s ORDER BY 1"
    )
    return [row[0] for row in pool.execute(statement, [name])]


def planned_schemes(pool: psycopg.Connection) -> int:
    return len(pool.execute(query("plan", "schemes")).fetchall())


def test_what_is_saved_is_read_back_as_it_was(filled):
    expected = load_schemes(group(), tables(SCHEME), WORDS, DAY).enterprise
    assert read_enterprise(filled) == expected


def test_loading_the_same_again_writes_nothing(filled):
    stamps = "SELECT sum(xmin::text::bigint) FROM enterprise.{}"
    kinds = ("organisation", "taxpayer", "account", "scheme", "scheme_scope", "scheme_taxpayer")
    before = [filled.execute(stamps.format(kind)).fetchone() for kind in kinds]
    again = [*change(filled, taxpayers(GROUP), "x").tallies, *change(filled, schemes(SCHEME), "x").tallies]
    assert [(tally.new, tally.changed, tally.unchanged) for tally in again] == [(0, 0, n) for n in (2, 3, 1, 1)]
    assert [filled.execute(stamps.format(kind)).fetchone() for kind in kinds] == before


def test_a_refused_file_leaves_nothing_behind(pool):
    with pytest.raises(BadInput):
        change(pool, taxpayers(GROUP + f"  - {{taxpayer_no: {LEQI}}}"), "tester")
    assert read_enterprise(pool) == Enterprise()


def test_a_dry_run_counts_and_leaves_nothing_behind(pool):
    loaded = change(pool, taxpayers(GROUP), "tester", dry_run=True)
    assert [tally.new for tally in loaded.tallies] == [2, 3, 1]
    assert read_enterprise(pool) == Enterprise()


@pytest.mark.req("R075")
def test_whoever_joins_or_leaves_an_organisation_joins_or_leaves_its_schemes(filled):
    assert members(filled) == [LEQI, ETAX]
    change(filled, taxpayers(f"- {{taxpayer_no: {DISK}, org_code: '0100'}}"), "tester")
    assert members(filled) == [LEQI, ETAX, DISK]
    change(filled, taxpayers(f"- {{taxpayer_no: {LEQI}, org_code: '0200'}}"), "tester")
    assert members(filled) == [ETAX, DISK]


def test_a_scheme_for_all_takes_in_whoever_comes_later_and_one_by_number_stays(filled):
    change(filled, schemes(SCHEME.replace("华北", "全部").replace('["0100"]', "all")), "tester")
    change(filled, schemes(SCHEME.replace("华北", "一家").replace('["0100"]', LEQI)), "tester")
    newcomer = "91440300708461136T"
    change(filled, taxpayers(f"- {{taxpayer_no: {newcomer}, name: 丁, channel: aisino, company_type: general}}"), "x")
    assert members(filled, "全部") == sorted([LEQI, ETAX, DISK, newcomer])
    assert members(filled, "一家") == [LEQI]


def test_a_scheme_that_names_others_lets_the_old_ones_go(filled):
    change(filled, schemes(f"- {{name: 华北, taxpayers: {DISK}}}"), "tester")
    assert members(filled) == [DISK]
    assert read_enterprise(filled).schemes["华北"].scopes == {("taxpayer", DISK)}


def test_the_default_account_passes_from_one_to_another_in_one_file(filled):
    new, old = (
        f"{{taxpayer_no: {ETAX}, account: {row}}}" for row in ("b, is_default: 1", "'13800000000', is_default: 0")
    )
    change(filled, taxpayers(f"accounts: [{new}, {old}]"), "tester")
    assert [one.account for one in read_enterprise(filled).accounts.values() if one.is_default] == ["b"]


@pytest.mark.req("R068")
def test_a_disabled_scheme_is_not_planned(filled):
    assert planned_schemes(filled) == 1
    change(filled, lambda before: switch_schemes(before, ["华北"], False, WORDS.rules, DAY), "tester")
    assert planned_schemes(filled) == 0
    change(filled, lambda before: switch_schemes(before, ["华北"], True, WORDS.rules, DAY), "tester")
    assert planned_schemes(filled) == 1


@pytest.mark.req("R067")
def test_a_deleted_scheme_is_not_planned_and_its_row_and_members_stay(filled):
    change(filled, lambda before: delete_schemes(before, ["华北"]), "tester")
    assert planned_schemes(filled) == 0
    assert members(filled) == [LEQI, ETAX]
    kept = filled.execute("SELECT name, enabled, deleted_at IS NOT NULL FROM enterprise.scheme").fetchall()
    assert kept == [("华北", False, True)]


def test_a_new_scheme_may_take_the_name_of_a_deleted_one(filled):
    change(filled, lambda before: delete_schemes(before, ["华北"]), "tester")
    assert change(filled, schemes(SCHEME), "tester").tallies[0].new == 1
    assert filled.execute("SELECT count(*) FROM enterprise.scheme").fetchone() == (2,)
    assert planned_schemes(filled) == 1


def test_a_parameter_says_who_set_it_last_and_can_be_removed(pool):
    read = "SELECT type, key, value, changed_by FROM enterprise.parameter"
    change(pool, parameter("rim_download", "open_replenish_last_month", "1"), "first")
    change(pool, parameter("rim_download", "open_replenish_last_month", "0"), "second")
    assert pool.execute(read).fetchall() == [("rim_download", "open_replenish_last_month", "0", "second")]
    change(pool, parameter("rim_download", "open_replenish_last_month", None), "third")
    assert pool.execute(read).fetchall() == []


@pytest.mark.req("R147")
def test_the_effective_channels_are_leqi_for_downloading_and_rpa_for_selecting(filled):
    read = "SELECT download_channel, selection_channel FROM enterprise.effective_channel WHERE taxpayer_no = %s"
    assert filled.execute(read, [ETAX]).fetchone() == ("etax", "etax")
    assert filled.execute(read, [LEQI]).fetchone() == ("leqi", "leqi")
    for number in (ETAX, LEQI):
        change(filled, parameter("rim_leqi_collect", number, "1"), "tester")
        assert filled.execute(read, [number]).fetchone() == ("leqi", "etax")
    change(filled, parameter("rim_leqi_collect", ETAX, "0"), "tester")
    assert filled.execute(read, [ETAX]).fetchone() == ("etax", "etax")


def test_the_decisions_and_the_views_agree_on_channels_and_accounts(filled):
    change(filled, parameter("rim_leqi_collect", LEQI, "1"), "tester")
    basics = read_enterprise(filled)
    by_view = dict(filled.execute("SELECT taxpayer_no, download_channel FROM enterprise.effective_channel").fetchall())
    assert by_view == {number: basics.download_channel(who) for number, who in basics.taxpayers.items()}
    poor = "SELECT taxpayer_no FROM enterprise.without_receiving_account"
    assert filled.execute(poor).fetchall() == []
    filled.execute("UPDATE enterprise.account SET account_type = 'issue'")
    assert filled.execute(poor).fetchall() == [(ETAX,)]


def test_people_who_load_at_the_same_time_wait_for_each_other(pool_url):
    """Each adds a name to the same taxpayer's list of organisations; nobody's work is lost."""

    def rename(number: int) -> None:
        def decide(before: Enterprise) -> Loaded:
            names = {**before.organisations, str(number): f"{len(before.organisations)}"}
            return Loaded(replace(before, organisations=names), [], [])

        with psycopg.connect(pool_url) as connection:
            change(connection, decide, "tester")

    with ThreadPoolExecutor(4) as people:
        list(people.map(rename, range(8)))
    with psycopg.connect(pool_url) as connection:
        assert sorted(read_enterprise(connection).organisations.values()) == [str(number) for number in range(8)]
