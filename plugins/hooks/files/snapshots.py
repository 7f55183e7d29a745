"""Files made of other files: the snapshot that an OFD gives, stored beside it."""

from fapiao.layout.media import SNAPSHOT
from fapiao.layout.rows import LayoutFile, file_row
from fapiao.layout.snapshot import draw_snapshot
from fapiao.safe_xml import UnreadableFile
from hooks.files.store import FileStore, digest


def ofd_rows(store: FileStore, document_key: str, source: str, content: bytes) -> list[LayoutFile]:
    """The row of a stored OFD and the one of its snapshot; an OFD that cannot be drawn says so in its own row."""
    sha256 = digest(content)
    try:
        picture = draw_snapshot(content)
    except UnreadableFile as problem:
        return [file_row(document_key, "ofd", source, sha256, len(content), f"no snapshot: {problem}")]
    return [
        file_row(document_key, "ofd", source, sha256, len(content)),
        file_row(document_key, SNAPSHOT, "converted", store.put(picture), len(picture)),
    ]
