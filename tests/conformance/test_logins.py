"""Login lost: 电子税局 waits for a person and goes on; the other channels have nobody who logs in."""

import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import order
from fapiao.downloads.protocol import PartCursor
from fapiao.errors import LoginLost
from rehearsal import GENERAL
from stands import Stand


@pytest.mark.req("R216")
def test_a_lost_login_stops_etax_alone_and_loses_nothing(stand: Stand) -> None:
    numbers = stand.seed(2)
    request = stand.asked()
    if stand.kind.channel == "etax":
        order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
        order(stand.bureau, "session", account=ACCOUNT, state="lost")
        assert stand.hook.login(GENERAL).state == "manual"
    applied = stand.hook.apply(request)

    if stand.kind.channel == "etax":
        with pytest.raises(LoginLost):
            stand.hook.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))
        order(stand.bureau, "session", account=ACCOUNT, state="online")

    assert stand.hook.login(GENERAL).state == "online"
    assert sorted(stand.numbers([stand.ready(request, applied)])) == sorted(numbers)
    assert len(stand.calls(stand.kind.apply)) == 1
