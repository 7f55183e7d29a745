"""Answers no bureau should send, one company each: every row ends in its own status with a sentence, and no channel stops.

What is sent, where, and what becomes of it is data (answers.yaml); how an answer is added stands in docs/architecture.md.
"""

from collections.abc import Iterator

import pytest

from hostile_room import MEGABYTES, hostile_room
from hostile_services import SERVICES, Outcome, answers, answers_of, bureau_of, run

pytestmark = pytest.mark.finding("F20", "F21", "F22", "F23", "F24", "F29", "F73", "F94")
_OF = {name: answers_of(name) for name in SERVICES}


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(f"hostile {name}")) for name in SERVICES]
)
def outcome(request: pytest.FixtureRequest, service_pool_url: str) -> Iterator[tuple[str, Outcome]]:
    """One hostile day and one healthy day of a service, all its companies at once."""
    service = SERVICES[request.param]
    bureau = bureau_of(service, _OF[request.param], request.param)
    with hostile_room(service_pool_url, bureau) as room:
        yield request.param, run(room, service, _OF[request.param])


def test_every_company_ends_as_its_answer_says(outcome: tuple[str, Outcome]) -> None:
    name, found = outcome
    wrong = [one for answer in _OF[name] for one in found.differences(name, answer)]
    assert not wrong, "\n".join(wrong)


def test_no_step_fails_and_the_worker_stays_small(outcome: tuple[str, Outcome]) -> None:
    _, found = outcome
    assert [end for end in found.ends if not end.endswith((": done", ": rescheduled"))] == []
    assert found.megabytes < MEGABYTES
    print(f"the worker held {found.megabytes} MB at its peak")


def test_there_are_many_answers_of_every_kind() -> None:
    found = answers()
    assert len(found) >= 170
    assert len({one["id"] for one in found}) == len(found)
    assert {one["at"] for one in found} >= {"apply", "poll", "later"}
    assert all(len(_OF[name]) >= 100 for name in SERVICES)
