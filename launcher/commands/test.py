"""`./fapiao test`: the checks and all tests under two time zones; with arguments just pytest with them."""

import argparse
import os
import subprocess
import sys

from fapiao.texts.catalogue import sentence
from launcher.home import ROOT

PASSES_ON = True
CHECKS = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
ONCE = (
    "simulator", "conformance", "journeys", "hostile_answers", "hostile_files", "races", "torture", "bench", "deploy",
    "hooks/bureau/test_memory.py", "docs", "texts", "words",
)  # fmt: skip
# twice as many workers as two cores: half of a test is waiting for Postgres, Airflow or the simulator
RUNS = (
    # tests that start the whole stack are one group: a machine has one port 8080, and rarely memory for two stacks
    ({"TZ": "UTC"}, ["pytest", "-n", "4", "--dist", "loadgroup"]),
    # the stack, the simulator, what is said on the wire or lies in a file, memory, races, worlds with a clock of their
    # own, runs of Airflow, which brings its own time zone along, pages and words: they do not depend on ours
    (
        {"TZ": "Asia/Shanghai"},
        ["pytest", "-n", "4", "--dist", "loadgroup", "-m", "not slow", *(f"--ignore=tests/{name}" for name in ONCE)],
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything but --help goes to pytest."""
    parser.usage = sentence("options.test_usage")


def run(arguments: argparse.Namespace) -> int:
    """Exit code of the first step that fails, else 0; pytest's closing line is the last one printed."""
    if arguments.others:
        return _python("pytest", *arguments.others)
    for variables, words in (*(({}, check) for check in CHECKS), *RUNS):
        print("──", *(f"{name}={value}" for name, value in variables.items()), *words, flush=True)
        if code := _python(*words, **variables):
            return code
    return 0


def _python(*words: str, **variables: str) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment | variables, check=False).returncode
