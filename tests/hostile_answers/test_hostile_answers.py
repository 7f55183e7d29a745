"""Answers no bureau should send, one company each: every row ends in its own status with a sentence, and no channel stops.

What is sent, where, and what becomes of it is data (answers.yaml); how an answer is added stands in docs/architecture.md.
"""

import pytest

from hostile_room import MEGABYTES, hostile_room
from hostile_services import SERVICES, answers, answers_of, bureau_of, run

pytestmark = pytest.mark.finding("F20", "F21", "F22", "F23", "F24", "F29", "F73", "F94")
_OF = {name: answers_of(name) for name in SERVICES}


@pytest.mark.parametrize("name", SERVICES)
def test_every_company_ends_as_its_answer_says_and_the_worker_stays_small(pool_url: str, name: str) -> None:
    service, asked = SERVICES[name], _OF[name]
    with hostile_room(pool_url, bureau_of(service, asked, name)) as room:
        found = run(room, service, asked)
    wrong = [one for answer in asked for one in found.differences(name, answer)]
    assert not wrong, "\n".join(wrong)
    assert [end for end in found.ends if not end.endswith((": done", ": rescheduled"))] == []
    assert found.megabytes < MEGABYTES
    print(f"the worker held {found.megabytes} MB at its peak")


def test_there_are_many_answers_of_every_kind() -> None:
    found = answers()
    assert len(found) >= 170
    assert len({one["id"] for one in found}) == len(found)
    assert {one["at"] for one in found} >= {"apply", "poll", "later"}
    assert all(len(_OF[name]) >= 100 for name in SERVICES)
