"""Every layout of the bureau, in both formats, comes into the pool with everything it says (Done-when 2)."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import bring_in, company
from fapiao.bureau_files.layouts import file_rules
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import LINE_COLUMNS
from hooks.files.store import FolderStore
from simulator.bureau_files.catalogue import Sample, samples
from simulator.sample import GROUP

Pool = psycopg.Connection[Any]
SAMPLES = list(samples(1))
KINDS = {
    ("invoice", "face"): ("file_invoice",),
    ("invoice", "selection"): ("file_selection",),
    ("invoice", "usage"): ("file_selection",),
    ("customs", "face"): ("file_customs", "file_customs_header"),
    ("customs", "selection"): ("file_customs_header",),
    ("customs", "usage"): ("file_customs_header",),
    ("withholding", "selection"): ("file_withholding",),
    ("withholding", "usage"): ("file_withholding",),
}

WITHOUT_TAX = ("11",)
"""卷票 files have no 税额, neither above nor in the lines."""


@pytest.mark.req("R069", "R143", "R146", "R234")
@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.stem for sample in SAMPLES])
def test_every_file_of_the_bureau_comes_in(pool: Pool, tmp_path: Path, sample: Sample, suffix: str) -> None:
    company(pool, GROUP)
    file = tmp_path / f"{sample.stem}{suffix}"
    file.write_bytes(sample.content(suffix))
    created = bring_in(pool, FolderStore(tmp_path / "files"), file, taxpayers=[GROUP])
    with pool.cursor(row_factory=dict_row) as cursor:
        (task,) = cursor.execute("SELECT * FROM fapiao.sync_log").fetchall()
        rejected = cursor.execute(
            "SELECT sheet, row_no, sentence FROM fapiao.import_verdict WHERE verdict IN ('rejected', 'quarantined')"
        ).fetchall()
        documents = cursor.execute("SELECT * FROM pool.document").fetchall()
    assert rejected == []
    assert (task["status"], task["error_message"], task["failed_count"]) == ("succeeded", None, 0)
    numbers = {
        document.digital or (f"{document.code}-{document.no}" if document.code else document.no)
        for document in sample.documents
    }
    assert {row["document_key"] for row in documents} == numbers
    assert task["inserted_count"] == len(numbers)
    assert created.batches == [task["batch_no"]]
    by_key = {row["document_key"]: row for row in documents}
    for document in sample.documents:
        row = by_key[document.digital or (f"{document.code}-{document.no}" if document.code else document.no)]
        assert row["invoice_type"] in (document.kind, "82" if document.kind == "8208" else document.kind)
        assert row["tax_amount"] == (None if document.kind in WITHOUT_TAX else document.tax), row


@pytest.mark.parametrize("layout", file_rules().layouts, ids=lambda layout: layout.id)
def test_the_pool_has_a_column_for_everything_that_a_layout_fills(layout: Any) -> None:
    columns = set(layout.columns) - {"second_payer_tax_no"}
    numbers = {"document_key", "invoice_type", "invoice_code", "invoice_no", "etax_invoice_no"}
    lines = set(LINE_COLUMNS) if layout.role == "lines" else set()
    offered = {
        source
        for column in load_fields().columns
        for kind in KINDS[layout.document, layout.tells]
        if (source := column.sources.get(kind))
    }
    assert columns - numbers - lines <= offered
