"""电子税局 (RPA): full downloads, headers by tax period or by choice, layout files, and accounts that must log in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fapiao.channels.gateway import interfaces, questions
from fapiao.downloads.login_advice import login_advice
from fapiao.downloads.protocol import USAGE_JOBS, Argument, Login, PartCursor, PollResult, Request
from fapiao.errors import LoginLost, Refused, TryLater
from hooks.gateway.etax_login import WAITS_FOR_LOGIN, log_in
from hooks.gateway.hook import GatewayHook, Offer


class EtaxHook(GatewayHook):
    """电子税局, 新电子发票服务平台."""

    hook_name = "电子税局"
    channel = "etax"

    def login(self, taxpayer_no: str) -> Login:
        """As hooks.gateway.etax_login. Raises LoginLost, Refused or TryLater."""
        return log_in(self.session, taxpayer_no)

    def poll(self, request: Request, request_no: str, place: PartCursor) -> PollResult:
        """As every channel; a task that waits for its login raises LoginLost where a person must log in.

        Where the login cannot be asked just now the task is simply not ready: waiting costs it no attempt.
        """
        progress = super().poll(request, request_no, place)
        if progress.code != WAITS_FOR_LOGIN:
            return progress
        try:
            who = self.login(request.taxpayer_no)
        except (TryLater, Refused) as error:
            return replace(progress, text=f"{progress.text}；{error.text}")
        if who.state == "manual":
            advised = login_advice(who.account or "", who.url) if who.account else ""
            raise LoginLost("GATEWAY_LOGIN_LOST", progress.text, advised, progress.wait_seconds)
        return progress

    def offer(self, request: Request) -> Offer:
        """Full downloads (O6), headers (O4), layout files (O11)."""
        if request.download_type == "input_files":
            return Offer(interfaces.LAYOUT_FILES, lambda _: [{}], _layout_files)
        if request.download_type == "input_status" and request.job not in USAGE_JOBS:
            return Offer(interfaces.HEADERS, self._search, questions.headers)
        return super().offer(request)

    def _search(self, request: Request) -> Sequence[Argument]:
        """A status update asks for the tax period of now, a key-element sync what was chosen."""
        if request.job == "key_element_sync":
            return [questions.chosen(request)]
        return [questions.selected(request, self.session.tax_period(request.taxpayer_no))]


def _layout_files(request: Request, _: Argument) -> dict[str, Any]:
    return questions.layout_files(request.taxpayer_no, request.argument["invoices"])
