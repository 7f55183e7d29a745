"""The run's last lines say which requirement ids it proved."""

import pytest

from requirement_ids import IDS, Requirements, known_ids

TESTS = """
import pytest

@pytest.mark.req("R001")
@pytest.mark.finding("A-01")
def test_good(): pass

@pytest.mark.req("R002")
def test_bad(): assert False

@pytest.mark.req("R002")
def test_good_too(): pass
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Requirements:
    pytester.makeini("[pytest]\nmarkers =\n req(*ids): ids\n finding(*ids): ids")
    collector = Requirements()
    collector.known = {"R001": True, "R002": True, "A-01": False, "G1": True}
    return collector


def test_ids_of_passed_tests_are_proven_and_a_failing_one_takes_its_id_away(pytester, inner):
    pytester.makepyfile(TESTS)
    result = pytester.inline_run("-p", "no:cacheprovider", plugins=[inner])
    result.assertoutcome(passed=2, failed=1)
    assert inner.proven - inner.failed == {"R001", "A-01"}


def test_an_unknown_id_stops_the_run(pytester, inner):
    pytester.makepyfile(TESTS.replace("A-01", "R999"))
    assert pytester.inline_run("-p", "no:cacheprovider", plugins=[inner]).ret == pytest.ExitCode.USAGE_ERROR


def test_every_id_of_the_manuals_is_known():
    known = known_ids(IDS.read_text(encoding="utf-8"))
    expected = (
        [f"R{n:03}" for n in range(1, 328)] + [f"A-{n:02}" for n in range(1, 57)] + [f"G{n}" for n in range(1, 19)]
    )
    findings = [*range(1, 19), *range(20, 31), *range(40, 63), *range(70, 82), *range(90, 97)]
    assert list(known) == expected + [f"F{n:02}" for n in findings]
    assert all(known[name] for name in ("G1", "G6", "G11", "G13", "A-03", "A-29", "A-34", "A-50"))


def test_a_star_means_in_scope_and_a_hash_begins_a_comment():
    assert known_ids("# head\nR001*\nR002 # later\n\n") == {"R001": True, "R002": False}


@pytest.mark.parametrize(("words", "said"), [((), "; missing in scope: R002 G1"), (("-k", "test"), ""), ((".",), "")])
def test_what_is_missing_is_told_by_a_run_of_everything_alone(pytester, inner, capsys, words, said):
    pytester.makeini("[pytest]\nmarkers =\n req(*ids): ids\n finding(*ids): ids\ntestpaths = .")
    pytester.makepyfile(TESTS)
    result = pytester.inline_run("-p", "no:cacheprovider", *words, plugins=[inner])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert f"requirements proven: 2{said}\n" in capsys.readouterr().out
