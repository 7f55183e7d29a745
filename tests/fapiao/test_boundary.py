"""Whatever is raised within becomes one refusal; ours passes, and nothing that the frames held outlives it."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from fapiao.boundary import boundary
from fapiao.errors import BadInput, Unusable


def refused(raised: BaseException) -> Unusable:
    return Unusable(f"refused: {raised}")


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.finding("F70")
@pytest.mark.parametrize("raised", [ValueError("odd"), MemoryError("odd"), RecursionError("odd"), OSError("odd")])
def test_whatever_comes_is_the_refusal_and_names_its_cause(raised: Exception) -> None:
    with pytest.raises(Unusable, match=r"^refused: odd$") as found, boundary(refused):
        raise raised
    assert found.value.__cause__ is raised


@pytest.mark.parametrize("raised", [BadInput(["ours"]), KeyError("named")])
def test_what_is_a_sentence_already_passes(raised: Exception) -> None:
    with pytest.raises(type(raised)) as found, boundary(refused, KeyError):
        raise raised
    assert found.value is raised


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_passes(raised: type[BaseException]) -> None:
    with pytest.raises(raised), boundary(refused):
        raise raised


def test_a_panic_of_a_library_is_refused() -> None:
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(Unusable, match="refused: burst"), boundary(refused):
        raise panic("burst")


def test_it_may_stand_over_a_function_that_calls_itself() -> None:
    @boundary(refused)
    def down(depth: int) -> int:
        return down(depth - 1) if depth else 1 // 0

    with pytest.raises(Unusable, match=r"refused: .*division"):
        down(3)


@pytest.mark.finding("F24")
@pytest.mark.usefixtures("no_collector")
def test_what_a_refused_frame_held_is_free_as_soon_as_it_is_handled() -> None:
    class Large:
        """Stands for an answer of many megabytes."""

    held: list[weakref.ref[Large]] = []

    def read() -> None:
        content = Large()
        held.append(weakref.ref(content))
        raise ValueError("no JSON")

    def ask() -> str:
        try:
            with boundary(refused):
                read()
        except Unusable as told:
            return str(told)
        return ""

    assert ask() == "refused: no JSON"
    assert held[0]() is None
