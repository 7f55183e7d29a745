"""Document numbers by the rules of their kind, made from a tag and an index so that an index can be read back.

Twenty digits: year, region, channel, tag, index (国家税务总局公告2024年第11号). Tax-control: code and eight digits.
"""

from datetime import date
from typing import NamedTuple

from simulator.codes import CUSTOMS, PAPER_NUMBERED, WITHHOLDING

REGIONS = ("11", "31", "32", "33", "44", "51", "92", "95")
PAPER_DIGITAL = frozenset({"85", "86", "87", "88"})
CHANNEL = {"61": "8", "51": "9"}
TEN_DIGIT_KIND = {"01": "1", "02": "2"}
TWELVE_DIGIT_KIND = {"04": "04", "08": "13", "10": "11", "11": "06", "14": "12", "15": "17"}

INDEX_LIMIT = 10**8
TAG_LIMIT = 10**6


class Number(NamedTuple):
    """`no` is the 20-digit, 22-character or 8-digit number; document and tax-control types also have the others."""

    no: str
    code: str = ""
    paper_no: str = ""


def number(kind: str, issued: date, tag: int, index: int) -> Number:
    """The number of a document; different (tag, index) below the limits give different numbers."""
    if kind == CUSTOMS:
        return Number(f"{tag % 10_000:04d}{issued:%Y}1{index:09d}-L01")
    if kind == WITHHOLDING:
        return Number(f"{issued:%y}{tag:06d}{index:012d}")
    if kind in PAPER_NUMBERED:
        return Number(f"{index:08d}", _legacy_code(kind, issued, tag))
    no = f"{issued:%y}{REGIONS[tag % len(REGIONS)]}{CHANNEL.get(kind, '2')}{tag:06d}{index:09d}"
    return Number(no, f"0{no[2:4]}00{issued:%y}{tag % 1000:03d}90", no[-8:]) if kind in PAPER_DIGITAL else Number(no)


def key(kind: str, given: Number) -> str:
    """The identity of a document: its number, with the code before it for the tax-control types."""
    return f"{given.code}-{given.no}" if kind in PAPER_NUMBERED else given.no


def index_in(kind: str, document_key: str) -> int | None:
    """The index a number was made of, or None where the text cannot be one of ours."""
    digits = document_key[9:18] if kind == CUSTOMS else document_key[-8:]
    return int(digits) if digits.isdecimal() else None


def _legacy_code(kind: str, issued: date, tag: int) -> str:
    region = f"{REGIONS[tag % len(REGIONS)]}00"
    if kind in TEN_DIGIT_KIND:
        return f"{region}{issued:%y}{tag % 10}{TEN_DIGIT_KIND[kind]}{tag // 10 % 100:02d}"
    if kind in TWELVE_DIGIT_KIND:
        return f"0{region}{issued:%y}{tag % 1000:03d}{TWELVE_DIGIT_KIND[kind]}"
    return f"1{region}{issued:%y}2{tag % 10_000:04d}"
