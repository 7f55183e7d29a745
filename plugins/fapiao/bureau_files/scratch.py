"""Files for readers that take nothing but a path: gone when they have been read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import NamedTemporaryFile, gettempdir

from fapiao.errors import Unusable


@contextmanager
def scratch_file(content: bytes, suffix: str) -> Iterator[str]:
    """The path of a file with that content. Raises Unusable where there is no room for it: no workbook is to blame."""
    with ExitStack() as held:
        try:
            given = held.enter_context(NamedTemporaryFile(buffering=0, suffix=suffix))
            left = memoryview(content)
            while left:
                left = left[given.write(left) :]
        except OSError as error:
            raise Unusable(
                f"the folder {_folder()} does not take a file of {len(content)} bytes ({error.strerror or error}): "
                "free some space there, or set TMPDIR to another folder; nothing of the workbook was taken"
            ) from error
        yield given.name


def _folder() -> str:
    try:
        return gettempdir()
    except OSError:
        return "for temporary files"
