"""Which hook speaks which channel (收票通道); a channel joins the calendar's DAGs by its line here."""

from collections.abc import Callable

from hooks.bureau import Bureau
from hooks.leqi import LeqiHook

BUREAUS: dict[str, Callable[[], Bureau]] = {"leqi": LeqiHook}
