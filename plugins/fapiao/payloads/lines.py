"""Finds the invoice lines in a payload row, wherever they stand, and reads them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from decimal import Decimal
from functools import cache, lru_cache
from itertools import repeat
from operator import itemgetter

import msgspec

from fapiao.payloads.columns import UNREADABLE, Converter, read_column
from fapiao.payloads.values import CONVERTERS, UnreadableValue, json_text, text
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import LINE_COLUMNS

Item = Mapping[str, object]
Line = tuple[object, ...]

# Names that lists of lines are known to have; the specification prints none, so any other name will do as well.
_USUAL_NAMES = frozenset({"fpmx", "hwxx", "mxList", "mxlist", "fpmxList", "mxxx", "items"})
_NUMBER_KEYS = ("xh", "mxxh", "seq")
_ARE_NUMBERS = frozenset(_NUMBER_KEYS)
_LINE_NO = itemgetter(1)
_encoded = msgspec.json.Encoder().encode
AMOUNT = LINE_COLUMNS.index("amount") - 2
"""Where 金额 stands among the values from goods_name on."""
_MAY_END = ("0", ".")
"""How a number ends that may be spelled shorter."""
_NUMBERS = slice(LINE_COLUMNS.index("quantity"), LINE_COLUMNS.index("details"))
_LEAST_FAMILIAR = Decimal("0.6")
# Fields of a line without a column; a list is told by the fields of its items.
_OTHER_LINE_FIELDS = frozenset(
    {"xh", "mxxh", "xmmc", "spfwjc", "hwhyslwfwmc", "kce", "sptm", "hsdj", "hsje", "lslbs", "sl", "dj", "ggxh", "jldw"}
    | {"seq", "lineProperty"}
)


def find_lines(kind: str, row: Item) -> str | None:
    """The key under which the lines stand, None where the row has none.

    Specific-business blocks look much like lines (序号, 金额, 税率, 税额); the list whose items have the largest
    share of line fields of this kind is taken.
    """
    candidates = [
        (_familiarity(kind, value, key), key)
        for key, value in row.items()
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    ]
    familiarity, key = max(candidates, default=(Decimal(0), ""))
    return key if familiarity >= _LEAST_FAMILIAR else None


def broken_lines(kind: str, row: Item) -> str | None:
    """The key of what should be the lines of a row in which none were found: another thing than a list of objects."""
    if not _vocabulary(kind):
        return None
    return next(
        (key for key, value in row.items() if value not in (None, "", []) and _is_broken(kind, value, key)), None
    )


def _is_broken(kind: str, value: object, key: str) -> bool:
    items = value if isinstance(value, list) else []
    objects = [item for item in items if isinstance(item, dict)]
    if objects and len(objects) == len(items):
        return False
    return key in _USUAL_NAMES or (bool(objects) and _familiarity(kind, objects, key) >= _LEAST_FAMILIAR)


def _familiarity(kind: str, items: Sequence[Item], key: str) -> Decimal:
    return _share(kind, frozenset().union(*items), key)


@lru_cache(maxsize=4096)
def _share(kind: str, fields: frozenset[str], key: str) -> Decimal:
    """The same few sets of fields come again and again."""
    known = _vocabulary(kind)
    if not fields & known:
        return Decimal(0)
    return Decimal(len(fields & known)) / len(fields) + (1 if key in _USUAL_NAMES else 0)


@cache
def _vocabulary(kind: str) -> frozenset[str]:
    columns = [names for line in load_fields().lines for names in line.sources.get(kind, ())]
    return frozenset(columns) | _OTHER_LINE_FIELDS if columns else frozenset()


def named_lines(document_key: str, items: Sequence[Item], read: Iterable[Line]) -> list[Line]:
    """The lines of a document; numbered as received where every number is there once, else from 1.

    `read` is what `read_items` made of `items`, from goods_name on.
    """
    return [(document_key, number, *values) for number, values in zip(_numbers(items), read, strict=True)]


def read_items(kind: str, items: Sequence[Item]) -> Iterator[Line]:
    """The values of LINE_COLUMNS from goods_name on, of the lines of many documents at once."""
    there = frozenset().union(*items) - _ARE_NUMBERS
    used = [([name for name in names if name in there], convert) for names, convert in _readers(kind)]
    others = there.difference(*(names for names, _ in used))
    columns = [
        read_column(convert, [item.get(names[0]) for item in items]) if names else [None] * len(items)
        for names, convert in used
    ]
    odd = any(len(names) > 1 for names, _ in used)
    if not odd and not any(UNREADABLE in column for column in columns):
        return zip(*columns, [details_of(item, others) for item in items] if others else repeat(None), strict=False)
    read = zip(items, zip(*columns, strict=True), strict=True)
    return (
        _read(kind, item) if odd or UNREADABLE in texts else (*texts, details_of(item, others)) for item, texts in read
    )


def details_of(item: Item, others: Set[str]) -> str | None:
    """These fields of a line, which have no column, as JSON; None where they are empty."""
    filled = {key: value for key in others if (value := item.get(key)) is not None and value != ""}
    return json_text(filled) if filled else None


def _numbers(items: Sequence[Item]) -> list[int]:
    if all(map(_ARE_NUMBERS.isdisjoint, items)):
        return list(range(1, len(items) + 1))
    received = [next((str(item[key]) for key in _NUMBER_KEYS if item.get(key) is not None), "") for item in items]
    numbers = [int(number) for number in received if number.isascii() and number.isdigit() and len(number) <= 9]  # noqa: PLR2004
    unique = len(set(numbers)) == len(items) and 0 not in numbers
    return numbers if unique else list(range(1, len(items) + 1))


@cache
def _readers(kind: str) -> tuple[tuple[tuple[str, ...], Converter], ...]:
    lines = {line.name: line for line in load_fields().lines}
    return tuple((lines[name].sources.get(kind, ()), CONVERTERS[lines[name].type]) for name in LINE_COLUMNS[2:-1])


def received_name(kind: str, item: Item) -> str:
    """The goods name of a line exactly as it came, "" where it has none."""
    names, _ = _readers(kind)[0]
    for name in names:
        if received := item.get(name):
            return str(received)
    return ""


def _read(kind: str, item: Item) -> Line:
    """One line field by field: several of its fields may stand for one column, or one of them be unreadable."""
    rest = {key: value for key, value in item.items() if value is not None and value != "" and key not in _ARE_NUMBERS}
    values: list[object] = []
    for names, convert in _readers(kind):
        value = None
        for name in names:
            if name in rest and value is None:
                try:
                    value = convert(rest[name])
                except (
                    UnreadableValue
                ):  # a quantity may be a word, the specification calls it text: that stays in `rest`
                    value = UNREADABLE if len(values) == AMOUNT else None
                    continue
                del rest[name]
        values.append(value)
    return (*values, json_text(rest) if rest else None)


def lines_hash(lines: Sequence[Line]) -> str:
    """Fingerprint of a document's lines; 1.0 and 1.00 count as the same number."""
    stated: list[object] = []
    for line in sorted(lines, key=_LINE_NO):
        stated += line[1 : _NUMBERS.start]
        stated += [_plain(value) if isinstance(value, str) and value[-1:] in _MAY_END else value
                 for value in line[_NUMBERS]]  # fmt: skip
        stated.append(line[-1])
    return hashlib.blake2b(_encoded(stated), digest_size=16).hexdigest()


def _plain(number: str) -> str:
    return number if "." not in number or "e" in number or "E" in number else number.rstrip("0").rstrip(".")


def amounts_by_name(lines: Sequence[Line], parts: Mapping[str, str]) -> dict[str, Decimal]:
    """Sum of the amounts of the lines whose goods name contains a part's Chinese name, by part."""
    name_at, amount_at = LINE_COLUMNS.index("goods_name"), LINE_COLUMNS.index("amount")
    found: dict[str, Decimal] = {}
    for line in lines:
        for part, label in parts.items():
            if label in (text(line[name_at]) or "") and line[amount_at] is not None:
                found[part] = found.get(part, Decimal(0)) + Decimal(str(line[amount_at]))
    return found
