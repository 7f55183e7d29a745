"""The simulator is a second implementation: it shares nothing with the code it is there to test."""

import ast
import sys
from dataclasses import fields as fields_of
from pathlib import Path

import pytest

from simulator.admin import admin_app
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.documents import fields
from simulator.faults import KINDS
from simulator.gateway.app import gateway_routes
from simulator.gateway.operations.table import OPERATIONS
from simulator.gateway.settings import GatewaySettings
from simulator.services.table import SERVICES

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "simulator").rglob("*.py"))
ALLOWED = {"simulator", "starlette", "uvicorn", "msgspec", "cryptography", "httpx", "openpyxl", "xlwt"}


def imported(source: Path) -> set[str]:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_only_itself_the_standard_library_and_the_web_stack(source: Path):
    assert imported(source) - ALLOWED - sys.stdlib_module_names == set()


def test_every_address_service_fault_and_block_is_in_the_readme():
    readme = (ROOT / "simulator" / "README.md").read_text(encoding="utf-8")
    parts = {part for table in fields.tables().values() for part in table} - {"head"}
    paths = {route.path for route in admin_app(Bureau(Clock(), None)).routes}
    public = {route.path for route in gateway_routes(Bureau(Clock(), None)) if "{tenant}" not in route.path}
    paths |= {path.replace("{number}", "…") for path in public}
    settings = {field.name for field in fields_of(GatewaySettings)}
    wanted = {
        *KINDS,
        *settings,
        *(code for _, code in OPERATIONS),
        *(service for _, service in SERVICES),
        *parts,
        *paths,
    }
    assert {name for name in wanted if f"`{name}`" not in readme} == set()
