"""The DAGs selection and auto_selection pressed through real runs, over a bureau that works everything at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from enterprise_files import WORDS
from fapiao.tables.yaml_lines import read_yaml
from hooks.selection_lists.auto_rules import load_auto_rules
from rehearsal import GENERAL, Rehearsal, rehearsing

DAY = "2027-01-20"
BLANK: dict[str, Any] = {
    "operation": "not_deduct", "document_keys": [], "taxpayers": [], "reason": None, "reason_text": None,
    "list_file": None, "without": [], "accounts": [], "retry": [], "dry_run": False,
}  # fmt: skip
_DOCUMENT = (
    "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, issue_date, tax_amount,"
    " selection_status, detail_level, first_collected_at, channel, batch_no)"
    " VALUES ('input', %s, %s, 'customs', 'customs', '2026-12-05', 13, '0', 'header', now(), 'leqi', 'B0')"
)


class SelectionRehearsal(Rehearsal):
    """One pool, one bureau of 乐企 that is ready at once, one company with 缴款书 of December."""

    def furnish(self, count: int) -> list[str]:
        """The company and so many documents, at the bureau and in the pool."""
        self.today(DAY)
        self.post("settings", errand_seconds=0)
        self.taxpayer()
        self.post("period", taxNo=GENERAL, skssq="202612")
        one = {"fplx": "customs", "nsrsbh": GENERAL, "kprq": "2026-12-05"}
        keys: list[str] = self.post("seed", companies=[], documents=[one] * count)["documents"]
        for key in keys:
            self.collect(key)
        return keys

    def collect(self, key: str) -> None:
        """A document in the pool, whether the bureau knows it or not."""
        self.pool.execute(_DOCUMENT, [GENERAL, key])

    def press(self, *, ends: str = "success", **form: Any) -> Any:
        """Fills the form in and presses it; all of it, as dag.test() keeps the parameters of the run before."""
        return self.run("selection", DAY, ends=ends, **BLANK | form)

    def rules(self, text: str) -> None:
        """自动抵扣勾选配置 as this YAML says."""
        with psycopg.connect(self.pool_url) as connection:
            load_auto_rules(connection, [read_yaml("rules.yaml", text)], WORDS, actor="li")

    def requests(self) -> list[dict[str, Any]]:
        """税局用票操作日志, oldest first."""
        return self.pool.execute("SELECT * FROM fapiao.selection_log ORDER BY created_at, batch_no").fetchall()

    def statuses(self) -> dict[str, str | None]:
        """勾选状态 of every document."""
        return {key: row["selection_status"] for key, row in self.invoices().items()}


def states(run: Any) -> dict[str, str]:
    """How the tasks of a run ended."""
    return {one.task_id: str(one.state) for one in run.get_task_instances()}


def returned(run: Any, task_id: str) -> Any:
    """The XCom that Airflow's page shows."""
    (task,) = [one for one in run.get_task_instances() if one.task_id == task_id]
    return task.xcom_pull(task_ids=task_id)


@contextmanager
def selection_rehearsing(pool_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SelectionRehearsal]:
    """A rehearsal whose connections are set for this process."""
    with rehearsing(pool_url, monkeypatch, DAY) as plain:
        found = SelectionRehearsal(pool_url, plain.simulator)
        try:
            yield found
        finally:
            found.close()
