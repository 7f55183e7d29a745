"""Secrets of the data folder are there whole or not at all."""

import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from launcher.home import keep_secret, secret


@contextmanager
def no_byte_written() -> Iterator[None]:
    """Files can be made and take nothing, as on a full disk, or as where a process is killed before its first byte."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_secret_that_could_not_be_written_is_made_anew(fapiao_home: Path) -> None:
    secret("another")
    with no_byte_written(), pytest.raises(OSError, match="File too large"):
        secret("login")
    made = secret("login")
    assert len(made) > 10
    assert secret("login") == made


def test_a_password_file_is_its_owners_and_replaces_one_of_before(tmp_path: Path) -> None:
    file = tmp_path / "role.password"
    (tmp_path / "role.password.new").touch(mode=0o644)
    for text in ("first", secrets.token_hex(8)):
        keep_secret(file, text)
        assert (file.read_text(encoding="ascii"), file.stat().st_mode & 0o777) == (text, 0o600)
    with no_byte_written(), pytest.raises(OSError, match="File too large"):
        keep_secret(file, "third")
    assert file.read_text(encoding="ascii") == text
