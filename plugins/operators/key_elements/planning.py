"""进项发票关键要素同步: a form becomes task rows in the pool, or nothing where anything speaks against it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.errors import BadInput
from fapiao.forms.items import items
from fapiao.key_elements.form import KeyElements, Search, checked, searches
from fapiao.key_elements.rules import key_element_rules
from fapiao.queries import query
from fapiao.rules.book import rulebook
from fapiao.tasks import RunDay
from hooks.enterprise.basics import read_enterprise
from hooks.enterprise.permissions import demand
from hooks.pool.sessions import acting

DAG_ID = "key_element_sync"


def create(
    connection: psycopg.Connection[Any], run: RunDay, form: Mapping[str, object], surface: str, created_by: str
) -> list[str]:
    """Checks the form and plans its header collections (R036); returns their batch numbers.

    The rows are 进项状态更新: it is the same service of the bureau (4.02/4.03), and no other 下载类型 of S4 fits.
    A run that is made again finds its own rows. Raises BadInput with every problem, and then nothing is planned.
    """
    rules = key_element_rules()
    with acting(connection, created_by):
        demand(connection, created_by, "download", [(one, one) for one in items(form.get("org"))])
        request = checked(form, read_enterprise(connection), rulebook(), rules, run.day, surface)
        asked = searches(request, rules)
        values = _values(run, request, asked) | {"created_by": created_by}
        connection.execute(query("plan", "lock"), {"channels": [request.channel]})
        _refuse_doubles(connection, values)
        batch = {"dag_id": run.dag_id, "run_id": run.run_id, "day": run.day, "created_by": created_by}
        opened = connection.execute(query("plan", "open_batch"), batch).fetchone()
        values["batch_no"] = opened[0] if opened else None
        connection.execute(query("key_elements", "plan_searches"), values)
        return [number for (number,) in connection.execute(query("key_elements", "made"), values).fetchall()]


def _values(run: RunDay, request: KeyElements, asked: list[Search]) -> dict[str, Any]:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "tick": run.run_id,
        "taxpayer_no": request.taxpayer.taxpayer_no,
        "org_code": request.org_code,
        "channel": request.channel,
        "document": request.document,
        "sync_type": request.sync_type,
        "start": request.start,
        "end": request.end,
        "types": [search.invoice_type for search in asked],
        "searches": Jsonb([asdict(search) for search in asked]),
    }


def _refuse_doubles(connection: psycopg.Connection[Any], values: dict[str, Any]) -> None:
    found = connection.execute(query("key_elements", "open_equal"), values).fetchall()
    if found:
        raise BadInput(
            [f"the same download of type {kind} is under way as batch {number}: wait for it" for kind, number in found]
        )
