"""`./fapiao select …`: 海关缴款书不抵扣勾选 (S2), from the list to the bureau's answer."""

import argparse
from collections.abc import Callable

from fapiao.identifiers import one_spelling
from fapiao.selection.form import DOCUMENTS, REASON
from fapiao.texts.catalogue import sentence
from launcher.actor import add_actor
from launcher.exporting import add_out
from launcher.options import add_day, add_json, add_options
from launcher.row_limit import add_row_limit
from launcher.selections import auto_rules, import_list, listing, queries, submit

OPERATIONS = {
    "select": "not_deduct",
    "withdraw": "undo_not_deduct",
    "preselect": "preselect",
    "undo-preselect": "undo_preselect",
}
ON_TABLE = {"make": "make_statistics", "unmake": "undo_statistics", "confirm": "confirm_statistics"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One subcommand per button of the page, and per log behind it."""
    actions = parser.add_subparsers(dest="action", required=True)
    _add_list(actions)
    for name, operation in OPERATIONS.items():
        one = _action(actions, name, submit.act, operation=operation)
        add_options(one, DOCUMENTS)
        if name in ("select", "preselect"):
            add_options(one, REASON)
        if name in ("select", "withdraw"):
            submit.add_sheet(one)
    for name, operation in ON_TABLE.items():
        one = _action(actions, name, submit.act, operation=operation)
        said = sentence("select_command.taxpayers")
        one.add_argument(
            "taxpayers", nargs="+", type=one_spelling, metavar=sentence("placeholders.taxpayer"), help=said
        )
        submit.add_sheet(one)
    import_list.add_arguments(_action(actions, "import", import_list.act))
    auto_rules.add_arguments(_action(actions, "auto", auto_rules.act))
    _add_questions(actions)
    _add_logs(actions)


def _add_list(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    shown = _action(actions, "list", listing.show)
    listing.add_filters(shown)
    add_row_limit(shown, 50)
    taken = _action(actions, "export", listing.export)
    listing.add_filters(taken)
    add_out(taken)


def _add_questions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    questions = {"login": queries.show_login, "statistics": queries.show_statistics, "period": queries.show_period}
    word, said = sentence("placeholders.taxpayer"), sentence("select_command.taxpayer")
    for name, handler in questions.items():
        one = _action(actions, name, handler)
        one.add_argument("taxpayer", type=one_spelling, metavar=word, help=said)
        if name == "period":
            change = sentence("select_command.change")
            one.add_argument("--change", metavar=sentence("placeholders.period"), help=change)


def _add_logs(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    batch, number = sentence("placeholders.batch"), sentence("placeholders.number")
    numbers, document = sentence("select_command.batches"), sentence("select_command.number")
    log = _action(actions, "log", queries.show_log)
    log.add_argument("batches", nargs="*", metavar=batch, help=numbers)
    log.add_argument("--ledger", action="store_true", help=sentence("select_command.ledger"))
    status = sentence("select_command.log_status")
    log.add_argument("--status", metavar=sentence("placeholders.status"), help=status)
    add_row_limit(log, 50)
    latest = _action(actions, "show", queries.show_latest)
    latest.add_argument("number", metavar=number, help=document)
    word, said = sentence("placeholders.taxpayer"), sentence("select_command.taxpayer")
    for one in (log, latest):
        one.add_argument("--taxpayer", type=one_spelling, metavar=word, help=said)
    log.add_argument("--number", metavar=number, help=document)
    fetch = _action(actions, "fetch", queries.fetch_now)
    retry = _action(actions, "retry", queries.retry_failed)
    for one in (fetch, retry):
        one.add_argument("batches", nargs="+", metavar=batch, help=numbers)
    submit.add_waiting(retry)


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    handler: Callable[[argparse.Namespace], int],
    **fixed: str,
) -> argparse.ArgumentParser:
    one = actions.add_parser(name, help=sentence(f"select_actions.{name}"))
    add_actor(one)
    add_day(one)
    add_json(one)
    one.set_defaults(handler=handler, **fixed)
    return one


def run(arguments: argparse.Namespace) -> int:
    """The subcommand's own answer. Raises BadInput with every problem at once, and nothing is done."""
    handler: Callable[[argparse.Namespace], int] = arguments.handler
    return handler(arguments)
