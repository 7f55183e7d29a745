"""Invariants of the pool: it holds what the bureau has, document by document, and says where every value came from."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from invariants import holds, in_sql
from simulator.documents.document import Document
from world import World

Row = dict[str, Any]
Place = tuple[str, str, str]
_POOL = """
SELECT d.direction, d.taxpayer_no, d.document_key, d.invoice_type, d.issue_date, d.amount, d.tax_amount, d.total_amount,
    d.seller_tax_no, d.buyer_tax_no, d.detail_level, d.line_count, d.batch_no, l.lines, l.line_amount
FROM pool.document AS d
LEFT JOIN LATERAL (
    SELECT count(*) AS lines, sum(amount) AS line_amount FROM pool.line AS l
    WHERE (l.direction, l.taxpayer_no, l.document_key) = (d.direction, d.taxpayer_no, d.document_key)
) AS l ON true
"""
_ASKED = """
SELECT k.batch_no, k.channel, k.job, k.taxpayer_no, k.direction, k.document, k.window_start, k.window_end, k.status,
    CASE WHEN k.wanted_types = '{}' THEN ARRAY[k.invoice_type] ELSE k.wanted_types END AS types,
    (k.observed_at AT TIME ZONE 'Asia/Shanghai')::date AS seen_on
FROM sync.task AS k
WHERE k.download_type IN ('input_full', 'output_full') AND k.job NOT IN ('bureau_file', 'usage_status')
    AND k.window_basis = 'issue_date' AND k.status IN ('succeeded', 'no_data') AND k.parent_task_id IS NULL
    AND k.failed_count = 0 AND k.window_end >= %(since)s
"""
_FAR = date(2000, 1, 1)


def place_of(document: Document) -> Place:
    """Where the pool keeps a document: direction, owner, key."""
    return "input" if document.facts.sjlx == "1" else "output", document.facts.owner.number, document.key


def pool_rows(world: World) -> dict[Place, Row]:
    """The pool, with what its lines come to."""
    return {(row["direction"], row["taxpayer_no"], row["document_key"]): row for row in world.rows(_POOL)}


def _number(text: Any) -> Decimal | None:
    return Decimal(str(text)) if str(text or "").strip() else None


def _wrong(document: Document, face: Row, row: Row) -> Iterator[tuple[str, Any, Any]]:
    """Columns of the face that differ: column, the pool's value, the bureau's."""
    wanted: Row = {"issue_date": document.issued_on, "tax_amount": _number(face["totalTaxAmount"])}
    if document.facts.kind not in ("customs", "withholding"):
        wanted |= {"amount": _number(face["invoiceAmount"]), "total_amount": _number(face["totalAmount"])}
        wanted |= {"seller_tax_no": face["salerTaxNo"] or None, "buyer_tax_no": face["buyerTaxNo"] or None}
        if row["detail_level"] == "full":
            wanted |= {"lines": face["lines"]}
    header = row["detail_level"] == "header"  # a list or an increment shows less than a face
    yield from (
        (name, row[name], value)
        for name, value in wanted.items()
        if row[name] != value and not (header and row[name] is None)
    )


@holds("the pool holds no document that the bureau does not have, and none twice")
def no_document_is_invented(world: World) -> list[Row]:
    """A file may bring others: the driver knows which."""
    known = {place_of(one) for one in world.bureau.documents()} | world.filed.keys()
    return [row for place, row in pool_rows(world).items() if place not in known]


@holds("a document in the pool is the bureau's: date, amounts, parties and lines")
def every_face_is_the_bureaus(world: World) -> list[Row]:
    """Faces never change at the bureau, so the day of the comparison does not matter."""
    rows = pool_rows(world)
    found = []
    for document in world.bureau.documents():
        row = rows.get(place_of(document))
        if row and (wrong := [*_wrong(document, world.bureau.face(document, world.today), row)]):
            found.append(
                {"place": place_of(document), "kind": document.facts.kind, "batch": row["batch_no"], "wrong": wrong}
            )
    return found


@holds("the pool holds every document of every window that was asked for and answered")
def every_answered_window_is_there(world: World) -> list[Row]:
    """A download that says succeeded or no_data brought whatever the bureau showed on the day of its application."""
    rows, of_kind = pool_rows(world), _by_kind(world)
    found = []
    for asked in world.rows(_ASKED, {"since": _FAR}):
        of_type = (of_kind.get((asked["direction"], asked["taxpayer_no"], kind), ()) for kind in asked["types"])
        for document in chain.from_iterable(of_type):
            if _shown(world, asked, document) and place_of(document) not in rows:
                found.append({**asked, "missing": place_of(document), "kind": document.facts.kind})
    return found


def _by_kind(world: World) -> dict[Place, list[Document]]:
    """The bureau's documents by direction, owner and kind."""
    found: dict[Place, list[Document]] = {}
    for document in world.bureau.documents():
        found.setdefault((*place_of(document)[:2], document.facts.kind), []).append(document)
    return found


def _shown(world: World, asked: Row, document: Document) -> bool:
    """Whether the bureau showed the document on the day of the application."""
    issued = asked["window_start"] <= document.issued_on <= asked["window_end"]
    return issued and document.visible(asked["seen_on"]) and world.bureau.since[document.key] <= asked["seen_on"]


in_sql(
    "lines_have_their_document",
    "no line is without its document, and a document has as many lines as it says",
    """
    SELECT l.direction, l.taxpayer_no, l.document_key, count(*) FROM pool.line AS l
    LEFT JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
    WHERE d.document_key IS NULL GROUP BY 1, 2, 3
    """,
)
in_sql(
    "values_have_a_source",
    "every document and every change names a batch that there is",
    """
    WITH batches AS (
        SELECT batch_no FROM sync.task UNION SELECT batch_no FROM sync.verification UNION SELECT batch_no FROM sync.selection
        UNION SELECT batch_no FROM sync.batch
    )
    SELECT 'document' AS what, document_key, batch_no, '' AS column_name FROM pool.document
    WHERE batch_no NOT IN (SELECT batch_no FROM batches)
    UNION ALL SELECT 'change', document_key, batch_no, column_name FROM pool.change
    WHERE batch_no NOT IN (SELECT batch_no FROM batches)
    """,
)
in_sql(
    "the_last_change_is_what_is_there",
    "of every column that changed, the pool holds the value of its last change",
    """
    SELECT c.document_key, c.column_name, c.new_value, to_jsonb(d) ->> c.column_name AS held
    FROM (
        SELECT DISTINCT ON (direction, taxpayer_no, document_key, column_name) * FROM pool.change
        WHERE column_name IN ('status', 'risk_status', 'entry_status', 'vat_usage', 'selection_status', 'tax_period')
        ORDER BY direction, taxpayer_no, document_key, column_name, change_id DESC
    ) AS c
    JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
    WHERE to_jsonb(d) ->> c.column_name IS DISTINCT FROM c.new_value
    """,
)
