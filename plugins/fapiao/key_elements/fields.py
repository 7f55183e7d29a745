"""The form of 进项发票关键要素同步 (S0), declared once for the page and the command."""

from collections.abc import Sequence

from fapiao.closed_lists import type_of
from fapiao.dag_texts.catalogue import texts_of
from fapiao.forms.fields import FormField, Option, run_day_field
from fapiao.identifiers import one_spelling
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence

DOCUMENTS = ("invoice", "customs")
"""票据类型: 发票 (R012) · 海关缴款书 (R013)"""


def _documents() -> dict[str, str]:
    labels = rulebook().codes_of("document")
    return {code: labels[code] for code in DOCUMENTS}


def _selectable() -> dict[str, str]:
    """Code and name of the types that the bureau lets be selected."""
    types = rulebook().invoice_types.values()
    return {kind.code: kind.name for kind in types if kind.document == "invoice" and kind.deductible}


def _one_document(found: Sequence[str]) -> str | None:
    one = len(found) == 1 and found[0] in DOCUMENTS
    return None if one else sentence("key_element_form.document")


_FILTERS = (
    FormField("document", "one", *texts_of("key_elements", "document"),
              preset="invoice", codes="document", choices=_documents, check=_one_document,
              option=Option("--document", "form_options.key_elements_document", "placeholders.document")),
    FormField("invoice_types", "texts", *texts_of("key_elements", "invoice_types"),
              choices=_selectable, means=type_of,
              option=Option("--invoice-types", "form_options.key_elements_invoice_types", "placeholders.types")),
    FormField("deduction_statuses", "texts", *texts_of("key_elements", "deduction_statuses"), codes="deduction_status",
              option=Option("--deduction-statuses",
                            "form_options.key_elements_deduction_statuses", "placeholders.status")),
    FormField("invoice_statuses", "texts", *texts_of("key_elements", "invoice_statuses"), codes="invoice_status",
              option=Option("--invoice-statuses", "form_options.key_elements_invoice_statuses", "placeholders.status")),
    FormField("date_from", "day", *texts_of("key_elements", "date_from"),
              option=Option("--date-from", "form_options.key_elements_date_from", "placeholders.day")),
    FormField("date_to", "day", *texts_of("key_elements", "date_to"),
              option=Option("--date-to", "form_options.key_elements_date_to", "placeholders.day")),
)  # fmt: skip
FILTERS = tuple(field.name for field in _FILTERS)
"""票据类型 · 发票类型 · 抵扣状态 · 发票状态 · 开票日期"""
REQUEST = (
    FormField("org", "text", *texts_of("key_elements", "org"), needed=True,
              option=Option("--org", "form_options.key_elements_org", "placeholders.code")),
    FormField("taxpayer_no", "text", *texts_of("key_elements", "taxpayer_no"), means=one_spelling,
              option=Option("--taxpayer", "form_options.key_elements_taxpayer", "placeholders.taxpayer")),
    *_FILTERS,
)  # fmt: skip
KEY_ELEMENTS = (*REQUEST, run_day_field("key_elements"))
