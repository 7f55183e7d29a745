"""A rehearsal and the real bureau never share a pool: its first fill decides, and the other kind is refused (A-54)."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import psycopg
import pytest

from fapiao.bureau_kind import REAL, REHEARSAL
from fapiao.errors import CallerRefused, TryLater, Unusable
from fapiao.queries import query
from hooks.bureau.connection import BureauConnection
from hooks.gateway.session import GatewaySession
from hooks.leqi.session import LeqiSession
from hooks.pool.bureau_kind import admit, admitted, claim, kind_of
from rehearsal import KEY
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator
from task_rows import put

Pool = psycopg.Connection[Any]


class Silent(BaseHTTPRequestHandler):
    """A bureau that says nothing of itself: every answer is 404."""

    asked: list[str]

    def do_GET(self) -> None:
        """Counts who looked."""
        self.asked.append(f"{self.command} {self.path}")
        self.send_error(404)

    do_POST = do_GET  # noqa: N815 the library's name

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class SilentWhenLookedAt(BaseHTTPRequestHandler):
    """A simulator behind something that lets no GET through: its first word is the answer to a question."""

    def do_GET(self) -> None:
        """The line is cut without an answer."""
        self.close_connection = True

    def do_POST(self) -> None:
        """An answer with the simulator's mark."""
        self.send_response(200)
        self.send_header("Fapiao-Rehearsal", "true")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address at which it answers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def bureau() -> Iterator[tuple[str, list[str]]]:
    """A real bureau's address, and what it was asked."""
    asked: list[str] = []
    with serving(type("Handler", (Silent,), {"asked": asked})) as url:
        yield url, asked


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """The simulator's address."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as running:
        yield running.url


def leqi(url: str, **extra: Any) -> LeqiSession:
    """乐企 over a connection of its own."""
    return LeqiSession(BureauConnection("leqi", url, None, None, "JR", KEY, extra))


def gateway(url: str, **extra: Any) -> GatewaySession:
    """The gateway over a connection of its own."""
    return GatewaySession(BureauConnection("bureau_gateway", url, None, None, "app", "secret", extra))


def fill(pool: Pool) -> None:
    """An application that a bureau accepted."""
    put(pool, "downloading")
    pool.commit()


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
@pytest.mark.parametrize("opened", [leqi, gateway])
def test_a_simulator_says_who_it_is_though_its_connection_does_not(pool: Pool, simulator: str, opened: Any) -> None:
    with closing(opened(simulator)) as session:
        admit(pool, session)
    held = kind_of(pool)
    assert held
    assert (held.kind, held.binding) == (REHEARSAL, False)


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
@pytest.mark.parametrize("opened", [leqi, gateway])
def test_a_real_bureau_is_refused_by_a_pool_of_rehearsals_before_anything_is_asked_of_it(
    pool: Pool, bureau: tuple[str, list[str]], opened: Any
) -> None:
    claim(pool, REHEARSAL, "the demo", binding=True)
    url, asked = bureau
    with closing(opened(url)) as session, pytest.raises(Unusable, match="is a real bureau: they never share a pool"):
        admit(pool, session)
    assert asked == ["GET /"], "the look that costs nothing"


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_simulator_is_refused_by_a_real_pool_by_its_mark_before_it_is_asked(pool: Pool) -> None:
    claim(pool, REAL, "connection leqi")
    fill(pool)
    with (
        closing(leqi("http://127.0.0.1:9", rehearsal=True)) as session,
        pytest.raises(Unusable, match="is a simulator"),
    ):
        admit(pool, session)


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
@pytest.mark.parametrize("opened", [leqi, gateway])
def test_no_answer_of_a_simulator_without_a_mark_is_taken_into_a_real_pool(
    pool: Pool, simulator: str, opened: Any
) -> None:
    claim(pool, REAL, "connection leqi")
    fill(pool)
    with closing(opened(simulator)) as session:
        admit(pool, session)
        with pytest.raises(CallerRefused, match=r"连接 .* 指向模拟税局，而本库已写入真实税局的数据") as refused:
            session._http._post(simulator)
    assert refused.value.free, "no row is to blame"


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_a_real_pool_never_looks_at_its_bureau(pool: Pool, bureau: tuple[str, list[str]]) -> None:
    claim(pool, REAL, "connection leqi")
    fill(pool)
    url, asked = bureau
    with closing(leqi(url)) as session:
        admit(pool, session)
    assert asked == []


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
def test_the_first_fill_decides_and_a_word_of_before_gives_way(pool: Pool, bureau: tuple[str, list[str]]) -> None:
    claim(pool, REHEARSAL, "./fapiao up by mistake")
    with closing(leqi(bureau[0])) as session:
        admit(pool, session)
    held = kind_of(pool)
    assert held
    assert (held.kind, held.evidence) == (REAL, "connection leqi")
    fill(pool)
    with pytest.raises(Unusable, match=r"filled by the real bureau \(since .*, by connection leqi\)"):
        claim(pool, REHEARSAL, "./fapiao demo", binding=True)


@pytest.mark.finding("F52")
def test_who_says_the_same_a_moment_later_does_not_take_a_binding_word_back(pool: Pool) -> None:
    claim(pool, REHEARSAL, "the demo", binding=True)
    late = {"kind": REHEARSAL, "evidence": "connection leqi", "binding": False}
    pool.execute(query("bureau", "decide"), late)
    held = kind_of(pool)
    assert held is not None
    assert (held.evidence, held.binding) == ("the demo", True)


def test_a_bureau_that_does_not_answer_decides_nothing(pool: Pool) -> None:
    with closing(leqi("http://127.0.0.1:9")) as session:
        admit(pool, session)
    assert kind_of(pool) is None


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
@pytest.mark.parametrize("opened", [leqi, gateway])
def test_a_pool_of_rehearsals_asks_nothing_of_a_bureau_that_does_not_say_who_it_is(pool: Pool, opened: Any) -> None:
    claim(pool, REHEARSAL, "the demo", binding=True)
    with (
        closing(opened("http://127.0.0.1:9")) as session,
        pytest.raises(TryLater, match="没有应答，无法确认是否为模拟税局") as unknown,
    ):
        admit(pool, session)
    assert (unknown.value.code, unknown.value.free) == ("BUREAU_UNKNOWN", True)
    assert "请平台运维在该连接的扩展参数中标明 rehearsal" in str(unknown.value)
    with closing(opened("http://127.0.0.1:9", rehearsal=True)) as session:
        assert admit(pool, session) is session, "a marked one that is away is a bureau that is away"


@pytest.mark.finding("F52")
@pytest.mark.req("A-54")
@pytest.mark.parametrize("opened", [leqi, gateway])
def test_a_simulator_that_is_silent_when_looked_at_fills_no_pool_unmarked(pool: Pool, opened: Any) -> None:
    with serving(SilentWhenLookedAt) as url, closing(opened(url)) as session:
        admit(pool, session)
        assert kind_of(pool) is None
        with pytest.raises(CallerRefused, match=r"连接 .* 指向模拟税局，而连接的扩展参数未标明") as refused:
            session._http._post(url)
    assert refused.value.free, "no row is to blame"


@pytest.mark.finding("F52")
def test_a_bureau_that_is_refused_is_closed_again(pool_url: str) -> None:
    def connect() -> Pool:
        return psycopg.connect(pool_url)

    with connect() as connection:
        claim(connection, REAL, "connection leqi")
        fill(connection)
    session = leqi("http://127.0.0.1:9", rehearsal=True)
    with pytest.raises(Unusable):
        admitted(connect, lambda: session)
    assert session._http._client.is_closed


@pytest.mark.finding("F52")
def test_the_kind_is_never_deleted(owner: Pool) -> None:
    claim(owner, REAL, "connection leqi")
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        owner.execute("DELETE FROM sync.bureau")
