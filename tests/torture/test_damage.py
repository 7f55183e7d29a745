"""The driver can fail: each kind of damage, planted in a world that is whole, is found under the name of its invariant."""

from collections.abc import Callable, Iterator
from datetime import date
from random import Random

import httpx
import psycopg
import pytest

from business_day import live
from cluster import POOL
from day_script import Intensity, script
from every_invariant import INVARIANTS
from filed_documents import lay_file
from gateway_caller import GatewayCaller
from invariants import Invariant, check
from simulator.running import LOOPBACK
from world import World, world_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture-damage")]
DAY = date(2027, 1, 2)
"""The sales of the month before are downloaded on that day, and little else."""
QUIET = Intensity(seconds=1.0, mishaps=0, documents=30, server_deaths=0)
ONE_TASK = (
    "(SELECT task_id FROM sync.task WHERE status = 'succeeded' AND downloaded_count > 0 ORDER BY task_id LIMIT 1)"
)
ONE_DOCUMENT = "(SELECT document_key FROM pool.document WHERE document = 'invoice' AND detail_level = 'full' ORDER BY document_key LIMIT 1)"
LOGIN = """
INSERT INTO sync.login_request (channel, account, city_code, taxpayer_no, reason, next_check, answered_at, answered_by)
SELECT channel, 'somebody', '1', taxpayer_no, 'planted', sync.now(), {0}, {1} FROM sync.task WHERE task_id = {2};
UPDATE sync.task SET status = 'downloading', finished_at = NULL, login_request_id = (SELECT max(login_request_id) FROM sync.login_request)
WHERE task_id = {2};
"""
SELECTION = """
INSERT INTO sync.selection (parent_batch_no, operation, surface, taxpayer_no, taxpayer_name, org_code, channel, document_count, created_by)
SELECT parent_batch_no, 'not_deduct', 'interactive', taxpayer_no, taxpayer_name, org_code, 'leqi', 0, '{0}' FROM sync.task WHERE task_id = {1};
"""
VERIFICATION = """
INSERT INTO sync.verification (direction, taxpayer_no, document_key, invoice_type, invoice_no, reason)
SELECT 'input', taxpayer_no, 'X1', '81', '1', 'first_capture' FROM sync.task WHERE task_id = {0};
"""
CALLS = """
INSERT INTO sync.verification_call (verification_id, document_key, day, question)
SELECT max(verification_id), 'X1', '2027-01-04', '{{}}' FROM sync.verification, generate_series(1, {0}) GROUP BY generate_series;
"""
SLOT = """
INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day, state, task_id, settled_at)
SELECT taxpayer_no, 'leqi', 'full', 'input', 'invoice', '81', '2026-07-01', '2027-01-04', state, task_id,
    CASE state WHEN 'reserved' THEN NULL ELSE sync.now() END
FROM sync.task, unnest(ARRAY[{1}]) AS state WHERE task_id = {0};
"""
DAMAGE: dict[str, str] = {
    "tasks_are_somewhere": f"UPDATE sync.task SET status = 'downloading', finished_at = NULL WHERE task_id = {ONE_TASK}",
    "tasks_at_rest_say_what_is_missing": f"UPDATE sync.task SET status = 'incomplete', finished_at = NULL WHERE task_id = {ONE_TASK}",
    "selections_are_somewhere": SELECTION.format("zhang", ONE_TASK),
    "verifications_are_somewhere": VERIFICATION.format(ONE_TASK),
    "nobody_is_behind_an_answered_login": LOGIN.format("sync.now()", "'li'", ONE_TASK),
    "nobody_waits_for_a_login": LOGIN.format("NULL", "NULL", ONE_TASK),
    "no_lease_is_left": f"UPDATE sync.task SET lease_until = sync.now() WHERE task_id = {ONE_TASK}",
    "counts_add_up": f"""
        ALTER TABLE sync.task DROP CONSTRAINT counts_balance;
        UPDATE sync.task SET inserted_count = inserted_count + 1 WHERE task_id = {ONE_TASK}""",
    "failures_say_why": f"""
        UPDATE sync.task SET status = 'download_failed', error_code = 'INTERNAL', error_message = 'KeyError' WHERE task_id = {ONE_TASK}""",
    "replies_are_kept": "DELETE FROM pool.sighting; DELETE FROM sync.reply",
    "nothing_after_a_void": f"""
        UPDATE sync.task SET void_state = 'voided', voided_by = 'zhang', voided_at = created_at, void_reason = 'x' WHERE task_id = {ONE_TASK};
        INSERT INTO sync.task_event (task_id, seq, to_status, actor, hash)
        SELECT task_id, seq, 'voided', 'calendar', '' FROM sync.task, unnest(ARRAY[98, 99]) AS seq WHERE void_state = 'voided'""",
    "events_are_chained": f"UPDATE sync.task_event SET actor = 'nobody' WHERE seq = 1 AND task_id = {ONE_TASK}",
    "final_rows_say_their_end": f"UPDATE sync.task SET status = 'no_data', downloaded_count = 0, inserted_count = 0, updated_count = 0, unchanged_count = 0, ignored_count = 0, failed_count = 0 WHERE task_id = {ONE_TASK}",
    "five_verifications_a_day": VERIFICATION.format(ONE_TASK) + CALLS.format(6),
    "the_ledger_forgets_none": "DELETE FROM sync.quota_slot",
    "slots_beyond_the_count_are_unknown": SLOT.format(ONE_TASK, "'consumed'"),
    "nothing_is_overspent": SLOT.format(ONE_TASK, "'unknown', 'unknown'"),
    "one_application_a_row": SLOT.format(ONE_TASK, "'consumed', 'consumed'"),
    "no_reservation_is_open": SLOT.format(ONE_TASK, "'reserved'"),
    "no_document_is_invented": f"UPDATE pool.document SET document_key = 'X' WHERE document_key = {ONE_DOCUMENT}",
    "every_face_is_the_bureaus": f"UPDATE pool.document SET amount = amount + 1 WHERE document_key = {ONE_DOCUMENT}",
    "every_answered_window_is_there": "DELETE FROM pool.document",
    "lines_have_their_document": f"DELETE FROM pool.document WHERE document_key = {ONE_DOCUMENT}",
    "values_have_a_source": f"UPDATE pool.document SET batch_no = 'B0' WHERE document_key = {ONE_DOCUMENT}",
    "the_last_change_is_what_is_there": f"""
        INSERT INTO pool.change (direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
        SELECT direction, taxpayer_no, document_key, 'status', '0', 'planted', batch_no, channel, now(), now()
        FROM pool.document WHERE document_key = {ONE_DOCUMENT}""",
    "every_change_is_written_down": f"UPDATE pool.document SET status = 'planted' WHERE document_key = {ONE_DOCUMENT}",
    "every_tick_is_planned": "DELETE FROM sync.task; DELETE FROM sync.skip",
    "nobody_acts_without_the_right": SELECTION.format("zhao", ONE_TASK),
    "named_files_are_stored": """
        INSERT INTO pool.layout_file (direction, taxpayer_no, document_key, file_type, source, sha256, size, media_type)
        SELECT direction, taxpayer_no, document_key, 'pdf', 'bureau', repeat('0', 64), 1, 'application/pdf' FROM pool.document LIMIT 1""",
    "what_is_done_is_in_the_pool": "DELETE FROM pool.document",
}
"""SQL that damages a copy of the pool, by the invariant that finds it; triggers and foreign keys look away."""


BY_HAND = {
    "selections_are_the_bureaus",
    "every_file_has_one_verdict",
    "the_bureau_is_asked_five_times_at_most",
    "nobody_holds_anything",
    "another_drain_changes_nothing",
}
"""What no SQL can plant; each has a test of its own."""


@pytest.fixture(scope="module")
def whole() -> Iterator[World]:
    """A world after one quiet day: every invariant holds."""
    with world_of(1, DAY, ["leqi"]) as world:
        lay_file(world, Random(1), ["whole"])  # noqa: S311
        live(world, script(1, world.group, DAY, QUIET), QUIET)
        ticks = dict(world.fired)
        check(world, DAY, "")
        world.fired.update(ticks)
        yield world


@pytest.fixture
def damaged(whole: World) -> Iterator[Callable[[str], World]]:
    """The world over a copy of its pool, in which a statement was run; the pool itself stays whole."""

    def damage(statement: str) -> World:
        with psycopg.connect(whole.cluster.url("postgres"), autocommit=True) as maintenance:
            maintenance.execute(f"CREATE DATABASE damaged TEMPLATE {POOL} STRATEGY FILE_COPY")
        whole.cluster.database = "damaged"
        with psycopg.connect(whole.cluster.url(), autocommit=True) as pool:
            pool.execute("SET session_replication_role = replica")
            for one in filter(str.strip, statement.split(";")):
                pool.execute(one)
        return whole

    kept = dict(whole.fired), dict(whole.evening.documents), whole.evening.last_change
    yield damage
    whole.cluster.database = POOL
    whole.fired, whole.evening.documents, whole.evening.last_change = kept
    with psycopg.connect(whole.cluster.url("postgres"), autocommit=True) as maintenance:
        maintenance.execute("DROP DATABASE damaged WITH (FORCE)")


def invariant(name: str) -> Invariant:
    (found,) = (one for one in INVARIANTS if one.name == name)
    return found


def test_every_invariant_has_its_damage() -> None:
    assert {one.name for one in INVARIANTS} == DAMAGE.keys() | BY_HAND


@pytest.mark.parametrize("name", DAMAGE)
def test_planted_damage_is_found(name: str, damaged: Callable[[str], World]) -> None:
    world = damaged(DAMAGE[name])

    assert list(invariant(name).find(world))


def test_a_transaction_that_is_left_open_is_found(whole: World) -> None:
    with psycopg.connect(whole.cluster.url()) as pool:
        pool.execute("SELECT 1 FROM sync.task LIMIT 1")

        assert list(invariant("nobody_holds_anything").find(whole))


@pytest.mark.parametrize("places", [["inbox"], ["inbox-results/done", "inbox-results/refused"]])
def test_a_file_that_nobody_takes_up_or_that_lies_twice_is_found(whole: World, places: list[str]) -> None:
    laid = [whole.folder / place / "planted.xlsx" for place in places]
    for file in laid:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
        file.with_name("planted.xlsx.txt").write_text("x", encoding="utf-8")
    whole.laid["planted.xlsx"] = "noise"

    assert list(invariant("every_file_has_one_verdict").find(whole))

    del whole.laid["planted.xlsx"]
    for file in laid:
        file.unlink()


def test_a_document_that_is_verified_too_often_is_found(whole: World) -> None:
    asked = {"invoiceCode": "", "invoiceNo": "27312000000000000009", "invoiceDate": "2027-01-02", "checkCode": ""}
    with httpx.Client(trust_env=False) as client:
        caller = GatewayCaller(f"http://{LOOPBACK}:{whole.bureau.port}", client)
        for _ in range(6):
            caller.verify(**asked)

    assert list(invariant("the_bureau_is_asked_five_times_at_most").find(whole))


def test_a_selection_that_the_bureau_knows_and_we_do_not_is_found(whole: World) -> None:
    owner = whole.group.of("leqi")[0].number
    (key,) = whole.bureau.plant(documents=[{"nsrsbh": owner, "fplx": "customs", "kprq": "2026-12-05"}])

    assert not list(invariant("selections_are_the_bureaus").find(whole))

    whole.bureau.change(key, fpyt="6", skssq="202612")

    assert list(invariant("selections_are_the_bureaus").find(whole))


def test_a_row_that_comes_by_itself_is_found_by_another_drain(whole: World) -> None:
    lay_file(whole, Random(2), ["whole"])  # noqa: S311

    assert list(invariant("another_drain_changes_nothing").find(whole))
