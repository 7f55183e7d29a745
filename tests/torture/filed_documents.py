"""Files of the bureau that somebody lays into the inbox: whole ones whose documents the driver knows, and broken ones."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from bureau_workbooks import export, header, line
from company_group import Company
from world import World

Row = dict[str, Any]
_OTHER = "91110000802100433B"


KINDS = ("whole", "whole", "whole", "truncated", "noise", "wrong_name", "stranger", "again")


def lay_file(world: World, dice: Random, kinds: Sequence[str] = KINDS) -> str:
    """One more file in the inbox, whole as it appears there; its name."""
    kind = dice.choice(kinds)
    number = world.tally.counts.get("files", 0)
    name = f"全量发票查询导出结果_{number}.xlsx"
    draft = world.folder / "inbox" / f".{name}.part"
    place = draft.with_name(
        name if kind != "wrong_name" else f"91310000MA2000001E-{number:08d}-209913-进项-不认识的票种.xlsx"
    )
    _MAKERS[kind](world, dice, draft, place.name)
    draft.replace(place)
    long_ago = place.stat().st_mtime - 60
    os.utime(place, (long_ago, long_ago))
    world.tally.add("files")
    world.laid[place.name] = kind
    return place.name


def _whole(world: World, dice: Random, draft: Path, name: str) -> None:
    """Sales of a company, each with one line."""
    company: Company = dice.choice(world.group.companies)
    issued = world.today - timedelta(days=dice.randint(1, 60))
    keys = [f"27{dice.randrange(10**18):018d}" for _ in range(dice.randint(1, 5))]
    rows = [{**_usual(company, issued), "数电发票号码": key} for key in keys]
    _write(draft, [header(**row) for row in rows], [line(**row) for row in rows])
    for key in keys:
        world.filed["output", company.number, key] = {"issued": issued, "file": name}


def _usual(company: Company, issued: Any) -> Row:
    return {
        "销方识别号": company.number,
        "销方名称": company.name,
        "购方识别号": _OTHER,
        "开票日期": f"{issued} 10:20:30",
    }


def _write(draft: Path, headers: list[Row], lines: list[Row]) -> None:
    made = draft.with_name(f"{draft.name}.xlsx")
    export(made, headers, lines)
    made.replace(draft)


def _truncated(world: World, dice: Random, draft: Path, name: str) -> None:
    _whole_of_nobody(world, dice, draft, name)
    draft.write_bytes(draft.read_bytes()[: 200 + dice.randrange(2000)])


def _whole_of_nobody(world: World, dice: Random, draft: Path, name: str) -> None:
    """Whole, but of a company that is not of the group."""
    row = header(数电发票号码=f"28{dice.randrange(10**18):018d}", 销方识别号="91310000MA1EXAMPZZ", 购方识别号=_OTHER)
    _write(draft, [row], [])


def _noise(world: World, dice: Random, draft: Path, name: str) -> None:
    draft.write_bytes(dice.randbytes(4000))


def _again(world: World, dice: Random, draft: Path, name: str) -> None:
    """A file that was there before, byte for byte."""
    done = sorted((world.folder / "inbox-results" / "done").glob("*.xlsx"))
    if done:
        draft.write_bytes(dice.choice(done).read_bytes())
    else:
        _noise(world, dice, draft, name)


_MAKERS: dict[str, Callable[[World, Random, Path, str], None]] = {
    "whole": _whole, "truncated": _truncated, "noise": _noise, "wrong_name": _whole, "stranger": _whole_of_nobody,
    "again": _again,
}  # fmt: skip
