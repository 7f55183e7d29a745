"""What can happen to a world: workers die, freeze and are cut off, Postgres and the bureau fail, the clock jumps."""

from collections.abc import Callable
from datetime import timedelta

from company_group import BY_HAND
from day_script import Mishap
from visitors import visit
from workers import Worker
from world import World, at

_LEASE_OVER = timedelta(seconds=61)
_TAKEOVER_SECONDS = 2.0


def kill(world: World, mishap: Mishap) -> None:
    """A worker ends as kill -9 ends it, wherever it is."""
    if victim := _one_of(_moving(world), mishap.place):
        world.workers.kill(victim)


def freeze(world: World, mishap: Mishap) -> None:
    """A worker stands still with all it holds."""
    if victim := _one_of(_moving(world), mishap.place):
        world.workers.freeze(victim)


def wake(world: World, mishap: Mishap) -> None:
    """A worker that stood still goes on."""
    if sleeper := _one_of(_frozen(world), mishap.place):
        world.workers.wake(sleeper)


def lease_over(world: World, _: Mishap) -> None:
    """So much time passes that every lease has run out."""
    world.turn(world.clock.now() + _LEASE_OVER)


def hours_pass(world: World, mishap: Mishap) -> None:
    """The clock jumps up to an hour ahead, and never into the night."""
    night = at(world.today, 22)
    if world.clock.now() < night:
        world.turn(min(world.clock.now() + timedelta(minutes=60 * mishap.place), night))


def step_back(world: World, mishap: Mishap) -> None:
    """The clock is put back a little, as a machine's is that was ahead."""
    world.turn(world.clock.now() - timedelta(seconds=5 * mishap.place))


def cut_pool(world: World, _: Mishap) -> None:
    """Every session of a worker ends with a reset."""
    world.pool_line.cut()


def cut_bureau(world: World, _: Mishap) -> None:
    """Every call under way loses its answer."""
    world.bureau_line.cut()


def hold_pool(world: World, _: Mishap) -> None:
    """Nothing passes between workers and Postgres; nobody is told."""
    world.pool_line.hold()


def hold_bureau(world: World, _: Mishap) -> None:
    """Nothing passes between workers and the bureau; nobody is told."""
    world.bureau_line.hold()


def refuse_bureau(world: World, _: Mishap) -> None:
    """Nobody reaches the bureau."""
    world.bureau_line.refuse()


def pass_again(world: World, _: Mishap) -> None:
    """Both lines pass everything."""
    world.pool_line.let_pass()
    world.bureau_line.let_pass()


def server_dies(world: World, _: Mishap) -> None:
    """kill -9 of Postgres, which is started again at once."""
    world.cluster.kill_server()
    world.cluster.restart()


def backend_dies(world: World, mishap: Mishap) -> None:
    """kill -9 of one session's process: Postgres ends all others and recovers."""
    world.cluster.kill_backend(mishap.place)
    world.cluster.recovered()


def bureau_fails(world: World, mishap: Mishap) -> None:
    """The bureau answers what it should not, or not at all."""
    world.bureau.tell("fault", **mishap.values)


def bureau_slow(world: World, mishap: Mishap) -> None:
    """It works for longer on everything."""
    polls, seconds = 2 + int(mishap.place * 4), 90 * mishap.place
    world.bureau.tell(
        "settings", ready_after_polls=polls, gateway={"ready_after_polls": polls, "task_seconds": seconds}
    )


def login_lost(world: World, mishap: Mishap) -> None:
    """An account is logged out, or its session lost."""
    account = _one_of(world.group.accounts, mishap.place)
    world.bureau.tell("session", account=account, state="lost" if mishap.place > 0.5 else "offline")


def login_back(world: World, mishap: Mishap) -> None:
    """A person logs an account in."""
    world.bureau.tell("session", account=_one_of(world.group.accounts, mishap.place), state="online")


def person(world: World, mishap: Mishap) -> None:
    """Somebody does something."""
    visit(world, mishap.place)


MISHAPS: dict[str, Callable[[World, Mishap], None]] = {
    one.__name__: one
    for one in (
        kill, freeze, wake, lease_over, hours_pass, step_back, cut_pool, cut_bureau, hold_pool, hold_bureau,
        refuse_bureau, pass_again, server_dies, backend_dies, bureau_fails, bureau_slow, login_lost, login_back, person,
    )
}  # fmt: skip


def heal(world: World, *, logged_in: bool) -> None:
    """Everything works again, and stays so; a person's own account where he is `logged_in`.

    Who still stands still is woken when another has had the time to take his rows over.
    """
    pass_again(world, Mishap(0, "", 0))
    world.bureau.heal()
    world.bureau.tell(
        "settings", ready_after_polls=2, errand_seconds=5, gateway={"ready_after_polls": 2, "task_seconds": 0}
    )
    for account in world.group.accounts:
        if logged_in or account != BY_HAND:
            world.bureau.tell("session", account=account, state="online")
    if sleepers := _frozen(world):
        lease_over(world, Mishap(0, "", 0))
        heir = world.workers.start("sweep", dag="sweep_results", run=f"heir {world.clock.now().isoformat()}")
        world.workers.wait([heir], _TAKEOVER_SECONDS)
        for worker in sleepers:
            world.workers.wake(worker)


def _moving(world: World) -> list[Worker]:
    return [one for one in world.workers.running() if not one.frozen]


def _frozen(world: World) -> list[Worker]:
    return [one for one in world.workers.running() if one.frozen]


def _one_of(candidates, place: float):
    return candidates[int(place * len(candidates))] if candidates else None
