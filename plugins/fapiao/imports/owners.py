"""Whose a file is and on which side: what it says, what its name says and what was asked for must be one company."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from fapiao.bureau_files.layouts import SECOND_PAYER
from fapiao.errors import BadInput
from fapiao.imports.documents import FileDocument, FileDocuments
from fapiao.parties import is_stranger

_PARTY = {"input": "buyer_tax_no", "output": "seller_tax_no"}
LABEL = {"input": "进项", "output": "销项"}
_SIDE = {"input": "购方", "output": "销方"}


class Owner(NamedTuple):
    """A company and the side on which it stands (进项 buyer, 销项 seller)."""

    taxpayer_no: str
    direction: str


class KnownOwner(NamedTuple):
    """What is known beforehand: the tax number and direction of the request or of the file's name, None for either."""

    taxpayer_no: str | None = None
    direction: str | None = None


def owner_of(
    name: str, documents: Sequence[FileDocument], directions: Collection[str], asked: KnownOwner, known: Collection[str]
) -> Owner:
    """The owner of the documents of a file (R063).

    `directions` are those its layouts can have; `known` the tax numbers of the installation. A file without the tax
    number of its own side (用途确认信息) belongs to who was asked for. Raises BadInput, showing both sides.
    """
    sides = [direction for direction in directions if asked.direction in (None, direction)]
    if not sides:
        raise BadInput([f"{name}：该文件只能是{_labels(directions)}，与所选的{LABEL[str(asked.direction)]}不一致。"])
    found = [owner for side in sides for owner in _candidates(documents, side, asked.taxpayer_no)]
    fitting = [owner for owner in found if asked.taxpayer_no in (None, owner.taxpayer_no)]
    if asked.taxpayer_no is None:
        fitting = [owner for owner in fitting if owner.taxpayer_no in known] or fitting
        if not any(owner.taxpayer_no in known for owner in fitting) and (mixed := _mixed(documents, sides, known)):
            raise BadInput([f"{name}：{mixed}"])
    fitting = fitting or _of_some(documents, sides, asked.taxpayer_no)
    if not fitting:
        raise BadInput([_contradiction(name, documents, sides, asked)])
    if len(fitting) > 1:
        choices = "、".join(f"{LABEL[one.direction]} {one.taxpayer_no}" for one in fitting)
        raise BadInput([f"{name}：无法确定属于哪个企业：{choices}。请指定税号和进销项。"])
    if fitting[0].taxpayer_no not in known:
        raise BadInput(
            [f"{name}：企业信息中没有税号{fitting[0].taxpayer_no}，请先导入企业（./fapiao taxpayers load）。"]
        )
    return fitting[0]


def refuse_strangers(documents: FileDocuments, owner: Owner) -> None:
    """Keeps out the documents that are somebody else's, each with both parties (A-51)."""
    for document in documents.found:
        if not document.broken and _is_a_strangers(document, owner):
            parties = (
                f"购方{document.values.get('buyer_tax_no') or '空'}，销方{document.values.get('seller_tax_no') or '空'}"
            )
            documents.refuse(document, f"{parties}，不是{owner.taxpayer_no}的{LABEL[owner.direction]}票据。")


def _is_a_strangers(document: FileDocument, owner: Owner) -> bool:
    if document.values.get(_PARTY[owner.direction]) == owner.taxpayer_no:
        return False
    if document.document == "invoice":
        return is_stranger(document.values, owner.taxpayer_no, owner.direction)
    parties = _parties(document, owner.direction)
    return document.document == "customs" and bool(parties) and owner.taxpayer_no not in parties


def _of_some(documents: Sequence[FileDocument], sides: Sequence[str], asked: str | None) -> list[Owner]:
    """Who was asked for, where some documents are theirs on one side only: the others are told one by one."""
    return [
        Owner(asked, side)
        for side in sides
        if asked and any(asked in _parties(document, side) for document in documents)
    ]


def _mixed(documents: Sequence[FileDocument], sides: Sequence[str], known: Collection[str]) -> str | None:
    """The companies of a file of several, of which we know one at least."""
    for side in sides:
        first = {party: document.lead for document in reversed(documents) for party in _parties(document, side)}
        if len(first) > 1 and set(first) & set(known):
            shown = "、".join(f"{party}（第 {place.row_no} 行）" for party, place in list(first.items())[:-6:-1])
            return f"各行的{_SIDE[side]}不是同一个企业：{shown}。请按税号分别导出，或指定税号。"
    return None


def _candidates(documents: Sequence[FileDocument], direction: str, asked: str | None) -> list[Owner]:
    """The companies that every document has on this side; who was asked for where no document names one."""
    named = [parties for document in documents if (parties := _parties(document, direction))]
    if not named:
        return [Owner(asked, direction)] if asked else []
    return [Owner(party, direction) for party in sorted(frozenset.intersection(*named))]


def _parties(document: FileDocument, direction: str) -> frozenset[str]:
    """Who stands on this side; a 双抬头 海关缴款书 has two payers."""
    names = ("seller_tax_no",) if direction == "output" else ("buyer_tax_no", SECOND_PAYER)
    return frozenset(document.values[name] for name in names if document.values.get(name))


def _contradiction(name: str, documents: Sequence[FileDocument], sides: Sequence[str], asked: KnownOwner) -> str:
    """The first document that does not fit, with its place and both parties."""
    if not documents:
        return f"{name}：文件中没有可导入的数据行，也没有税号，请指定税号。"
    wanted = asked.taxpayer_no
    odd = next(
        (document for document in documents if not any(wanted in _parties(document, side) for side in sides)),
        documents[0],
    )
    where = f"{name}，工作表“{odd.lead.sheet}”，第 {odd.lead.row_no} 行"
    parties = "，".join(f"{_SIDE[side]}{odd.values.get(_PARTY[side]) or '空'}" for side in sides)
    if wanted is None:
        numbers = "、".join(f"{_SIDE[side]}税号" for side in sides)
        return f"{where}：各行的{numbers}不一致（如{parties}），请按税号分别导出，或指定税号。"
    return f"{where}：文件内容为{parties}，与税号{wanted}不一致。"


def _labels(directions: Collection[str]) -> str:
    return "、".join(LABEL[one] for one in directions)
