"""The DAGs are exactly those of dags.csv, and their files are wiring: no logic, no SQL, no contact with the world."""

import ast
import csv
import json
import os
import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doc_pages import ROOT
from fapiao.dag_texts.catalogue import catalogue, task_texts
from fapiao.rules.book import rulebook

FOLDER = ROOT / "dags"
FILES = sorted(FOLDER.glob("*.py"))
EXPECTED = Path(__file__).with_name("dags.csv")
FORMS = Path(__file__).with_name("forms")
"""What each form shows and takes; scripts that start a run by the API rely on it."""
SHANGHAI = "Asia/Shanghai"
CALENDAR = "定时下载"
"""The tag of what calendar.yaml names."""
LONGEST = 60
SQL_WORDS = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE)\b")
OUTSIDE = {"psycopg", "httpx", "requests", "urllib", "socket", "sqlalchemy", "subprocess"}
IMPORT_ALL = """
import runpy, sys
sys.path.append(sys.argv[1])
for file in sys.argv[2:]:
    runpy.run_path(file)
print("imported", len(sys.argv) - 2)
"""


@pytest.fixture(scope="module")
def bag() -> Any:
    """Every DAG as Airflow reads it."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(FOLDER))


def crons(timetable: Any) -> str:
    """The cron lines of one of Airflow's own timetables."""
    inner = getattr(timetable, "timetables", None) or getattr(timetable, "_timetables", None) or [timetable]
    return " | ".join(getattr(one, "expression", None) or getattr(one, "_expression", "") for one in inner)


def described(dag: Any) -> dict[str, str]:
    """A DAG as a line of dags.csv."""
    return {
        "file": Path(dag.fileloc).name,
        "dag_id": dag.dag_id,
        "name": dag.dag_display_name,
        "owner": dag.owner,
        "crons": crons(dag.timetable),
        "tags": " ".join(sorted(dag.tags)),
        "max_active_runs": str(dag.max_active_runs),
        "params": " ".join(dag.params),
    }


def test_every_file_is_read_without_an_error(bag: Any) -> None:
    assert bag.import_errors == {}


@pytest.mark.req("R109")
def test_the_dags_are_exactly_those_of_the_list(bag: Any) -> None:
    with EXPECTED.open(encoding="utf-8") as lines:
        expected = list(csv.DictReader(lines))
    found = [described(dag) for dag in bag.dags.values()]
    assert sorted(found, key=lambda line: line["dag_id"]) == sorted(expected, key=lambda line: line["dag_id"])


def form(dag: Any) -> dict[str, Any]:
    """Every field of a DAG's form as Airflow's page and API have it: what it holds at first, and its JSON schema."""
    fields = {name: dag.params.get_param(name) for name in dag.params}
    return {name: {"default": one.value, "help": one.description, **one.schema} for name, one in fields.items()}


@pytest.mark.parametrize("file", sorted(FORMS.iterdir()), ids=lambda file: file.stem)
def test_a_form_shows_and_takes_what_it_did(bag: Any, file: Path) -> None:
    found = json.loads(json.dumps(form(bag.dags[file.stem]), default=str))
    assert found == json.loads(file.read_text(encoding="utf-8"))
    assert list(found) == list(json.loads(file.read_text(encoding="utf-8")))


def test_runs_of_the_calendar_share_one_form_and_every_other_form_is_kept(bag: Any) -> None:
    calendar = [dag for dag in bag.dags.values() if CALENDAR in dag.tags]
    assert [dag.dag_id for dag in calendar if form(dag) != form(bag.dags["leqi__incremental"])] == []
    others = {dag.dag_id for dag in bag.dags.values()} - {dag.dag_id for dag in calendar}
    assert others == {file.stem for file in FORMS.iterdir()} - {"leqi__incremental"}


def test_schedules_are_in_shanghai_and_nothing_is_caught_up(bag: Any) -> None:
    assert {str(dag.timezone) for dag in bag.dags.values()} == {SHANGHAI}
    assert {dag.catchup for dag in bag.dags.values()} == {False}


def test_a_calendar_dag_plans_then_applies_then_collects_and_says_that_the_pool_changed(bag: Any) -> None:
    calendar = [dag for dag in bag.dags.values() if CALENDAR in dag.tags]
    for dag in calendar:
        assert [task.task_id for task in dag.topological_sort()] == ["plan", "apply", "collect"], dag.dag_id
        assert dag.get_task("plan").downstream_task_ids == {"apply"}
        assert dag.get_task("apply").downstream_task_ids == {"collect"}
        for task in ("apply", "collect"):
            assert [outlet.name for outlet in dag.get_task(task).outlets] == ["invoice_pool_changes"]
    assert calendar


def test_every_dag_and_param_says_what_it_is_for(bag: Any) -> None:
    for dag in bag.dags.values():
        assert dag.description, dag.dag_id
        assert dag.doc_md, dag.dag_id
        for name in dag.params:
            param = dag.params.get_param(name)
            assert param.schema.get("title"), (dag.dag_id, name)
            assert param.description or param.schema.get("description"), (dag.dag_id, name)


CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.finding("F58")
def test_every_dag_is_known_by_a_chinese_name_its_owner_and_its_readers(bag: Any) -> None:
    names = [dag.dag_display_name for dag in bag.dags.values()]
    assert len(set(names)) == len(names)
    for dag in bag.dags.values():
        assert CHINESE.search(dag.dag_display_name), dag.dag_id
        assert dag.owner in ("发票管理", "平台运维"), dag.dag_id
        assert {"管理员", "平台", "审计"} & dag.tags, dag.dag_id


@pytest.mark.finding("F58")
def test_a_channel_is_a_tag_of_all_its_dags(bag: Any) -> None:
    for dag in bag.dags.values():
        channel = rulebook().channels.get(dag.dag_id.partition("__")[0])
        assert channel is None or channel.label in dag.tags, dag.dag_id


@pytest.mark.finding("F58")
def test_the_page_of_a_dag_says_when_for_which_days_and_by_whose_sentence(bag: Any) -> None:
    for dag in bag.dags.values():
        for said in ("运行时间：", "依据：", "超时："):
            assert said in dag.doc_md, dag.dag_id
    text = bag.dags["etax__history_input"].doc_md
    assert "每月6号 01:00（北京时间）" in text
    assert "进项发票，上个月整月（按开票日期）" in text and "进项海关缴款书，前两个月（按开票日期）" in text
    assert "每月6号全量下载上个月进项发票" in text


@pytest.mark.finding("F58")
def test_every_task_has_a_chinese_name_and_a_text_of_its_own(bag: Any) -> None:
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        assert CHINESE.search(task.task_display_name), task.task_id
        assert task.doc_md.startswith(f"### {task.task_display_name}") and "运行时间：" in task.doc_md, task.task_id
    assert bag.dags["history_sync"].get_task("collect_etax").task_display_name == "取回结果·电子税局"


@pytest.mark.finding("F58")
def test_labels_and_hints_of_forms_are_chinese_with_english_beside(bag: Any) -> None:
    for dag in bag.dags.values():
        for name, field in form(dag).items():
            assert CHINESE.match(field["title"]), (dag.dag_id, name)
            assert re.match(r"[^A-Za-z]*[\u4e00-\u9fff].*（.*[A-Za-z]{2}.*）$", field["help"]), (dag.dag_id, name)


@pytest.mark.finding("F58")
def test_the_catalogue_has_no_texts_that_nothing_shows(bag: Any) -> None:
    dags = {dag.dag_id for dag in bag.dags.values()}
    assert {row.dag for row in catalogue().dags} - dags == {"calendar"}
    shown = {task_texts(task.task_id) for dag in bag.dags.values() for task in dag.tasks}
    assert {row.task for row in catalogue().tasks} == {row.task for row in shown}
    labels = {field["title"] for dag in bag.dags.values() for field in form(dag).values()}
    assert {one.label for row in catalogue().forms for one in row.fields.values()} == labels
    pages = "\n".join(str(dag.doc_md) for dag in bag.dags.values())
    words = [word for row in (*catalogue().windows, *catalogue().bases) for word in (row.name, row.english)]
    assert [word for word in words if word not in pages] == []


@pytest.mark.finding("F58")
def test_every_task_and_every_run_ends_and_a_run_outlives_what_it_waits_for(bag: Any) -> None:
    for dag in bag.dags.values():
        for task in dag.tasks:
            assert timedelta() < task.execution_timeout < dag.dagrun_timeout, (dag.dag_id, task.task_id)
            assert task.pool == "default_pool", "any other would have to be made by every installation"
            waits = getattr(task, "patience", timedelta())
            assert waits + task.execution_timeout <= dag.dagrun_timeout, (dag.dag_id, task.task_id)
    assert {dag.dagrun_timeout for dag in bag.dags.values()} == {timedelta(hours=12), timedelta(hours=4)}


@pytest.mark.finding("F56")
def test_no_task_has_the_asset_itself_among_its_outlets_and_whoever_changes_the_pool_has_the_alias(bag: Any) -> None:
    outlets = {task.task_id: [one.name for one in task.outlets] for dag in bag.dags.values() for task in dag.tasks}
    told = {task for task, names in outlets.items() if names == ["invoice_pool_changes"]}
    assert {task.partition("_")[0] for task in told} == {
        "apply", "collect", "sweep", "import", "verify", "submit", "pick", "select",
    }  # fmt: skip
    assert {name for names in outlets.values() for name in names} == {"invoice_pool_changes"}


@pytest.mark.parametrize("value", ["2027-02-30", "10.6.2027", "today"])
def test_a_day_that_is_none_is_refused_before_the_run_begins(bag: Any, value: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        bag.dags["leqi__incremental"].params.get_param("date").resolve(value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_dag_file_is_wiring(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    defined = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    imported = {name.partition(".")[0] for node in ast.walk(tree) for name in _imported(node)}
    assert len(text.splitlines()) <= LONGEST
    assert defined == []
    assert imported & OUTSIDE == set()
    assert not SQL_WORDS.search(text)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_importing_the_dag_files_opens_no_connection_to_database_or_bureau(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        environment = os.environ | {
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://u@{place}/airflow",
            "AIRFLOW_CONN_INVOICE_POOL": f"postgresql://u@{place}/pool",
            "AIRFLOW_CONN_LEQI": f'{{"conn_type": "leqi", "host": "http://{place}"}}',
            "PYTHONWARNINGS": "ignore",
        }
        command = [sys.executable, "-c", IMPORT_ALL, str(ROOT / "plugins"), *map(str, FILES)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.endswith(f"imported {len(FILES)}\n"), done.stderr
        with pytest.raises(TimeoutError):
            listener.accept()
