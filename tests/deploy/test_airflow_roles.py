"""Four roles in Airflow's user management, each with what its role in rights.yaml means on Airflow's pages."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from airflow.api_fastapi import core_api

from fapiao.permissions.rules import permission_rules
from fapiao_plugin import FapiaoPlugin
from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
ROLES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "deploy" / "airflow_roles.yaml").read_text(encoding="utf-8"))
SCRIPT = ROOT / "deploy" / "airflow_accounts.py"
WATCHES = {"view", "export"}
ACTIONS = {"GET": "can_read", "POST": "can_create", "PUT": "can_edit", "DELETE": "can_delete"}
RESOURCES = {
    "DAG": "DAGs", "RUN": "DAG Runs", "TASK_INSTANCE": "Task Instances", "BACKFILL": "Backfills",
    "EVENT_LOG": "Audit Logs",
}  # fmt: skip
ASK = """
import json, sys
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from werkzeug.security import check_password_hash
with get_application_builder() as builder:
    security = builder.sm
    roles = {r.name: sorted(f"{p.action.name} {p.resource.name}" for p in r.permissions) for r in security.get_all_roles()}
    users = {u.username: [r.name for r in u.roles] for u in security.get_all_users()}
    entered = check_password_hash(security.find_user(username="admin").password, sys.argv[2])
    if sys.argv[3:]:
        role = security.find_role("viewer")
        security.add_permission_to_role(role, security.get_permission("can_create", "DAG Runs"))
open(sys.argv[1], "w").write(json.dumps([roles, users, entered]))
"""


def test_there_are_four_and_every_role_of_the_rules_has_one():
    assert set(ROLES) == {"viewer", "auditor", "operator", "admin"}
    named = [code for role in ROLES.values() for code in role["rights"]]
    assert sorted(named) == sorted(permission_rules().roles)


def test_whoever_may_only_look_by_the_rules_starts_changes_and_deletes_nothing_in_airflow():
    for name, role in ROLES.items():
        acts = any(set(permission_rules().roles[code].actions) - WATCHES for code in role["rights"])
        assert bool(role.get("can_create") or role["like"] == "Admin") is acts, name
        assert "can_delete" not in role, name


def test_nobody_but_the_admin_sees_connections_or_is_more_than_a_viewer_of_airflows_own():
    for name, role in ROLES.items():
        assert "Connections" not in json.dumps(role), name
        assert role["like"] == ("Admin" if name == "admin" else "Viewer")


def test_who_did_what_is_seen_by_the_auditor_and_the_admin():
    assert {name for name, role in ROLES.items() if "Audit Logs" in json.dumps(role)} == {"auditor"}


def test_the_list_of_plugins_is_read_by_nobody_for_ours_has_no_page():
    """Airflow asks for it before it shows the pages of a plugin; what else it says is paths and versions of the server."""
    pages = [
        getattr(FapiaoPlugin, kind) for kind in ("external_views", "react_apps", "appbuilder_views", "fastapi_apps")
    ]
    assert {name for name, role in ROLES.items() if "Plugins" in json.dumps(role)} == (
        set(ROLES) if any(pages) else set()
    )


@pytest.mark.parametrize("name", ROLES)
def test_a_role_gives_nothing_that_no_page_of_airflow_asks_for(name):
    asked = _asked_of_airflow()
    assert ("can_create", "DAG Runs") in asked
    given = {
        (action, what) for action, what in airflow_accounts().own_permissions(ROLES[name]) if action != "menu_access"
    }
    assert given <= asked


def test_nothing_of_ours_waits_for_a_persons_answer_in_the_middle_of_a_run_so_no_role_may_give_one():
    texts = [
        file.read_text(encoding="utf-8") for folder in ("dags", "plugins") for file in (ROOT / folder).rglob("*.py")
    ]
    waiting = any("HITL" in text or "ApprovalOperator" in text for text in texts)
    assert {name for name, role in ROLES.items() if "HITL Detail" in json.dumps(role)} == (
        set(ROLES) if waiting else set()
    )


def airflow_accounts() -> ModuleType:
    """The script, which the image runs by its path."""
    spec = importlib.util.spec_from_file_location("airflow_accounts", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _asked_of_airflow() -> set[tuple[str, str]]:
    """The permissions that Airflow's routes ask for, as FAB calls them; who may do something to a part edits its DAG."""
    routes = Path(core_api.__file__).with_name("routes")
    text = "\n".join(file.read_text(encoding="utf-8") for file in routes.rglob("*.py"))
    found = {("can_edit", "DAGs")}
    for kind, words in re.findall(r"requires_access_(dag|backfill|event_log)\(([^)]*)\)", text):
        method = re.search(r"\"(GET|POST|PUT|DELETE)\"", words)
        entity = re.search(r"DagAccessEntity\.(\w+)", words)
        if method:
            what = RESOURCES.get(entity[1] if entity else kind.upper(), "")
            found.add((ACTIONS[method[1]], what))
    return found


@pytest.fixture(scope="module")
def airflow(tmp_path_factory) -> dict[str, str]:
    pytest.importorskip("airflow.providers.fab", reason="the environment is older than the lock")
    folder = tmp_path_factory.mktemp("airflow")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "ADMIN_PASSWORD": "a\"b'c $d\\",
    }
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=environment, check=True, capture_output=True)
    return environment


def _made(
    environment: dict[str, str], *, spoil: bool = False
) -> tuple[dict[str, set[str]], dict[str, list[str]], bool]:
    subprocess.run([sys.executable, SCRIPT], env=environment, check=True, capture_output=True)
    answer = Path(environment["AIRFLOW_HOME"], "answer.json")
    words = [sys.executable, "-c", ASK, str(answer), environment["ADMIN_PASSWORD"], *(["spoil"] if spoil else [])]
    subprocess.run(words, env=environment, check=True, capture_output=True)
    roles, users, entered = json.loads(answer.read_text())
    return {name: set(held) for name, held in roles.items()}, users, entered


@pytest.mark.slow
def test_airflow_takes_them_as_often_as_it_is_asked_and_the_first_user_comes_in(airflow):
    roles, users, entered = _made(airflow, spoil=True)
    assert roles.keys() >= ROLES.keys()
    assert roles["viewer"] == roles["Viewer"]
    assert roles["admin"] == roles["Admin"]
    assert (users, entered) == ({"admin": ["admin"]}, True)

    again, users, entered = _made(airflow | {"ADMIN_PASSWORD": "another"})
    assert again["viewer"] == roles["viewer"], "what somebody gave the role in between is taken back"
    assert (users, entered) == ({"admin": ["admin"]}, False)
