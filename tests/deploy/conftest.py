"""What the image has of this project, as a folder of its own."""

import shutil
from pathlib import Path

import pytest

from deployment import IMAGE_FOLDERS
from temporary_postgres import ROOT


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the production image has beside Airflow; tests/deploy/test_image.py says that this is it."""
    folder = tmp_path_factory.mktemp("image")
    for name in IMAGE_FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", folder)
    return folder
