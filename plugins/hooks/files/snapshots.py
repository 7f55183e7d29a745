"""Files made of other files: the snapshot that an OFD gives, stored beside it."""

from fapiao.layout.media import SNAPSHOT
from fapiao.layout.reading import Read, read_file
from fapiao.layout.rows import LayoutFile, file_row
from hooks.files.store import FileStore, digest


def ofd_rows(
    store: FileStore, document_key: str, source: str, content: bytes, read: Read = read_file
) -> list[LayoutFile]:
    """The row of a stored OFD and the one of its snapshot, which says what it lacks; an OFD without one says why."""
    sha256, reading = digest(content), read("ofd", content)
    if reading.snapshot is None:
        return [file_row(document_key, "ofd", source, sha256, len(content), reading.problem)]
    picture = reading.snapshot
    return [
        file_row(document_key, "ofd", source, sha256, len(content)),
        file_row(document_key, SNAPSHOT, "converted", store.put(picture), len(picture), reading.problem),
    ]
