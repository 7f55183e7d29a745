"""The form of a selection, declared once for the page and the command, and read with every problem at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fapiao.dag_texts.catalogue import field_texts, texts_of
from fapiao.errors import BadInput
from fapiao.forms.fields import FormField, Option, run_day_field
from fapiao.forms.reading import fill
from fapiao.identifiers import one_spelling
from fapiao.identity import spelled
from fapiao.rules.spellings import spellings
from fapiao.selection.chosen import Operation
from fapiao.selection.records import STATISTICS
from fapiao.selection.rules import selection_rules


@dataclass(frozen=True, slots=True)
class SelectionForm:
    """One request of a person; `reason` is 不抵扣原因 1 to 5, `without` the tax numbers removed from the sheet (R179).

    `document_keys` are 缴款书号码; of an operation on the statistics table only `taxpayers` count.
    """

    operation: Operation
    document_keys: Sequence[str] = ()
    taxpayers: Sequence[str] = ()
    reason: str | None = None
    reason_text: str | None = None
    without: Sequence[str] = ()
    accounts: Mapping[str, str] | None = None


def _operations() -> dict[str, str]:
    """What can be asked for here, code to label, in the order of R220."""
    return {one.code: one.label for one in selection_rules().types.values() if one.here}


def _operation(text: str) -> str:
    return spellings((code, label, ()) for code, label in _operations().items()).find(text) or text


def _known_operation(found: Sequence[str]) -> str | None:
    text, known = next(iter(found), ""), _operations()
    return None if text in known else f"操作“{text}”未知；可选：{'、'.join(known.values())}。"


def _account(pair: str) -> tuple[str, str]:
    """换账号, each as 税号=账号."""
    taxpayer_no, equals, account = pair.partition("=")
    if equals and taxpayer_no.strip() and account.strip():
        return one_spelling(taxpayer_no), account.strip()
    raise BadInput([f"换账号“{pair}”应写成 税号=电子税局账号。"])


OPERATION = FormField("operation", "text", *texts_of("selection", "operation"),
                      preset="not_deduct", choices=_operations, means=_operation, check=_known_operation)  # fmt: skip
DOCUMENTS = (
    FormField("document_keys", "texts", *texts_of("selection", "document_keys"), means=spelled,
              option=Option("document_keys", "form_options.selection_documents", "placeholders.number", repeated=True)),
    FormField("taxpayers", "texts", *texts_of("selection", "taxpayers"), means=one_spelling,
              option=Option("--taxpayer", "form_options.selection_taxpayer", "placeholders.taxpayer", repeated=True)),
)  # fmt: skip
REASON = (
    FormField("reason", "text", *texts_of("selection", "reason"),
              codes="not_deductible_type", nothing=field_texts("selection", "reason").nothing,
              option=Option("--reason", "form_options.selection_reason", "placeholders.reason")),
    FormField("reason_text", "text", *texts_of("selection", "reason_text"),
              option=Option("--reason-text", "form_options.selection_reason_text", "placeholders.words")),
)  # fmt: skip
SHEET = (
    FormField("without", "texts", *texts_of("selection", "without"), means=one_spelling,
              option=Option("--without", "form_options.selection_without", "placeholders.taxpayer", repeated=True)),
    FormField("accounts", "texts", *texts_of("selection", "accounts"), means=_account,
              option=Option("--account", "form_options.selection_account", "placeholders.account", repeated=True)),
)  # fmt: skip
REQUEST = (OPERATION, *DOCUMENTS, *REASON, *SHEET)
SELECTION = (
    OPERATION,
    *DOCUMENTS,
    *REASON,
    FormField("list_file", "text", *texts_of("selection", "list_file")),
    *SHEET,
    FormField("retry", "texts", *texts_of("selection", "retry")),
    FormField("dry_run", "flag", *texts_of("selection", "dry_run"), preset=True),
    run_day_field("selection"),
)  # fmt: skip


def read_form(form: Mapping[str, Any]) -> SelectionForm:
    """The request of a form. Raises BadInput with every problem."""
    filled = fill(REQUEST, form)
    read = SelectionForm(**filled.values | {"accounts": dict(filled["accounts"])})
    if read.operation in STATISTICS and not read.taxpayers:
        filled.problems.append("请填写税号：统计表按税号生成、撤销和确认。")
    if read.operation not in STATISTICS and not read.document_keys:
        filled.problems.append("请填写缴款书号码，一行一个。")
    filled.refuse()
    return read
