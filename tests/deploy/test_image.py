"""The image holds what runs and nothing else, as a user without rights; its base and its neighbours can be pinned."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deployment import IMAGE_FOLDERS
from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PRODUCTION, REHEARSAL = re.split(r"^FROM .+$", DOCKERFILE, flags=re.MULTILINE)[1:]
IMAGES = {"AIRFLOW_IMAGE", "POSTGRES_IMAGE", "REDIS_IMAGE"}
DIGEST = f"sha256:{'0a' * 32}"


def _copied(stage: str) -> set[str]:
    return set(re.findall(r"^COPY (?:--\S+ )*(\S+) ", stage, re.MULTILINE))


def test_the_production_image_takes_what_runs_and_the_simulator_comes_only_to_the_rehearsal():
    assert _copied(PRODUCTION) == {"requirements.txt", *IMAGE_FOLDERS}
    assert _copied(REHEARSAL) == {"simulator", "simulator/requirements.txt"}


def test_what_is_copied_exists_and_is_let_through_to_the_build():
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(kept) == {path.split("/")[0] for path in _copied(DOCKERFILE)}
    assert [path for path in _copied(DOCKERFILE) if not (ROOT / path).exists()] == []


def test_it_does_not_run_as_root():
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users[-1].isdigit()
    assert int(users[-1]) > 0
    assert re.findall(r"^USER", REHEARSAL, re.MULTILINE) == []


def test_everything_is_installed_by_hash():
    installs = re.findall(r"pip install .*", DOCKERFILE)
    assert installs
    assert [line for line in installs if "--require-hashes" not in line] == []


def test_its_base_is_the_airflow_of_the_lock():
    locked = re.search(r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert locked
    compose = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
    base = re.search(r"^ARG AIRFLOW_IMAGE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert base
    assert base[1].startswith(f"apache/airflow:slim-{locked[1]}-python3.")
    assert f"${{AIRFLOW_IMAGE:-{base[1]}}}" in compose


@pytest.mark.parametrize(("command", "folder"), [("demo", "simulator"), ("bench", "bench")])
def test_a_command_for_one_machine_says_so_in_the_image(installation, command, folder, tmp_path):
    environment = {"PATH": os.defpath, "FAPIAO_HOME": str(tmp_path)}
    words = [sys.executable, installation / "launcher", command]
    done = subprocess.run(words, env=environment, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"./fapiao {command} needs the folder {folder}/, which this installation has not")


@pytest.mark.parametrize(
    "command", ["log", "taxpayers", "import", "select", "export", "db", "doctor", "status", "fetch", "void"]
)
def test_a_command_over_the_pool_is_understood_there(installation, command, tmp_path):
    words = [sys.executable, installation / "launcher", command, "--help"]
    environment = {"PATH": os.defpath, "FAPIAO_HOME": str(tmp_path)}
    done = subprocess.run(words, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _pinned(folder: Path, answer: str) -> subprocess.CompletedProcess[str]:
    docker = folder / "docker"
    docker.write_text(f'#!/bin/sh\n[ "$1 $2 $3" = "buildx imagetools inspect" ] && echo "{answer}"\n')
    docker.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.defpath}"}
    script = ROOT / "deploy" / "pin_images.sh"
    return subprocess.run([script], env=environment, check=False, capture_output=True, text=True)


def test_the_images_of_compose_are_written_down_by_digest(tmp_path: Path):
    done = _pinned(tmp_path, DIGEST)
    assert done.returncode == 0, done.stderr
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert set(lines) == IMAGES
    assert all(re.fullmatch(rf"[\w./-]+:[\w.-]+@{DIGEST}", image) for image in lines.values()), lines


def test_an_answer_that_is_no_digest_writes_no_line(tmp_path: Path):
    done = _pinned(tmp_path, "manifest unknown")
    assert (done.returncode, done.stdout) == (1, "")
    assert "manifest unknown" in done.stderr
