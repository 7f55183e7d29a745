"""Who may do what with selections: by 核算组织 of the request or the company first, by role then (R150, R223)."""

from collections.abc import Mapping, Sequence

from fapiao.errors import BadInput
from hooks.enterprise.permissions import permissions_of
from operators.selections.session import SelectionSession, SelectionTables

Organisations = Mapping[str, str | None]
"""核算组织 by batch or tax number; None where there is none."""


def objections(
    session: SelectionSession, tables: SelectionTables, actor: str, action: str, organisations: Organisations
) -> dict[str, str]:
    """The sentence of each that the actor may not touch; everybody may everything where no rights were loaded."""
    permissions = permissions_of(tables.connection, actor)
    found = {name: permissions.objection(action, one) for name, one in organisations.items()}
    return {name: f"{name}: {session.says(key)}" for name, key in found.items() if key}


def check_taxpayers(session: SelectionSession, actor: str, action: str, taxpayers: Sequence[str]) -> None:
    """Raises BadInput with every tax number whose 核算组织 the actor has no right in; an unknown one is let through."""
    with session.transaction() as tables:
        organisations = {number: whose.org_code for number, whose in tables.queue.basics(taxpayers).items()}
        problems = objections(session, tables, actor, action, organisations)
    if problems:
        raise BadInput([*problems.values()])
