"""Reads who was granted what from the tables of a file, and complains about all that is wrong at once."""

from collections.abc import Collection, Sequence

from fapiao.enterprise.form import Problems, RecordReader, checked_lines, unique
from fapiao.enterprise.values import person_name
from fapiao.permissions.rules import EVERY_ORGANISATION, PermissionRules, permission_rules
from fapiao.rules.spellings import Spellings, spellings
from fapiao.tables.lines import Table
from fapiao.texts.catalogue import sentence

Grant = tuple[str, str, str]


def read_grants(
    files: Sequence[list[Table]], organisations: Collection[str], rules: PermissionRules | None = None
) -> list[Grant]:
    """(actor, organisation or `*`, role) of every record. Raises BadInput with every problem, no record among them."""
    complaints = Problems()
    roles = spellings((role.code, role.label, ()) for role in (rules or permission_rules()).roles.values())
    forms = [RecordReader(line, complaints) for line in checked_lines(files, "rights", complaints)]
    keyed = [(_grant(form, roles, organisations), form) for form in forms]
    grants = unique(((grant, form) for grant, form in keyed if all(grant)), "actor")
    if not keyed and not complaints.problems:
        complaints.problems.append(sentence("enterprise_files.no_grants"))
    complaints.refuse()
    return list(grants)


def _grant(form: RecordReader, roles: Spellings, organisations: Collection[str]) -> Grant:
    organisation = form.needed("org_code")
    if organisation and organisation != EVERY_ORGANISATION and organisation not in organisations:
        form.object("org_code", sentence("enterprise_files.no_such_organisation", code=organisation))
    actor = form.needed("actor") and form.read("actor", "", "", person_name)
    return actor, organisation, form.needed_code("role", roles, "")
