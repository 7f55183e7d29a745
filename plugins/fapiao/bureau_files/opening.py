"""Opens what somebody uploaded: a workbook, or a ZIP of workbooks, with or without a password; nothing else."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from fapiao.boundary import boundary
from fapiao.bounds import bound
from fapiao.bureau_files.file_names import NameClaim, parse_name
from fapiao.bureau_files.guarded_zip import Budget
from fapiao.bureau_files.guarding import look_into
from fapiao.bureau_files.layouts import FileRules, file_rules
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.sheets import SheetPart, read_sheets
from fapiao.bureau_files.sniffing import Format, sniff
from fapiao.bureau_files.zip_directory import DAMAGED, directory, refuse_overlaps, refuse_unlisted
from fapiao.shown import visible

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class BureauFile:
    """One workbook: its own name, the ZIP it came in (or None), its bytes and hash, and what its name claims (or None).

    `looked` has the bytes that are read; its own are wanted until they are kept.
    """

    name: str
    container: str | None
    content: bytes
    sha256: str
    format: Format
    claim: NameClaim | None
    rules: FileRules
    looked: Looked

    @property
    def where(self) -> str:
        """The file as a sentence names it."""
        return f"{self.container} · {self.name}" if self.container else self.name

    def without_content(self) -> "BureauFile":
        """The same, once its bytes are kept."""
        return replace(self, content=b"")

    def read(self, notes: list[str] | None = None) -> Iterator[SheetPart]:
        """Its recognised sheets, documents before lines; `notes` is told what else it holds. Raises FileRefusal."""
        return read_sheets(self.looked, self.where, self.rules, [] if notes is None else notes)


class WrongPassword(FileRefusal):
    """Of a ZIP: none of its files can be opened."""


class MemberRefusal(FileRefusal):
    """One file of a ZIP is not taken: its `member` name; those beside it may be."""

    def __init__(self, refused: FileRefusal, member: str) -> None:
        super().__init__(refused.sentence, refused.where)
        self.member = member


def open_upload(
    content: bytes, *, name: str, limit: int, password: str | None = None, refused: list[MemberRefusal] | None = None
) -> Iterator[BureauFile]:
    """The workbooks of an upload of at most `limit` bytes, one after the other; `name` is what the user called it.

    Raises FileRefusal for anything else: too large, another format, a bomb, a nested ZIP, a wrong password, macros,
    encryption, or a name that breaks its own form. Where `refused` is given, it gets the files of a ZIP that are not
    taken, a few at most, and the others are.
    """
    if len(content) > limit:
        raise FileRefusal(f"文件有 {len(content)} 字节，超过上限 {limit >> 20}M（{limit} 字节）；请分开导出", name)
    kind = sniff(content)
    if kind != "zip":
        return iter([_file(content, kind, name, None)])
    return _members(content, name, limit, password, refused)


def _members(
    content: bytes, name: str, limit: int, password: str | None, refused: list[MemberRefusal] | None
) -> Iterator[BureauFile]:
    claim = parse_name(name, file_rules())
    for member, unpack in _entries(content, name, limit, password):
        try:
            file = _member(unpack(), member, name)
        except WrongPassword:
            raise
        except FileRefusal as wrong:
            if refused is None:
                raise
            if len(refused) >= (most := bound("bad_members")).value:
                raise FileRefusal(most.said(), name) from wrong
            refused.append(MemberRefusal(wrong, member))
        else:
            # a file whose own name says nothing is claimed by the name of its ZIP
            yield replace(file, claim=file.claim or claim)


def _member(content: bytes, member: str, name: str) -> BureauFile:
    if visible(member) != member:
        raise FileRefusal(f"压缩包里的文件名“{visible(member)}”含有看不见的字符；请改名后重新压缩", name)
    kind = sniff(content)
    if kind == "zip":
        raise FileRefusal(f"压缩包里还有压缩包“{member}”，未打开；请解开一层后再上传", name)
    return _file(content, kind, member, name)


def _file(content: bytes, kind: Format, name: str, container: str | None) -> BureauFile:
    where = f"{container} · {name}" if container else name
    looked = look_into(content, kind, where)
    sha256, rules = hashlib.sha256(content).hexdigest(), file_rules()
    return BureauFile(name, container, content, sha256, kind, parse_name(name, rules), rules, looked)


def _entries(content: bytes, name: str, limit: int, password: str | None) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, what unpacks it) of the files in a ZIP."""
    import pyzipper  # type: ignore[import-untyped] # noqa: PLC0415 ciphers, which most commands do without

    listed = directory(content, name)
    entries = [entry for entry in listed if not _is_litter(entry)]
    if not entries:
        raise FileRefusal("压缩包是空的；请从税局重新导出", name)
    if len(entries) > (most := bound("zip_files")).value:
        raise FileRefusal(most.said(len(entries)), name)
    _budget(name, limit).announced(entries)
    refuse_overlaps(content, entries, name)
    refuse_unlisted(content, listed, name)
    with boundary(lambda _: FileRefusal(DAMAGED, name)):
        archive = pyzipper.AESZipFile(io.BytesIO(content))
    if password:
        archive.setpassword(password.encode())
    for entry in (entry for entry in archive.infolist() if not _is_litter(entry)):
        if entry.flag_bits & _ENCRYPTED and not password:
            raise FileRefusal("压缩包设有密码；请填写申请下载时设置的密码", name)
        yield _entry_name(entry), partial(_unpacked, archive, entry, name)


def _budget(name: str, limit: int) -> Budget:
    """A multiple of what may be uploaded, and never more than memory holds."""
    grown, whole = bound("zip_growth"), bound("zip_mebibytes")
    by_limit, most = grown.value * limit, whole.value << 20
    return Budget(name, by_limit, grown.said()) if by_limit < most else Budget(name, most, whole.said())


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """At most the announced size: Python's reader stops there, and the check sum tells a lie."""
    with boundary(lambda _: FileRefusal(f"压缩包里的“{_entry_name(entry)}”损坏或密码不对，无法解开", name)):
        try:
            with archive.open(entry) as packed:
                return bytes(packed.read(entry.file_size))
        except RuntimeError as error:
            if type(error) is not RuntimeError:  # a method of packing that nobody implements
                raise
            raise WrongPassword("压缩包密码不对；请填写申请下载时设置的密码", name) from error


def _is_litter(entry: zipfile.ZipInfo) -> bool:
    path = entry.filename
    return path.endswith("/") or path.startswith(_LITTER[0]) or PurePosixPath(path).name in _LITTER[1:]


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 mark are GBK, as Chinese ZIP programs write them."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return PurePosixPath(name.replace("\\", "/")).name  # a sign of GBK may end in the byte of a backslash


def join_parts(files: Iterable[BureauFile]) -> list[list[BureauFile]]:
    """Files of one name but for the part number together, in order of the parts; others alone (R145).

    Raises FileRefusal where a part is missing or comes twice.
    """
    return [in_order(group) for group in sets_of(files)]


def sets_of(files: Iterable[BureauFile]) -> list[list[BureauFile]]:
    """Files of one name but for the part number together; others alone."""
    sets: dict[object, list[BureauFile]] = {}
    for file in files:
        claim = file.claim
        key: object = file.name if claim is None or claim.part is None else replace(claim, part=None)
        sets.setdefault(key, []).append(file)
    return list(sets.values())


def is_beside(member: str, group: list[BureauFile]) -> bool:
    """Whether a file of that name is another part of the same download."""
    try:
        claim = parse_name(member, file_rules())
    except FileRefusal:
        return False
    own = group[0].claim
    return bool(claim and own and claim.part and own.part and replace(claim, part=None) == replace(own, part=None))


def in_order(group: list[BureauFile]) -> list[BureauFile]:
    """The parts of one name in their order. Raises FileRefusal where one is missing or comes twice."""
    numbered = {file.claim.part: file for file in group if file.claim is not None and file.claim.part is not None}
    if not numbered:
        return group
    if len(numbered) < len(group):
        raise FileRefusal("同一分卷出现两次；每个分卷只上传一个文件", "、".join(file.name for file in group))
    missing = [str(part) for part in range(1, max(numbered)) if part not in numbered]
    if missing:
        raise FileRefusal(f"缺少分卷 {'、'.join(missing)}；请把同一次申请的所有分卷一起上传", group[0].name)
    return [numbered[part] for part in sorted(numbered)]
