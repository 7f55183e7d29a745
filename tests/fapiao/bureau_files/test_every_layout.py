"""Every layout of the bureau's files, as .xls and as .xlsx, gives the documents back that the file was made of."""

from decimal import Decimal
from pathlib import Path

import pytest

from bureau_uploads import FULL, SAMPLES, ReadFile, sample_of, upload
from doc_pages import ROOT
from fapiao.bureau_files.agreement import agree
from fapiao.bureau_files.layouts import file_rules
from simulator.bureau_files.sample_documents import Document

FOLDER = ROOT / "tests/samples/bureau_files"
LARGEST_SAMPLE = 20 * 2**10
SUFFIXES = (".xls", ".xlsx")


def committed(stem: str, suffix: str) -> Path:
    """The sample as it lies in the repository."""
    return next(path for path in FOLDER.iterdir() if path.stem == stem and path.suffix.lower() == suffix)


def read(tmp_path: Path, stem: str, suffix: str) -> ReadFile:
    """The committed sample, under the name it has in life."""
    (found,) = upload(tmp_path, committed(stem, suffix).read_bytes(), stem + SAMPLES[stem].suffix)
    return found


def key(document: Document) -> str:
    """What the pool calls the document."""
    return document.digital or (f"{document.code}-{document.no}" if document.code else document.no)


@pytest.mark.req("R146", "R234")
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stem", SAMPLES)
def test_the_committed_sample_of_every_layout_is_read_whole(tmp_path: Path, stem: str, suffix: str) -> None:
    found, documents = read(tmp_path, stem, suffix), SAMPLES[stem].documents
    assert [verdict.sentence for verdict in found.of_kind("rejected") + found.of_kind("quarantined")] == []
    rows = found.values("documents")
    assert [row["document_key"] for row in rows] == [key(document) for document in documents]
    assert [row["issue_date"] for row in rows] == [f"{document.issued:%Y-%m-%d}" for document in documents]
    assert [row["invoice_type"] for row in rows] == [document.kind for document in documents]
    agree(found.file.claim, found.content, found.file.where)


@pytest.mark.req("R236")
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "stem", [one.stem for one in SAMPLES.values() if len(one.sheets) > 1 and "用途" not in one.stem]
)
def test_the_lines_belong_to_their_documents_and_add_up(tmp_path: Path, stem: str, suffix: str) -> None:
    found, documents = read(tmp_path, stem, suffix), SAMPLES[stem].documents
    lines = found.values("lines")
    assert [row["document_key"] for row in lines] == [key(document) for document in documents for _ in document.lines]
    goods = [line for document in documents for line in document.lines]
    assert [row["goods_name"] for row in lines] == [f"*{line.goods.short}*{line.goods.name}" for line in goods]
    if documents[0].kind != "11":
        assert [Decimal(row["amount"] or "") for row in lines] == [line.amount for line in goods]
        assert [Decimal(row["tax_rate"] or "") for row in lines] == [line.goods.rate for line in goods]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "stem", [one.stem for one in SAMPLES.values() if one.documents[0].kind not in ("11", "customs")]
)
def test_amounts_are_the_documents_to_the_cent(tmp_path: Path, stem: str, suffix: str) -> None:
    found, documents = read(tmp_path, stem, suffix), SAMPLES[stem].documents
    for row, document in zip(found.values("documents"), documents, strict=True):
        if document.kind != "customs":
            assert Decimal(row["amount"] or "") == document.amount
        assert Decimal(row["tax_amount"] or "") == document.tax


def test_the_samples_show_every_layout_that_the_rules_have(tmp_path: Path) -> None:
    seen = {part.layout.id for stem, one in SAMPLES.items() for part in read(tmp_path, stem, one.suffix.lower()).parts}
    assert seen == {layout.id for layout in file_rules().layouts}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stem", SAMPLES)
def test_the_committed_samples_are_small_and_what_the_generator_writes(stem: str, suffix: str) -> None:
    kept = committed(stem, suffix).read_bytes()
    assert len(kept) <= LARGEST_SAMPLE
    assert SAMPLES[stem].content(suffix) == kept


def test_a_full_export_has_status_source_time_and_the_red_invoices_blue_one(tmp_path: Path) -> None:
    first, *_, red = read(tmp_path, FULL, ".xlsx").values("documents")
    document = SAMPLES[FULL].documents[0]
    assert (first["status"], first["blue_invoice"], first["risk_status"]) == ("0", "Y", "01")
    assert first["issued_at"] == f"{document.issued:%Y-%m-%d %H:%M:%S}"
    assert first["source_system"] == "电子发票服务平台"
    assert (red["blue_invoice"], red["original_blue_no"]) == ("N", document.digital)
    assert (red["amount"] or "").startswith("-")


def test_the_older_export_has_no_total_so_it_is_amount_and_tax(tmp_path: Path) -> None:
    found = read(tmp_path, "全量发票查询导出结果-2023年5月", ".xlsx")
    totals = [Decimal(row["total_amount"] or "") for row in found.values("documents")]
    assert totals == [
        document.amount + document.tax for document in SAMPLES["全量发票查询导出结果-2023年5月"].documents
    ]


def test_a_paper_digital_invoice_takes_its_20_digits_from_the_check_code_and_its_lines_follow(tmp_path: Path) -> None:
    sample = sample_of("85")
    found = read(tmp_path, sample.stem, ".xls")
    assert [(row["etax_invoice_no"], row["check_code"]) for row in found.values("documents")] == [
        (document.digital, None) for document in sample.documents
    ]
    assert {row["document_key"] for row in found.values("lines")} == {document.digital for document in sample.documents}


@pytest.mark.parametrize(("stem", "purpose"), [("抵扣勾选增值税发票信息", "1"), ("不抵扣勾选增值税发票信息", "2")])
def test_a_selected_row_says_what_for(tmp_path: Path, stem: str, purpose: str) -> None:
    first = read(tmp_path, stem, ".xlsx").values("documents")[0]
    assert (first["selection_status"], first["deduction_purpose"]) == ("1", purpose)
    assert first.get("not_deductible_type") == (None if purpose == "1" else "3")


@pytest.mark.req("A-16", "R233")
def test_a_usage_confirmation_is_known_as_usage_with_its_period_and_taxpayer(tmp_path: Path) -> None:
    found = read(tmp_path, "用途确认信息", ".xlsx")
    assert {part.layout.tells for part in found.parts} == {"usage"}
    owner = SAMPLES["用途确认信息"].documents[0].buyer.number
    assert {(row["tax_period"], row["buyer_tax_no"]) for row in found.values("documents")} == {("202601", owner)}


def test_every_cell_is_kept_by_its_heading_too(tmp_path: Path) -> None:
    found = read(tmp_path, sample_of("03").stem, ".xls")
    raw = found.of_kind("ok")[0].row.raw
    assert (raw["车辆识别代号"], raw["厂牌型号"]) == ("LSL00000000000001", "示例牌 SL7000")
