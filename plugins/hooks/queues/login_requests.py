"""Login requests (登录请求): which bureau account must log in, and the rows that wait for it."""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from fapiao.downloads.login_advice import login_advice
from fapiao.downloads.protocol import Login
from fapiao.errors import LoginLost, error_columns
from fapiao.tasks import LEASE, WaitingRow
from fapiao.texts.said import Said, said
from hooks.queues.leased_table import LeasedTable
from hooks.queues.statements import Statements

Row = TypeVar("Row", bound=WaitingRow)


class LoginRequests(Statements):
    """The rows of sync.login_request over one connection; the caller owns the transactions."""

    sql_file = "logins"

    def put_behind(self, queue: LeasedTable[Row], row: Row, login: Login, error: LoginLost) -> None:
        """Puts the row behind the request for its account; asks for the login where nobody has yet (S4 R291)."""
        whose = replace(login, account=login.account or row.login_account)
        request, advice = self.ask(row.channel, row.taxpayer_no, whose, error)
        queue.wait_for_login(row, request, LoginLost(error.code, error.said, advice))

    def ask(self, channel: str, taxpayer_no: str, login: Login, error: LoginLost) -> tuple[int, Said]:
        """The open request for the taxpayer's account and city, made where there is none; and what a person must do."""
        request, account, city, url = self._one(
            "ask",
            channel=channel,
            taxpayer_no=taxpayer_no,
            account=login.account,
            url=login.url,
            reason=error_columns(error)["message"],
            wait=timedelta(seconds=login.wait_seconds),
        )
        return request, _advice(taxpayer_no, account, city, url)

    def due(self, channel: str, *, at_once: bool = False) -> list[tuple[int, str]]:
        """Takes what may be asked now as (request, taxpayer to ask through); all open ones where `at_once`."""
        return self._run("due", channel=channel, at_once=at_once, lease=LEASE).fetchall()

    def still_out(self, request: int, login: Login) -> None:
        """Nobody has logged in yet."""
        wait = timedelta(seconds=login.wait_seconds)
        self._run("still_out", login_request_id=request, url=login.url, wait=wait)

    def answered(self, request: int) -> int:
        """The account is logged in; how many rows go on, whatever their queue."""
        self._run("answered", login_request_id=request)
        return self.go_on()

    def go_on(self) -> int:
        """Sets every row going that waits behind an answered request; how many there were."""
        return int(self._one("go_on")[0])

    def open_request(self, channel: str, account: str, city_code: str) -> int | None:
        """The request that rows of this account and city wait behind; None where nothing waits."""
        row = self._run("open_request", channel=channel, account=account, city_code=city_code).fetchone()
        return int(row[0]) if row else None


def _advice(taxpayer_no: str, account: str, city: str, url: str | None) -> Said:
    if not account:
        return said("advice.LOGIN_LOST_account", taxpayer_no=taxpayer_no)
    return login_advice(f"{account}（{city}）" if city else account, url)
