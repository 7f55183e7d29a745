"""Opens an OLE container ([MS-CFB]) by olefile, in its strict mode, once its tables are known to fit the file."""

from io import BytesIO

from olefile import DEFECT_INCORRECT, OleFileIO

_IN_HEADER = 109
_MOST_DIRECTORY_SECTORS = 1024
"""olefile compares every entry with all others; a workbook has a few."""
_ENTRY, _KIND = 128, 66
_NUMBER = 4


class Container:
    """What a container holds. Raises whatever olefile does when it is damaged or lies about itself."""

    def __init__(self, content: bytes) -> None:
        self._file = _File(BytesIO(content), raise_defects=DEFECT_INCORRECT)
        self.names = frozenset(path[-1] for path in self._file.listdir(streams=True, storages=True))
        """Of every stream and storage."""

    def stream(self, name: str) -> bytes | None:
        """The bytes of a stream; None where there is none."""
        found = self._file.openstream(name) if self._file.exists(name) else None
        return found.getvalue() if found else None


class _File(OleFileIO):  # type: ignore[misc]  # olefile has no types
    """Refuses what would make olefile reserve more than the file is long, or work without end."""

    def loadfat(self, header: bytes) -> None:
        """The table of the sectors. Raises ValueError where it, or the directory, is longer than the file can need."""
        if self.num_fat_sectors > _IN_HEADER + self.nb_sect * _NUMBER // self.sectorsize:
            raise ValueError("the allocation table is larger than its file")
        super().loadfat(header)
        sector = self.first_dir_sector
        for _ in range(_MOST_DIRECTORY_SECTORS):
            if sector >= len(self.fat):
                return
            sector = self.fat[sector]
        raise ValueError("the directory has no end")

    def loaddirectory(self, sect: int) -> None:
        """The directory. Raises ValueError for entries outside of its tree: other readers find them all the same."""
        super().loaddirectory(sect)
        listed = self.directory_fp.getvalue()
        if any(entry is None and listed[sid * _ENTRY + _KIND] for sid, entry in enumerate(self.direntries)):
            raise ValueError("an entry stands outside of the tree")
