"""The bureau's number of an application belongs to one row: an answer that gives it twice breaks nothing."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from fapiao.downloads.protocol import Applied
from hooks.queues.tasks import TaskTable
from task_rows import NOON, put, take_one, told


@pytest.mark.finding("F20", "F22")
def test_a_number_that_another_row_has_is_not_taken(pool: psycopg.Connection[Any]) -> None:
    holder = put(pool, "downloading", invoice_type="82", not_before=NOON + timedelta(days=9999))
    (number,) = told(pool, holder, "request_no")
    claim = take_one(pool)
    assert not TaskTable(pool).accepted(claim, Applied(number, [], 1.0), NOON)
    assert told(pool, claim.task_id, "status", "request_no") == ("pending", None)
    assert TaskTable(pool).accepted(claim, Applied(f"{number[:-1]}x", [], 1.0), NOON)
