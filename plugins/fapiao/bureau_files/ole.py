"""Opens an OLE container ([MS-CFB]) as far as needed to list its streams and read one of them."""

import struct
from collections.abc import Iterator, Sequence

_ENTRY, _IN_HEADER = 128, 109
_MOST_REGULAR = 0xFFFFFFFA
"""The last sector number that is one; above are marks: free, end of chain, table."""


class Container:
    """The directory of a container. Raises ValueError, struct.error or IndexError when it is damaged."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, self._mini_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or self._mini_shift > shift:
            raise ValueError("sector size")
        self._size = 1 << shift
        directory, self._cutoff, mini_table = struct.unpack_from("<I4xII", content, 48)
        self._table = self._numbers(self._table_sectors())
        self._entries = dict(self._read_directory(directory))
        self._mini_table = self._numbers(self._chain(mini_table, self._table))

    @property
    def names(self) -> frozenset[str]:
        """Of every stream and storage."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream; None where there is none."""
        if name not in self._entries:
            return None
        start, size = self._entries[name]
        if size >= self._cutoff:
            return b"".join(map(self._sector, self._chain(start, self._table)))[:size]
        mini = 1 << self._mini_shift
        holder = b"".join(map(self._sector, self._chain(self._entries["Root Entry"][0], self._table)))
        parts = (holder[at * mini : (at + 1) * mini] for at in self._chain(start, self._mini_table))
        return b"".join(parts)[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    def _numbers(self, sectors: Sequence[int]) -> tuple[int, ...]:
        joined = b"".join(map(self._sector, sectors))
        return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])

    def _table_sectors(self) -> list[int]:
        """Sectors of the allocation table: 109 in the header, more in sectors of their own."""
        found = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 76))
        following = struct.unpack_from("<I", self._content, 68)[0]
        for _ in range(len(self._content) // self._size):
            if following >= _MOST_REGULAR:
                break
            *more, following = self._numbers([following])
            found += more
        return [number for number in found if number < _MOST_REGULAR]

    def _chain(self, number: int, table: Sequence[int]) -> list[int]:
        found: list[int] = []
        while number < _MOST_REGULAR:
            found.append(number)
            number = table[number]
            if len(found) > len(table):
                raise ValueError("a chain of sectors runs in a circle")
        return found

    def _read_directory(self, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """(name, (first sector, size)) of every entry in use."""
        listed = b"".join(map(self._sector, self._chain(start, self._table)))
        for at in range(0, len(listed) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", listed, at + 64)
            if kind:
                name = listed[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
                yield name, struct.unpack_from("<II", listed, at + 116)
