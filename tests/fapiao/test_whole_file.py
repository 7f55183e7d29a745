"""What is handed in is opened once: a regular file, through no link, no more of it than its limit, and all of it."""

import os
import socket
import threading
from pathlib import Path

import pytest

from fapiao.errors import BadInput
from fapiao.whole_file import read_whole


def test_a_file_is_read_up_to_its_limit_and_not_beyond(tmp_path: Path) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(bytes(1000))
    assert read_whole(file, 1000) == read_whole(file, 1000, within=tmp_path) == bytes(1000)
    with pytest.raises(BadInput, match="文件有 1000 字节，超过上限 0M（999 字节）"):
        read_whole(file, 999)


@pytest.mark.finding("F76")
def test_a_file_of_many_gigabytes_is_refused_without_a_look_at_them(tmp_path: Path) -> None:
    with (tmp_path / "a.xls").open("wb") as file:
        file.truncate(2**42)
    with pytest.raises(BadInput, match="超过上限"):
        read_whole(tmp_path / "a.xls", 2**20)


@pytest.mark.finding("F76")
def test_a_file_that_grows_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(bytes(2**24))
    stop = threading.Event()

    def grow() -> None:
        with (tmp_path / "a.xls").open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x" * 4096)

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        with pytest.raises(BadInput, match=r"还在变化|超过上限"):
            read_whole(tmp_path / "a.xls", 2**28)
    finally:
        stop.set()
        growing.join()


@pytest.mark.finding("F72")
def test_nothing_but_a_file_is_opened_and_nothing_hangs(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(__file__)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name, sentence in {"link": "是链接", "loop": "是链接", "pipe": "不是普通文件", "folder": "不是普通文件",
                               "socket": "不是普通文件", "none": "无法读取"}.items():  # fmt: skip
            for within in (None, tmp_path):
                with pytest.raises(BadInput, match=f"{name}：.*{sentence}"):
                    read_whole(tmp_path / name, 2**20, within=within)
    with pytest.raises(BadInput, match="不是普通文件"):
        read_whole(Path("/dev/zero"), 2**20)


@pytest.mark.finding("F72")
def test_out_of_a_folder_of_others_no_link_leads(tmp_path: Path) -> None:
    secret, inbox = tmp_path / "secret", tmp_path / "inbox"
    secret.mkdir()
    inbox.mkdir()
    (secret / "a.xls").write_bytes(b"x")
    (inbox / "later").symlink_to(secret)
    (inbox / "hard.xls").hardlink_to(secret / "a.xls")
    with pytest.raises(BadInput, match=r"a\.xls：是链接"):
        read_whole(inbox / "later" / "a.xls", 10, within=inbox)
    with pytest.raises(BadInput, match="硬链接"):
        read_whole(inbox / "hard.xls", 10, within=inbox)
    assert read_whole(inbox / "hard.xls", 10) == b"x"
