"""The session of `./fapiao select`: it looks at logins while it waits, and leaves no lease behind."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from fapiao.errors import LoginLost
from launcher.airflow_env import METADATA
from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE, POOL_VARIABLE
from launcher.selections import submit
from launcher.selections.session import session_for
from operators.selections.submit import submit as submit_request
from selection_room import SelectionRoom, selecting_in

LOST = LoginLost("GATEWAY_91300", "登录失效，请重新登录", "log in", 60.0)


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company on 电子税局 with one paper."""
    with selecting_in(pool_url, lambda room: room.company(channel="etax")) as made:
        made.documents("A")
        yield made


def submitted(room: SelectionRoom) -> str:
    """The number of a submission."""
    parent = submit_request(room.another_run(), room.request(["A"]), "tester").parent_batch_no
    assert parent
    return parent


@pytest.mark.req("R152", "R216")
def test_who_waits_for_a_request_behind_a_login_is_not_kept_after_the_person_has_logged_in(
    room: SelectionRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, naps = submitted(room), []
    room.bureau.logged_in, room.bureau.raises["upload"] = "manual", [LOST]

    def log_in(seconds: float) -> None:
        naps.append(seconds)
        assert len(naps) < 5, "the request waits for ever"
        assert naps[1:] or room.row()["login_request_id"]
        room.bureau.logged_in = "online"
        room.pool.execute("UPDATE sync.login_request SET next_check = now()")

    monkeypatch.setattr(submit.time, "sleep", log_in)
    submit.follow(room.session, parent, wait=True)
    assert (room.row()["status"], room.row()["attempts"]) == ("succeeded", 0)
    assert room.bureau.asked().count("login") > 1


def test_the_session_of_a_command_gives_its_leases_up(
    room: SelectionRoom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    submitted(room)
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, room.url)
    for variable in (LEQI_VARIABLE, GATEWAY_VARIABLE, METADATA):
        monkeypatch.delenv(variable, raising=False)
    with session_for(argparse.Namespace(date=None, actor="li")) as session:
        with session.transaction() as tables:
            (claimed,) = tables.queue.claim(session.owner, ["etax"], 10, session.unanswered)
        assert room.row()["lease_until"] is not None
        assert list(session.bureaus) == []
    assert (room.row()["batch_no"], room.row()["lease_until"]) == (claimed.batch_no, None)
