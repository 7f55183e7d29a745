"""Invented invoices of a fixed seed for the merge benchmark: headers as staged rows, five lines each."""

import hashlib
import random
from collections.abc import Iterator
from functools import cache

from fapiao.pool_columns.reading import load_fields, staged_columns

TAXPAYER = "91310000MA1BENCH0X"
OBSERVED = "2027-01-05 09:00:00+08:00"
CHANGED_COLUMNS = ("seller_phone", "seller_bank", "remark", "buyer_address", "payee")
LINES_PER_DOCUMENT = 5
SELLERS = 5_000

_EMPTY = {"status_default", "status", "risk_status", "red_locked", "total_tax_incl_amount", "original_blue_no",
          "original_blue_paper_code", "original_blue_paper_no"}  # fmt: skip
_LONG = {"seller_name": 14, "buyer_name": 14, "seller_address": 24, "buyer_address": 24, "remark": 20}


def document_key(number: int) -> str:
    """A 20-digit number; neighbours in time are not neighbours in the index, as with many sellers."""
    mixed = int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=7).digest())
    return f"27440{mixed % 10**15:015d}"


@cache
def _template() -> dict[str, str | None]:
    """The columns that all invoices share, in COPY order, with texts of plausible length."""
    chance = random.Random(20270105)  # noqa: S311 - invoices, not secrets
    kinds = {column.name: column.type for column in load_fields().columns}
    values: dict[str, str | None] = {}
    for name in staged_columns("digital"):
        text = f"{chance.randrange(10**6):06d}" + "测" * _LONG.get(name, 0)
        values[name] = None if name in _EMPTY else text if kinds.get(name) == "text" else None
    return values | {"observed_at": OBSERVED, "document": "invoice", "invoice_type": "81", "bureau_invoice_type": "81",
                     "blue_invoice": "Y", "verification_status": "1", "verify_source": "LEQI_FULL",
                     "detail_level": "full", "line_count": str(LINES_PER_DOCUMENT),
                     "deduction_amount": "0.00"}  # fmt: skip


def staged_document(number: int, *, changed: bool = False) -> tuple[str | None, ...]:
    """The staged row of one document; `changed` differs in five fields."""
    key, seller, cents, day = (
        document_key(number),
        number * 31 % SELLERS,
        number * 7919 % 9_999_991 + 100,
        number % 28 + 1,
    )
    values = _template() | {
        "document_key": key,
        "invoice_no": key,
        "etax_invoice_no": key,
        "issued_at": f"2027-01-{day:02d} {number % 24:02d}:{number % 60:02d}:00+08:00",
        "issue_date": f"2027-01-{day:02d}",
        "aggregated_on": f"2027-01-{day:02d}",
        "seller_tax_no": f"914403{seller:012d}",
        "seller_name": f"第{seller}号测试供应商有限公司",
        "amount": f"{cents}.00",
        "tax_amount": f"{cents * 13 // 100}.{cents * 13 % 100:02d}",
        "total_amount": f"{cents * 113 // 100}.{cents * 13 % 100:02d}",
        "lines_hash": f"{number * 2654435761 % 2**64:032x}",
        "details": f'{{"fjysxx": "HT-{number}", "xmmxhs": 5}}',
    }
    if changed:
        values |= {name: f"{values[name]}，已变更" for name in CHANGED_COLUMNS}
    return tuple(values.values())


def staged_documents(first: int, count: int, changed_every: int = 0) -> Iterator[tuple[str | None, ...]]:
    """`count` staged rows; with `changed_every` n, each n-th differs from what it was."""
    for number in range(first, first + count):
        yield staged_document(number, changed=bool(changed_every) and number % changed_every == 0)


def staged_lines(first: int, count: int) -> Iterator[tuple[object, ...]]:
    """The lines of the documents first … first + count - 1 in the order of fields.LINE_COLUMNS."""
    for number in range(first, first + count):
        key, amount = document_key(number), f"{number % 9000 + 1}.00"
        for line_no in range(1, LINES_PER_DOCUMENT + 1):
            yield (
                key, line_no, "*信息技术服务*软件维护费", "3040201000000000000", "V2.0", "项", "1", amount, amount,
                "0.13", "0.13", None,
            )  # fmt: skip
