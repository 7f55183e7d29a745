"""What may not be saved although every record reads well: taxpayers, accounts, schemes and parameters must fit."""

from collections.abc import Collection, Iterator

from fapiao.enterprise.records import Enterprise, Scheme, Taxpayer
from fapiao.rules.templates import headings_of
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language


def leqi_objection(enterprise: Enterprise, taxpayer: Taxpayer, has_default: bool) -> str | None:
    """Why the taxpayer cannot download by 乐企 (R148, R261), or None.

    `has_default` says that the leqi connection names a 使用单位 for taxpayers without a 乐企 id of their own.
    """
    if has_default or enterprise.download_channel(taxpayer) != "leqi":
        return None
    values = {"leqi_id": taxpayer.leqi_id, "leqi_authorised_on": taxpayer.leqi_authorised_on}
    missing = [column for column, value in values.items() if not value]
    if not missing:
        return None
    headings = headings_of("taxpayers")
    names = headings.chinese if language() == "zh" else headings.english
    whose = {"number": taxpayer.taxpayer_no, "name": taxpayer.name}
    return sentence("enterprise_files.lacks_leqi", missing=listed(names[column] for column in missing), **whose)


def account_objections(enterprise: Enterprise, taxpayers: Collection[str], schemes: Collection[str]) -> Iterator[str]:
    """One sentence per taxpayer that a scheme may not hold, as it has no default account for 收票 (R076, R077).

    Looks at every taxpayer of the schemes named, and at the taxpayers named in every scheme.
    """
    poor = _without_receiving_account(enterprise)
    for scheme in enterprise.schemes.values():
        for taxpayer in poor:
            if (scheme.name in schemes or taxpayer.taxpayer_no in taxpayers) and scheme.covers(taxpayer):
                yield _account_sentence(scheme, taxpayer)


def receiving_account(enterprise: Enterprise, taxpayer: Taxpayer) -> str | None:
    """The default 数电账号 for 收票 of a taxpayer, or None."""
    own = (one for one in enterprise.accounts.values() if one.taxpayer_no == taxpayer.taxpayer_no)
    return next((one.account for one in own if one.is_default and one.serves("receive")), None)


def _without_receiving_account(enterprise: Enterprise) -> list[Taxpayer]:
    served = {one.taxpayer_no for one in enterprise.accounts.values() if one.is_default and one.serves("receive")}
    return [
        taxpayer
        for taxpayer in enterprise.taxpayers.values()
        if enterprise.download_channel(taxpayer) == "etax" and taxpayer.taxpayer_no not in served
    ]


def _account_sentence(scheme: Scheme, taxpayer: Taxpayer) -> str:
    whose = {"number": taxpayer.taxpayer_no, "name": taxpayer.name}
    return sentence("enterprise_files.no_account", scheme=scheme.name, **whose)
