"""The views of the sync log: what each shows, and which filters it takes; any other is refused, never passed over."""

from collections.abc import Collection, Mapping, Sequence

from fapiao.errors import BadInput
from fapiao.texts.catalogue import listed, sentence

VIEWS = ("counts", "batches", "attempts", "invoices", "events", "skipped", "quota", "administration", "exports")
"""Those with an option of their own; without one it is the rows of the log."""
SHOWN: Mapping[str, Sequence[str]] = {
    "rows": (
        "batch_no", "taxpayer_no", "download_type_label", "invoice_types", "window_start", "window_end",
        "status_label", "downloaded_count", "inserted_count", "updated_count", "unchanged_count",
        "ignored_count", "failed_count", "schemes", "error_code", "not_before", "void_state_label"
    ),
    "counts": (
        "status_label", "tasks", "downloaded", "succeeded", "ignored", "failed", "voided"
    ),
    "attempts": (
        "batch_no", "request_no", "part_no", "generation", "package_no", "row_count", "received_at",
        "reply_id"
    ),
    "invoices": (
        "batch_no", "document_key", "invoice_type", "issue_date", "amount", "tax_amount", "changed",
        "failed", "ignored"
    ),
    "skipped": (
        "tick", "dag_id", "scheme", "taxpayer_no", "direction", "document", "invoice_type", "window_start",
        "window_end", "reason_code", "reason"
    ),
    "administration": (
        "at", "actor", "object", "key", "operation", "changes"
    ),
    "exports": (
        "at", "actor", "sheet", "rows", "file", "sha256"
    ),
}  # fmt: skip
"""What people see of a row of a view; of the others every column, and all of it with --json."""

_OF_A_TASK = frozenset({"batch", "taxpayer"})
_OF_A_DAY = frozenset({"created_from", "created_to"})
_EVERYTHING: Collection[str] | None = None
TAKEN: Mapping[str, Collection[str] | None] = {
    "rows": _EVERYTHING,
    "counts": _EVERYTHING,
    "batches": _OF_A_TASK | _OF_A_DAY | {"dag"},
    "attempts": _OF_A_TASK,
    "invoices": _OF_A_TASK,
    "events": _OF_A_TASK,
    "skipped": _OF_A_TASK
    | _OF_A_DAY
    | {"channel", "direction", "document", "invoice_type", "org", "dag", "window_from", "window_to"},
    "quota": frozenset({"taxpayer", "channel", "direction", "invoice_type", "org"}),
    "administration": _OF_A_DAY | {"taxpayer"},
    "exports": _OF_A_DAY,
    "reply": frozenset(),
}
"""View to the names of its filters; None is all of them."""
WITHOUT_A_TASK = ("batches", "skipped", "quota", "administration", "exports")
"""Views of which there may be nothing at all, whatever the filter."""
OF_A_BATCH = ("attempts", "invoices", "events")
"""Views of one task or planning."""


def refuse_filters(view: str, typed: str, asked: Collection[str], flags: Mapping[str, str]) -> None:
    """Raises BadInput for filters that are none of the view and names those that are; for a view of nothing too.

    `typed` is how the view is asked for, `asked` the names of the filters that are given, `flags` their options.
    """
    taken = TAKEN[view]
    if view in OF_A_BATCH and "batch" not in asked:
        raise BadInput([sentence("log_command.needs_batch", view=typed)])
    if taken is None or not (strange := [flags[name] for name in flags if name in asked and name not in taken]):
        return
    values = {"view": typed, "filters": listed(strange)}
    if not taken:
        raise BadInput([sentence("log_command.no_filters", **values)])
    known = listed(flags[name] for name in flags if name in taken)
    raise BadInput([sentence("log_command.other_filters", known=known, **values)])
