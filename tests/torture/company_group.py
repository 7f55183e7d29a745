"""The group of a seed: companies on every channel, their accounts, schemes, users and rights, known to both sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psycopg

from rehearsal import DIRECT_UNIT
from simulator.documents.parties import uscc

Row = dict[str, Any]
CHANNELS = ("leqi", "etax", "soft_certificate", "tax_disk", "aisino")
SHANGHAI, HANGZHOU = ("310000", "上海市"), ("330100", "杭州市")
SHARED, BY_HAND = "torture-shared", "torture-person"
HEAD, BRANCH = "HEAD", "BRANCH"
INPUT_KINDS = {
    "leqi": ("01", "10", "81", "82", "85", "customs", "withholding"),
    "etax": ("01", "81", "82", "customs"),
    "soft_certificate": ("08", "81", "82"),
    "tax_disk": ("01", "04", "81"),
    "aisino": ("01", "82"),
}
OUTPUT_KINDS = {"leqi": ("81", "82"), "etax": ("82",), "soft_certificate": ("81",), "tax_disk": ("01",)}
DOWNLOADS = {
    "leqi": ("input_full", "output_full", "input_incremental", "input_status", "unselected_init"),
    "aisino": ("input_full",),
}
_USUAL_DOWNLOADS = ("input_full", "output_full", "input_status")
GRANTS = (
    ("zhang", "*", "manager"),
    ("zhang", "*", "admin"),
    ("li", HEAD, "operator"),
    ("sun", BRANCH, "manager"),
    ("wang", "*", "auditor"),
    ("calendar", "*", "manager"),
    ("auto_selection", "*", "manager"),
    ("inbox", "*", "operator"),
)
"""Users and what they may do where; zhao is nobody's. Roles are those of include/rules/rights.yaml."""
NOBODY = "zhao"
_ORGANISATIONS = "INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('HEAD', '总部'), ('BRANCH', '分部')"
_TAXPAYER = """
INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel, selection_channel, company_type, leqi_id,
    leqi_authorised_on, bureau_city_code, bureau_city)
VALUES (%(number)s, %(name)s, %(org)s, %(channel)s, %(channel)s, %(size)s, %(unit)s, '2020-01-01', %(code)s, %(city)s)
"""
_ACCOUNT = """
INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)
VALUES (%s, %s, 'both', true, %s)
"""
_SCHEME = """
WITH made AS (
    INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, frequency, layout_files, status_mode)
    VALUES (%(name)s, %(downloads)s, %(types)s, '2020-01-01', %(days)s, %(files)s, %(mode)s) RETURNING scheme_id
)
INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, unnest(%(owners)s::text[]) FROM made
"""
_GRANT = "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES (%s, %s, %s, 'torture')"
_PARAMETER = "INSERT INTO enterprise.parameter (type, key, value) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Company:
    """One taxpayer; `account` is "" where the channel has none."""

    number: str
    name: str
    channel: str
    org: str
    account: str = ""
    login: str = "auto"
    small: bool = False

    @property
    def city(self) -> tuple[str, str]:
        """Code and name of its bureau's city."""
        return SHANGHAI if self.channel == "leqi" else HANGZHOU

    @property
    def unit(self) -> str | None:
        """使用单位 at 乐企."""
        return f"SYDW{self.number[-6:]}" if self.channel == "leqi" else None

    def at_bureau(self) -> Row:
        """As the simulator is told."""
        account = {"account": self.account, "login": self.login, "state": "online"}
        leqi = {"sydwptbh": self.unit, "jrdwptbh": DIRECT_UNIT, "authorised_on": "2020-01-01"} if self.unit else {}
        return {
            "nsrsbh": self.number, "name": self.name, "companyType": "02" if self.small else "03",
            "channels": [self.channel], "bureau_city_code": self.city[0], "bureau_city": self.city[1],
            "accounts": [account] if self.account else [], **leqi,
        }  # fmt: skip


@dataclass(frozen=True)
class Group:
    """All companies of a seed; the first of each channel comes first."""

    companies: Sequence[Company] = field(default_factory=list)

    def of(self, channel: str) -> list[Company]:
        """The companies of a channel."""
        return [one for one in self.companies if one.channel == channel]

    @property
    def accounts(self) -> list[str]:
        """Every account, once."""
        return sorted({one.account for one in self.companies if one.account})


def group_of(seed: int, channels: Sequence[str] = CHANNELS) -> Group:
    """The group that a seed has: one to three companies a channel, one of 电子税局 on an account that a person logs in."""
    dice = Random(f"group {seed}")  # noqa: S311
    return Group([one for channel in channels for one in _of_channel(dice, seed, channel)])


def _of_channel(dice: Random, seed: int, channel: str) -> Iterator[Company]:
    count = {"leqi": dice.randint(2, 3), "etax": 3}.get(channel, 1)
    for place in range(count):
        serial = f"{seed % 1000:03d}{CHANNELS.index(channel)}{place}"
        org = HEAD if channel == "leqi" or place else BRANCH
        account, login = _login(channel, place)
        number = uscc(f"91{'310000' if channel == 'leqi' else '330100'}MA2{serial}X"[:17].ljust(17, "0"))
        small = channel == "leqi" and place == 2
        yield Company(number, f"示例公司{serial}", channel, org, account, login, small)


def _login(channel: str, place: int) -> tuple[str, str]:
    """Two of 电子税局 share an account; the third's, and those that fetch files for 乐企, are their own."""
    if channel == "leqi":
        return f"torture-files-{place}", "auto"
    if channel == "etax":
        return (BY_HAND, "manual") if place == 2 else (SHARED, "auto")
    return "", "auto"


def furnish(pool: psycopg.Connection[Any], group: Group, seed: int) -> None:
    """The group in the pool: companies, accounts, a scheme or two a channel, users with rights."""
    dice = Random(f"furnish {seed}")  # noqa: S311
    pool.execute(_ORGANISATIONS)
    for one in group.companies:
        size = "small_scale" if one.small else "general"
        values = {"number": one.number, "name": one.name, "org": one.org, "channel": one.channel, "size": size}
        pool.execute(_TAXPAYER, values | {"unit": one.unit, "code": one.city[0], "city": one.city[1]})
        if one.account:
            pool.execute(_ACCOUNT, [one.number, one.account, one.login])
    for channel in {one.channel: None for one in group.companies}:
        pool.execute(_SCHEME, _scheme(dice, group, channel))
    pool.cursor().executemany(_GRANT, GRANTS)
    pool.execute(_PARAMETER, ["fapiao", "inbox_owner", "inbox"])
    pool.execute(_PARAMETER, ["rim_download", "open_replenish_last_month", str(dice.randint(0, 1))])


def _scheme(dice: Random, group: Group, channel: str) -> Row:
    kinds = sorted({*INPUT_KINDS[channel], *OUTPUT_KINDS.get(channel, ())})
    days = sorted(dice.sample(range(1, 28), 5))
    return {
        "name": f"方案 {channel}", "downloads": [*DOWNLOADS.get(channel, _USUAL_DOWNLOADS)], "types": kinds,
        "days": days, "files": channel in ("leqi", "etax"),
        "mode": dice.choice(("update_only", "verify_and_store", "verify_to_cache")),
        "owners": [one.number for one in group.of(channel)],
    }  # fmt: skip
