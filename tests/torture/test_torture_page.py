"""docs/torture.md says what the driver checks and does."""

from day_script import FAULTS, WEIGHTS
from mishaps import MISHAPS
from torture_page import PAGE, with_invariants
from visitors import ERRANDS


def test_the_page_has_every_invariant() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == with_invariants(page), "run .venv/bin/python tests/torture/torture_page.py"


def test_the_page_names_every_mishap_errand_and_disturbance() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [name for name in (*MISHAPS, *ERRANDS, *(one["kind"] for one in FAULTS)) if f"`{name}`" not in page] == []


def test_every_mishap_can_happen() -> None:
    assert {*WEIGHTS, "server_dies", "backend_dies"} == {*MISHAPS}
