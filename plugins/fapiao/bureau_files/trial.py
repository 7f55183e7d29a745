"""Reads an .xls once in a process of its own: its reader allocates what the file announces, and a failure ends it."""

import subprocess
import sys

from fapiao.bureau_files.bounds import Bounds
from fapiao.bureau_files.records import Refusal

_READ = """
import io, resource, sys
memory, seconds = int(sys.argv[1]) << 20, int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
try:
    CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
except (CalamineError, PasswordError):
    pass
"""


def read_on_trial(content: bytes, where: str, bounds: Bounds) -> None:
    """Raises Refusal where the reader takes more memory or time than `bounds` allow, or ends its process."""
    command = [sys.executable, "-I", "-c", _READ, str(bounds.old_mebibytes), str(bounds.old_seconds)]
    try:
        tried = subprocess.run(command, input=content, capture_output=True, timeout=4 * bounds.old_seconds, check=False)
    except subprocess.TimeoutExpired as endless:
        raise Refusal(f"读取 {bounds.old_seconds} 秒还没有结束，未打开；请从税局重新导出", where) from endless
    if tried.returncode:
        sentence = f"工作簿要占的内存超过 {bounds.old_mebibytes}M 或者已损坏，未打开；请用 Excel 另存为 .xlsx 再上传"
        raise Refusal(sentence, where)
