"""Reads the accounts at the bureau's web (数电账号) from the records of a file."""

from collections.abc import Iterable, Mapping

from fapiao.enterprise.form import Problems, RecordReader, unique
from fapiao.enterprise.records import Account, Taxpayer
from fapiao.enterprise.spellings import Vocabulary
from fapiao.tables.lines import Line
from fapiao.texts.catalogue import sentence

BUSINESSES = {"receive": "收票", "issue": "开票"}

AccountKey = tuple[str, str]


def account_forms(lines: Iterable[Line], complaints: Problems) -> dict[AccountKey, RecordReader]:
    """The records by tax number and account, each once."""
    keyed = []
    for line in lines:
        form = RecordReader(line, complaints)
        number, name = form.number("taxpayer_no"), form.needed("account")
        if number and name:
            keyed.append(((number, name), form))
    return unique(keyed, "account")


def account(
    form: RecordReader, key: AccountKey, known: Account | None, taxpayers: Mapping[str, Taxpayer], words: Vocabulary
) -> Account:
    """The account as it is after the record; complains when nobody has its tax number."""
    number, name = key
    was = known or Account(number, name)
    if number not in taxpayers:
        form.object("taxpayer_no", sentence("enterprise_files.no_taxpayer", number=number))
    return Account(
        taxpayer_no=number,
        account=name,
        account_type=form.code("account_type", words.account_type, was.account_type, "receive"),
        is_default=form.flag("is_default", words.flag, was.is_default, empty=False),
        login=form.code("login", words.login, was.login, "manual"),
    )


def one_default_each(forms: Mapping[AccountKey, RecordReader], accounts: Mapping[AccountKey, Account]) -> None:
    """Complain where a taxpayer would have two default accounts for one business."""
    touched = {number for number, _ in forms}
    for business, label in BUSINESSES.items():
        defaults: dict[str, Account] = {}
        mine = (one for one in accounts.values() if one.taxpayer_no in touched)
        for one in mine:
            if not (one.is_default and one.serves(business)):
                continue
            other = defaults.setdefault(one.taxpayer_no, one)
            if other is not one:
                form = forms.get((one.taxpayer_no, one.account)) or forms[other.taxpayer_no, other.account]
                accounts_of = {"one": other.account, "other": one.account}
                form.object("is_default", sentence("enterprise_files.two_defaults", **accounts_of, business=label))
