"""Airflow's own plugin loader leaves the packages under plugins/ alone: no module of ours is run twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

from temporary_postgres import ROOT

SCRIPT = """
import json, queue, sys
from airflow import plugins_manager
plugins_manager.ensure_plugins_loaded()
import hooks
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
ours = {name: file for name, file in files.items() if file.startswith(sys.argv[1])}
print("RESULT " + json.dumps({"ours": ours, "hooks": hooks.__file__, "queue": queue.__file__}))
"""


def beside(file: str) -> bool:
    """Whether the file lies in plugins/ itself, where Airflow shall load what is a plugin."""
    return Path(file).parent == ROOT / "plugins"


def test_no_file_below_our_packages_becomes_a_top_level_module(tmp_path):
    plugins = str(ROOT / "plugins")
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": plugins,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONWARNINGS": "ignore",
    }
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT, plugins],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    line = next(line for line in told.stdout.splitlines() if line.startswith("RESULT "))
    result = json.loads(line.removeprefix("RESULT "))
    twice = {name: file for name, file in result["ours"].items() if name == Path(file).stem and not beside(file)}
    assert twice == {}
    assert result["hooks"] == f"{plugins}/hooks/__init__.py"
    assert not result["queue"].startswith(plugins)
