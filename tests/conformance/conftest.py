"""The conformance suite runs once for every channel."""

from collections.abc import Iterator

import pytest

from stands import KINDS, Kind, Stand, standing


@pytest.fixture(params=KINDS, ids=lambda kind: kind.channel)
def stand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """The channel's hook and a bureau that knows one company on it."""
    kind: Kind = request.param
    with standing(kind, monkeypatch) as found:
        yield found
