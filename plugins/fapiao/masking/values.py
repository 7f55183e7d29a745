"""JSON values without the secrets in them, however deep they lie."""

from collections.abc import Mapping
from typing import Any

from fapiao.masking.names import HIDDEN, NAMED_BY, VALUED_BY, Hides, hides, without_account
from fapiao.masking.texts import masked_text


def masked(value: Any) -> Any:
    """The same JSON value without secrets: under their names, and in texts that hold more of the kind."""
    if isinstance(value, Mapping):
        return _without(value, _written_out(value))
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    return masked_text(value) if isinstance(value, str) else value


def _without(value: Mapping[Any, Any], pair: Hides | None) -> dict[Any, Any]:
    found = {}
    for key, inner in value.items():
        what = hides(str(key)) or (pair if str(key).lower() in VALUED_BY else None)
        found[key] = _hidden(inner, what) if what else masked(inner)
    return found


def _written_out(value: Mapping[Any, Any]) -> Hides | None:
    named = (inner for key, inner in value.items() if str(key).lower() in NAMED_BY and isinstance(inner, str))
    return next(filter(None, map(hides, named)), None)


def _hidden(value: Any, what: Hides) -> Any:
    """Nothing, yes and no are no secrets."""
    if value is None or isinstance(value, bool) or value in ("", [], {}):
        return value
    if what == "value":
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _hidden(inner, what) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(inner, what) for inner in value]
    return without_account(str(value))
