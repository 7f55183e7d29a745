"""手工导入税局文件 into a download scheme (S1 §3.2-4): of a file it takes what it downloads, for whom it downloads."""

from collections.abc import Sequence
from dataclasses import dataclass

from fapiao.imports.documents import FileDocument, FileDocuments, RowVerdict
from fapiao.imports.owners import LABEL, Owner
from fapiao.rules.book import RuleBook

_OUTPUT = "output_full"
"""销项-全量, the one download type of sales documents."""


@dataclass(frozen=True, slots=True)
class ImportScheme:
    """What a scheme says of whom and what it is for."""

    scheme_id: int
    name: str
    download_types: Sequence[str]
    invoice_types: Sequence[str]
    taxpayers: Sequence[str]

    def objection(self, owner: Owner) -> str | None:
        """Why nothing of this company and side belongs here; a file is of one company, so it is refused whole."""
        if owner.taxpayer_no not in self.taxpayers:
            return f"税号{owner.taxpayer_no}不在方案“{self.name}”的适用组织中。"
        if not any((one == _OUTPUT) == (owner.direction == "output") for one in self.download_types):
            side = LABEL[owner.direction]
            return f"方案“{self.name}”的下载类型中没有{side}，不能导入{side}文件。"
        return None

    def hand_back(self, documents: FileDocuments, rules: RuleBook) -> None:
        """Tells each row of a document whose type the scheme does not name, and leaves the document out."""
        kept: list[FileDocument] = []
        for document in documents.found:
            if self._names(document, rules):
                kept.append(document)
                continue
            code = document.values.get("invoice_type", "")
            kind = rules.invoice_types[code].name if code in rules.invoice_types else "该票据"
            for place in document.places:
                sentence = f"{kind}不在方案“{self.name}”的发票类型中，未导入。"
                documents.verdicts.append(RowVerdict(place, "rejected", sentence, document.key))
        documents.found = kept

    def _names(self, document: FileDocument, rules: RuleBook) -> bool:
        """By its type; a document that states none, as a 缴款书 does, by its kind."""
        code = document.values.get("invoice_type")
        if code:
            return code in self.invoice_types
        return document.document in {rules.invoice_types[one].document for one in self.invoice_types}
