"""The sheet before a submission (提交税局通道前校验): channel, bureau, account, online state per tax number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fapiao.downloads.protocol import Login
from fapiao.errors import BadInput, BureauError
from fapiao.selection.chosen import Operation, SelectionRequest
from fapiao.selection.records import LOCAL, TaxpayerProfile
from fapiao.selection.rules import CHANNELS
from fapiao.selection.submission import AccountChoice, PreviewLine
from operators.selections.known_facts import CheckedTaxpayer, check_locally, refusal
from operators.selections.session import SelectionSession


def preview(
    session: SelectionSession, selection_request: SelectionRequest, accounts: Mapping[str, str] | None = None
) -> list[PreviewLine]:
    """提交税局通道前校验: a line per tax number, with the online state of its account (R152, R176).

    `accounts` are those switched to, by tax number. What speaks against a line is in words of the request's surface;
    a channel that cannot be asked says so there.
    """
    with session.transaction() as tables:
        found = list(check_locally(session, tables, selection_request))
    return [_line(session, selection_request, one, (accounts or {}).get(one.taxpayer_no)) for one in found]


def accounts(session: SelectionSession, taxpayer_no: str) -> list[AccountChoice]:
    """换账号: the accounts of a tax number with 收票 rights; the first is the default of R178, if there is one."""
    with session.transaction() as tables:
        return tables.submissions.accounts(taxpayer_no)


def log_in(session: SelectionSession, taxpayer_no: str, lines: Sequence[PreviewLine] = ()) -> list[PreviewLine]:
    """登录: one login brings every line of the same account and bureau online (R177), and waiting rows go on (R216).

    The lines come back as they are afterwards; for an account that a person must log in, with the page to do it on.
    Raises BadInput for an unknown tax number or a channel that does not select, BureauError where it cannot be asked.
    """
    with session.transaction() as tables:
        whose = tables.queue.basics([taxpayer_no]).get(taxpayer_no)
    if whose is None or whose.channel not in CHANNELS:
        raise BadInput([session.says("selection_channel" if whose else "selection_unknown_taxpayer")])
    login = session.bureaus[whose.channel].login(taxpayer_no)
    mine = next((line.account for line in lines if line.taxpayer_no == taxpayer_no), whose.account)
    if login.state != "manual":
        _go_on(session, whose, login.account or mine)
    return [_refreshed(line, whose, mine, login) for line in lines]


def _line(
    session: SelectionSession,
    selection_request: SelectionRequest,
    one: CheckedTaxpayer,
    account: str | None,
) -> PreviewLine:
    whose, stop = one.basics, one.decision.stop
    held_up = [refusal(session, selection_request.surface, one.taxpayer_no, stop)] if stop else []
    login, text = _login(session, whose, selection_request.operation)
    channels = session.book.codes_of("channel")
    return PreviewLine(
        taxpayer_no=one.taxpayer_no,
        name=whose.name if whose else "",
        channel=whose.channel if whose else None,
        channel_label=channels.get(whose.channel, whose.channel) if whose else "",
        city_code=whose.city_code if whose else None,
        bureau_city=whose.bureau_city if whose else None,
        account=account or (whose.account if whose else None),
        account_type=_account_type(session, whose, account),
        login=login,
        login_text=text,
        documents=len(one.decision.documents),
        objections=[*held_up, *one.refused],
    )


def _account_type(session: SelectionSession, whose: TaxpayerProfile | None, account: str | None) -> str | None:
    if whose is None or account is None:
        return whose.account_type if whose else None
    return next((one.account_type for one in accounts(session, whose.taxpayer_no) if one.account == account), None)


def _login(
    session: SelectionSession, whose: TaxpayerProfile | None, operation: Operation
) -> tuple[Login | None, str | None]:
    if whose is None or whose.channel not in CHANNELS or operation in LOCAL:
        return None, None
    try:
        return session.bureaus[whose.channel].login(whose.taxpayer_no), None
    except BureauError as error:
        return None, error.text


def _go_on(session: SelectionSession, whose: TaxpayerProfile, account: str | None) -> None:
    with session.transaction() as tables:
        request = tables.logins.open_request(whose.channel, account or "", whose.city_code or "")
        if request is not None:
            tables.logins.answered(request)


def _refreshed(line: PreviewLine, whose: TaxpayerProfile, account: str | None, login: Login) -> PreviewLine:
    """The same account at the same bureau; the channel is asked for all of them at once."""
    same = (line.channel, line.account, line.city_code) == (whose.channel, account, whose.city_code)
    return replace(line, login=login, login_text=None) if same else line
