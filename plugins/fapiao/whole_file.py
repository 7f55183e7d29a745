"""Reads a file that somebody handed in: opened once, without following links, no more than its limit, and all of it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fapiao.errors import BadInput
from fapiao.shown import shown

_PIECE = 2**20
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINKS = (errno.ELOOP, errno.EMLINK)


def read_whole(path: Path, limit: int, *, within: Path | None = None) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises BadInput for anything else.

    `within` is a folder in which others may write too: on the way from there to the file no folder may be a link, and
    the file itself has no second name anywhere (a link of the other kind, to what its owner alone may read).
    """
    with _opened(path, within) as opened:
        found = os.fstat(opened)
        if within is not None and found.st_nlink > 1:
            raise _refusal(path, "还有别的名字（硬链接），未打开；请把文件复制进来")
        if found.st_size > limit:
            raise _refusal(path, f"文件有 {found.st_size} 字节，超过上限 {limit >> 20}M（{limit} 字节）；请分开导出")
        content = _read(opened, limit)
        if len(content) != found.st_size or os.fstat(opened).st_mtime_ns != found.st_mtime_ns:
            raise _refusal(path, "读取时文件还在变化，未导入；请写完后再导入")
        return content


@contextmanager
def _opened(path: Path, within: Path | None) -> Iterator[int]:
    """The file's descriptor, of a regular file only. Raises BadInput, with what the system says where it refuses."""
    held: list[int] = []
    try:
        folder = None
        if within is not None:
            *folders, name = path.relative_to(within).parts
            held.append(folder := os.open(within, _FOLDER & ~os.O_NOFOLLOW))
            for one in folders:
                held.append(folder := os.open(one, _FOLDER, dir_fd=folder))
        held.append(opened := os.open(path if folder is None else name, _PLAIN, dir_fd=folder))
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise _refusal(path, "不是普通文件（是文件夹、管道或设备），未打开")
        yield opened
    except OSError as error:
        raise _refusal(path, _said(error)) from error
    finally:
        for descriptor in held:
            os.close(descriptor)


def _said(error: OSError) -> str:
    if error.errno in _LINKS or error.errno == errno.ENOTDIR:
        return "是链接，或在链接的文件夹里，未打开；请直接给出文件本身"
    if error.errno == errno.ENXIO:
        return "不是普通文件（是文件夹、管道或设备），未打开"
    return f"文件无法读取：{error.strerror or error}"


def _read(opened: int, limit: int) -> bytes:
    """No more than one byte above the limit, however much the file has grown."""
    pieces, left = [], limit + 1
    while left > 0 and (piece := os.read(opened, min(_PIECE, left))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _refusal(path: Path, sentence: str) -> BadInput:
    return BadInput([f"{shown(path.name)}：{sentence}"])
