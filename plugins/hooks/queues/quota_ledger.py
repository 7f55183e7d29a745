"""The quota ledger: a slot is reserved before the call and settled by what the bureau answered (A-03)."""

from datetime import date
from typing import Any

from fapiao.calendar.quotas import Limits, Usage, months_of, next_allowed_day
from fapiao.tasks import Claim
from hooks.queues.statements import Statements


class QuotaLedger(Statements):
    """Applications (申请次数) by taxpayer, direction, type and issue month, over the caller's transaction."""

    sql_file = "quota"

    def reserve(self, claim: Claim, counter: str, day: date, limits: dict[date, Limits]) -> date | None:
        """Reserves a slot per issue month of the window, or returns the day on which there is room again.

        `limits` gives the limits of each issue month; the locks are held until the caller's transaction ends.
        """
        keys = [_key(claim, counter, month, day) for month in months_of(*claim.days())]
        for key in keys:
            self._run("lock_key", **key)
        room = [next_allowed_day(self.usage(key), limits[key["issue_month"]], day) for key in keys]
        latest = max(room)
        if latest > day:
            return latest
        for key in keys:
            self._run("reserve", **key, task_id=claim.task_id)
        return None

    def usage(self, key: dict[str, Any]) -> Usage:
        """How often a key was used today and this month."""
        today, this_month = self._one("used", **key)
        return Usage(today=today, this_month=this_month)

    def settle(self, claim: Claim, state: str) -> bool:
        """Settles the row's open reservation as consumed, released or unknown; False when it had none."""
        return self._run("settle", task_id=claim.task_id, state=state).rowcount > 0

    def note_foreign(self, claim: Claim, counter: str, day: date, limits: dict[date, Limits], *, monthly: bool) -> None:
        """The bureau counts more than we do: the difference was used elsewhere (N07)."""
        for month in months_of(*claim.days()):
            key = _key(claim, counter, month, day)
            self._run("lock_key", **key)
            usage, limit = self.usage(key), limits[month]
            missing = (limit.monthly or 0) - usage.this_month if monthly else (limit.daily or 1) - usage.today
            self._run("note_foreign", **key, missing=max(missing, 0))


def _key(claim: Claim, counter: str, month: date, day: date) -> dict[str, Any]:
    return {
        "taxpayer_no": claim.taxpayer_no,
        "channel": claim.channel,
        "counter": counter,
        "direction": claim.direction,
        "document": claim.document,
        "invoice_type": claim.invoice_type,
        "issue_month": month,
        "day": day,
    }
