"""Who may do what with selections: by 核算组织 of the documents first, by role then (R150, R223)."""

from collections.abc import Mapping, Sequence

from fapiao.errors import BadInput
from hooks.enterprise.permissions import permissions_of
from operators.selections.session import SelectionSession, SelectionTables

Organisations = Mapping[str, Sequence[str | None]]
"""核算组织 by batch, document or tax number; None where there is none."""


def objections(
    session: SelectionSession, tables: SelectionTables, actor: str, action: str, organisations: Organisations
) -> dict[str, str]:
    """The sentence of each that the actor may not touch; everybody may everything where no rights were loaded."""
    permissions = permissions_of(tables.connection, actor)
    found = {name: permissions.any_objection(action, mine) for name, mine in organisations.items()}
    return {name: f"{name}: {session.says(key)}" for name, key in found.items() if key}


def check_taxpayers(session: SelectionSession, actor: str, action: str, taxpayers: Sequence[str]) -> None:
    """Raises BadInput with every tax number whose 核算组织 the actor has no right in; an unknown one is let through.

    Whoever changes a statistics table or a period changes it for every document of the company: 勾选 is needed for all
    of theirs.
    """
    with session.transaction() as tables:
        if action == "select":
            organisations = tables.submissions.organisations_of_companies(taxpayers)
        else:
            basics = tables.queue.basics(taxpayers)
            organisations = {number: [whose.org_code] for number, whose in basics.items()}
        problems = objections(session, tables, actor, action, organisations)
    if problems:
        raise BadInput([*problems.values()])


def check_document(session: SelectionSession, actor: str, action: str, document_key: str, taxpayer_no: str) -> None:
    """Raises BadInput where the document is another organisation's."""
    with session.transaction() as tables:
        mine = tables.submissions.organisations_of(document_key, taxpayer_no)
        problems = objections(session, tables, actor, action, {document_key: mine})
    if problems:
        raise BadInput([*problems.values()])
