"""Bounds as tests need them: so low that a small file passes them."""

import msgspec
import pytest

from fapiao import bounds


def tighten(monkeypatch: pytest.MonkeyPatch, **values: int) -> None:
    """Lowers bounds by their names, for one test."""
    known = dict(bounds.bounds())
    changed = {name: msgspec.structs.replace(known[name], value=value) for name, value in values.items()}
    monkeypatch.setattr(bounds, "bounds", lambda: known | changed)
