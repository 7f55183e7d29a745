"""Makes the roles of airflow_roles.yaml and the first user in Airflow's user management (FAB); runs at every start.

Roles get what they lack, and lose what the file does not give; users that are there stay as they are.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROLES_FILE = Path(__file__).with_name("airflow_roles.yaml")
FIRST_USER = "admin"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
NOT_PERMISSIONS = ("like", "rights")

Permission = tuple[str, str]
"""An action such as can_read, and the resource it is done to."""


def roles() -> dict[str, dict[str, Any]]:
    """The file, by role."""
    return yaml.safe_load(ROLES_FILE.read_text(encoding="utf-8"))


def own_permissions(role: Mapping[str, Any]) -> set[Permission]:
    """What the file gives a role beside those of the role it is like."""
    given = ((action, resources) for action, resources in role.items() if action not in NOT_PERMISSIONS)
    return {(action, resource) for action, resources in given for resource in resources}


def make_role(security: Any, name: str, role: Mapping[str, Any]) -> None:
    """The role as the file has it, in FAB's security manager. Raises LookupError for a role or permission it lacks."""
    model = security.find_role(role["like"])
    if model is None:
        raise LookupError(f"Airflow has no role {role['like']}")
    wanted = {permission.id: permission for permission in model.permissions}
    for action, resource in own_permissions(role):
        permission = security.get_permission(action, resource) or security.create_permission(action, resource)
        wanted[permission.id] = permission
    made = security.add_role(name)
    held = {permission.id: permission for permission in made.permissions}
    for key in wanted.keys() - held.keys():
        security.add_permission_to_role(made, wanted[key])
    for key in held.keys() - wanted.keys():
        security.remove_permission_from_role(made, held[key])


def make_first_user(security: Any, password: str) -> bool:
    """The user `admin`, unless there is one or no password is given; returns whether it was made."""
    if not password or security.find_user(username=FIRST_USER):
        return False
    role = security.find_role("admin")
    if not security.add_user(FIRST_USER, FIRST_USER, "", f"{FIRST_USER}@localhost", role, password):
        raise LookupError(f"the user {FIRST_USER} was not taken")
    return True


def main() -> int:
    """Does nothing under another auth manager, whose users are not ours to make."""
    from airflow.configuration import conf  # noqa: PLC0415 its import alone takes two seconds

    if conf.get("core", "auth_manager") != FAB:
        print("Another auth manager than FAB: its roles and users are its own.")
        return 0
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder  # noqa: PLC0415

    with get_application_builder() as builder:
        security = builder.sm
        security.sync_roles()
        for name, role in roles().items():
            make_role(security, name, role)
        made = make_first_user(security, os.environ.get("ADMIN_PASSWORD", ""))
    print(f"Roles: {', '.join(roles())}." + (f" First user: {FIRST_USER}." if made else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
