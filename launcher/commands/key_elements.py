"""`./fapiao key-elements --org CODE`: the form of 进项发票关键要素同步 (S0) as a command."""

import argparse
import getpass
from datetime import UTC, date, datetime

from fapiao.key_elements.rules import key_element_rules
from fapiao.tasks import SHANGHAI, RunDay
from launcher.pool import pool_session
from operators.key_elements.planning import DAG_ID, create

HELP = "collect the headers of what the bureau lists for selection (进项发票关键要素同步) for one organisation"
FILTERS = {
    "document": "票据类型: invoice 发票, customs 海关缴款书",
    "invoice_types": "发票类型: codes or names, separated by commas",
    "deduction_statuses": "抵扣状态: 未勾选, 已勾选或已认证抵扣, 已退税或已确认退税, separated by commas",
    "invoice_statuses": "发票状态: codes or names, separated by commas",
    "date_from": "开票日期 from, YYYY-MM-DD",
    "date_to": "开票日期 to, YYYY-MM-DD",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The organisation, the filters, and 重置."""
    parser.add_argument("--org", metavar="CODE", help="核算组织, exactly one")
    parser.add_argument("--taxpayer", metavar="NUMBER", help="only where the organisation has several tax numbers")
    for name, sentence in FILTERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="…", help=sentence)
    parser.add_argument("--date", type=date.fromisoformat, help="the day to work for; default: today in Asia/Shanghai")
    parser.add_argument("--reset", action="store_true", help="重置: show the default conditions and ask for nothing")


def run(arguments: argparse.Namespace) -> int:
    """Plans the collections and prints their batch numbers. Raises BadInput with every problem at once."""
    now = datetime.now(UTC)
    day = arguments.date or now.astimezone(SHANGHAI).date()
    if arguments.reset:
        _show(key_element_rules().defaults(day))
        return 0
    form = {"org": arguments.org, "taxpayer_no": arguments.taxpayer}
    form |= {name: getattr(arguments, name) for name in FILTERS}
    run_day = RunDay(DAG_ID, f"command__{now.isoformat()}", day, day.isoformat(), explicit=arguments.date is not None)
    actor = getpass.getuser()
    with pool_session(actor) as connection:
        batches = create(connection, run_day, form, "api", actor)
    print("\n".join(batches))
    print("planned; sweep_results works them within ten minutes, ./fapiao run sweep_results at once")
    return 0


def _show(conditions: dict[str, str]) -> None:
    for name, value in conditions.items():
        print(f"--{name.replace('_', '-'):<20} {value or 'all'}")
