"""What a form asks for as a request: its 缴款书号码 looked up in the pool, each with the tax number that owns it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import psycopg

from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.selection.chosen import RequestedDocument, SelectionRequest, Surface
from fapiao.selection.form import SelectionForm
from fapiao.selection.listing import ListFilter
from fapiao.selection.records import STATISTICS
from hooks.queues.submissions import Submissions
from hooks.selection_lists.listing import list_page, owners

Connection = psycopg.Connection[Any]


class Owned(NamedTuple):
    """One paper of a company, with the reason it has already."""

    taxpayer_no: str
    org_code: str | None
    reason: str | None = None
    reason_text: str | None = None


MOST = 100_000
"""Far more than a person lists by number; what is selected by its thousands comes in by a workbook."""


def request_of_form(
    connection: Connection, form: SelectionForm, surface: Surface, allowed: Sequence[str] | None = None
) -> SelectionRequest:
    """The request; a document without a reason of the form's keeps its own (A-44).

    One that the pool does not hold goes along under the form's only tax number, and one that is no 缴款书 under its
    owner's, for the steps to refuse it by name or by its type (R183).
    `allowed` are the 核算组织 the actor may select for, None all. Raises BadInput with every document that is nobody's,
    several companies', or another organisation's (R150).
    """
    if form.operation in STATISTICS:
        if problems := _forbidden_taxpayers(connection, form.taxpayers, allowed):
            raise BadInput(problems)
        return SelectionRequest(form.operation, surface, taxpayers=form.taxpayers)
    found = _found(connection, form)
    problems = _forbidden(found, allowed)
    if any(key not in found for key in form.document_keys):
        problems += _forbidden_taxpayers(connection, form.taxpayers, allowed)
    chosen = [one for key in form.document_keys for one in _chosen(form, key, found.get(key, []), problems)]
    if problems:
        raise BadInput(problems)
    return SelectionRequest(form.operation, surface, chosen)


def _found(connection: Connection, form: SelectionForm) -> dict[str, list[Owned]]:
    wanted = ListFilter(
        deductible=None, purposes=None, document_keys=form.document_keys, taxpayers=form.taxpayers or None
    )
    found: dict[str, list[Owned]] = {}
    for row in list_page(connection, wanted, limit=MOST).rows:
        reasons = row.selection_reason, row.selection_reason_text
        found.setdefault(row.customs_no, []).append(Owned(row.taxpayer_no, row.org_code, *reasons))
    for key, taxpayer_no, org_code in owners(
        connection, [key for key in form.document_keys if key not in found], form.taxpayers
    ):
        found.setdefault(key, []).append(Owned(taxpayer_no, org_code))
    return found


def _forbidden(found: Mapping[str, Sequence[Owned]], allowed: Sequence[str] | None) -> list[str]:
    if allowed is None:
        return []
    sentence = rulebook().message("no_organisation_right", "interactive")
    return [f"{key}：{sentence}" for key, rows in found.items() if any(row.org_code not in allowed for row in rows)]


def _forbidden_taxpayers(connection: Connection, taxpayers: Sequence[str], allowed: Sequence[str] | None) -> list[str]:
    """A tax number is for whoever may select for all its documents; one that is not in the basics the steps refuse."""
    if allowed is None:
        return []
    sentence = rulebook().message("no_organisation_right", "interactive")
    known = Submissions(connection).organisations_of_companies(taxpayers)
    return [f"{number}：{sentence}" for number, whose in known.items() if not {*whose} <= {*allowed}]


def _chosen(form: SelectionForm, key: str, rows: Sequence[Owned], problems: list[str]) -> Sequence[RequestedDocument]:
    if len(rows) == 1:
        (row,) = rows
        reasons = (form.reason, form.reason_text) if form.reason else (row.reason, row.reason_text)
        return [RequestedDocument(row.taxpayer_no, key, *reasons)]
    if not rows and len(form.taxpayers) == 1:
        return [RequestedDocument(form.taxpayers[0], key, form.reason, form.reason_text)]
    owners = "、".join(row.taxpayer_no for row in rows)
    unknown = rulebook().message("selection_unknown_paper", "interactive")
    problems.append(f"{key}：{f'属于多个税号（{owners}），请填写税号。' if rows else unknown}")
    return []
