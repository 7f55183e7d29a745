"""Which table of the specifications the rows of an answer follow."""

from fapiao.errors import RuleError
from fapiao.pool_columns.reading import load_fields

# What was asked, and in which shape it is answered.
_ANSWERS = {
    "input_full": "face",
    "output_full": "face",
    "input_incremental": "face",
    "input_status": "risk",
    "unselected_init": "unselected",
    "usage": "usage",
}


def payload_kind(document: str, invoice_type: str, answer: str) -> str:
    """The payload kind of fields.yaml for an answer.

    `document` is invoice, customs or withholding, `invoice_type` our code or fplx, `answer` a download type, or usage.
    Raises RuleError when no kind fits.
    """
    shape = _ANSWERS.get(answer)
    if shape in ("risk", "usage"):
        return shape
    if shape == "unselected":
        return f"unselected_{document}"
    wanted = invoice_type if document == "invoice" else document
    for kind in load_fields().kinds.values():
        if shape == "face" and wanted in kind.invoice_types:
            return kind.name
    raise RuleError(f"fields.yaml has no payload kind for {document} {invoice_type!r} answered by {answer!r}")
