"""A stored layout file as the pool's row of it."""

from dataclasses import dataclass

from fapiao.layout.media import MEDIA_TYPES


@dataclass(frozen=True, slots=True)
class LayoutFile:
    """A file of a document: `source` user, bureau or converted, `size` in bytes, `problem` what it could not give."""

    document_key: str
    file_type: str
    source: str
    sha256: str
    size: int
    media_type: str
    problem: str | None = None


def file_row(
    document_key: str, file_type: str, source: str, sha256: str, size: int, problem: str | None = None
) -> LayoutFile:
    """A row with the media type of its kind."""
    return LayoutFile(document_key, file_type, source, sha256, size, MEDIA_TYPES[file_type], problem)
