"""Every file of the simulated bureau by its name: each layout once, as .xlsx and as .xls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from simulator.bureau_files import selection_lists
from simulator.bureau_files.full_export import customs_export, full_export, old_full_export
from simulator.bureau_files.old_platform import TITLES, file_name, old_platform
from simulator.bureau_files.sample_documents import Document, documents, red_of
from simulator.bureau_files.sheets import Sheet
from simulator.bureau_files.writing import xls_bytes, xlsx_bytes
from simulator.codes import CUSTOMS, INPUT, OUTPUT, WITHHOLDING

NEW_MONTH, OLD_MONTH, OLDEST_MONTH = date(2026, 1, 1), date(2023, 5, 1), date(2020, 9, 1)
OLD_STAMP = "20210126210675991"
"""Seconds 75 and a fraction: the bureau's stamp is no clock time (R144)."""

FULL_KINDS = ("81", "82", "51", "61", "8208", "01", "10", "14", "85")
DEDUCTIBLE = ("81", "01", "85")


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: `stem` of its name, the suffix it has in life, its sheets, and the documents they were made of."""

    stem: str
    suffix: str
    sheets: list[Sheet]
    documents: list[Document]

    @property
    def other_suffix(self) -> str:
        """The format it does not have in life, which is read as well."""
        return ".xls" if self.suffix == ".xlsx" else ".xlsx"

    def content(self, suffix: str) -> bytes:
        """Its bytes as .xls or .xlsx; the newer exports announce a wrong dimension."""
        if suffix.lower() == ".xls":
            return xls_bytes(self.sheets)
        return xlsx_bytes(self.sheets, wrong_dimension=self.suffix == ".xlsx")


def samples(seed: int) -> Iterator[Sample]:
    """Every layout; the same seed gives the same files."""
    yield from _exports(seed)
    yield from _lists(seed)
    yield from _old_files(seed)


def _exports(seed: int) -> Iterator[Sample]:
    bought = documents(seed, FULL_KINDS, NEW_MONTH, INPUT, each=1)
    bought.append(red_of(bought[0], seed))
    yield Sample("全量发票查询导出结果-2026年1月", ".xlsx", full_export(bought), bought)
    before = documents(seed + 1, ("81", "82", "01", "10"), OLD_MONTH, OUTPUT, each=1)
    yield Sample("全量发票查询导出结果-2023年5月", ".xlsx", old_full_export(before), before)
    customs = documents(seed + 2, (CUSTOMS,), NEW_MONTH)
    yield Sample("全量海关缴款书", ".xlsx", customs_export(customs), customs)


def _lists(seed: int) -> Iterator[Sample]:
    invoices = documents(seed + 3, DEDUCTIBLE, NEW_MONTH, each=1)
    customs, certificates = (documents(seed + 4, (kind,), NEW_MONTH, each=2) for kind in (CUSTOMS, WITHHOLDING))
    oldest = documents(seed + 5, ("01",), OLDEST_MONTH)
    yield Sample("抵扣勾选增值税发票信息", ".xlsx", selection_lists.deduction(invoices), invoices)
    yield Sample("不抵扣勾选增值税发票信息", ".xlsx", selection_lists.no_deduction(invoices), invoices)
    yield Sample("抵扣勾选海关缴款书", ".xlsx", selection_lists.customs_deduction(customs), customs)
    yield Sample("不抵扣勾选海关缴款书", ".xlsx", selection_lists.customs_no_deduction(customs), customs)
    yield Sample("抵扣勾选代扣代缴完税凭证", ".xlsx", selection_lists.withholding(certificates), certificates)
    everything = [*invoices, *customs, *certificates]
    yield Sample("用途确认信息", ".xlsx", selection_lists.usage(invoices, customs, certificates), everything)
    yield Sample("抵扣认证清单", ".xls", selection_lists.certified(oldest), oldest)


def _old_files(seed: int) -> Iterator[Sample]:
    for place, kind in enumerate(TITLES):
        direction = OUTPUT if kind in ("01", "82") else INPUT
        listed = documents(seed + 10 + place, (kind,), OLDEST_MONTH, direction, each=2)
        part = 1 if kind == "01" else None
        name = file_name(listed, OLD_STAMP, part, "")
        yield Sample(name, ".XLS" if kind == "01" else ".xls", old_platform(listed), listed)
