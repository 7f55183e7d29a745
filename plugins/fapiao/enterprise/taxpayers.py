"""Reads taxpayers (企业信息) and their organisations (核算组织) from the records of a file."""

from collections.abc import Iterable, Mapping

from fapiao.enterprise.form import Problems, RecordReader, unique
from fapiao.enterprise.organisation_tree import circles
from fapiao.enterprise.records import Taxpayer
from fapiao.enterprise.spellings import Vocabulary
from fapiao.identifiers import expected_check_character, has_check_character
from fapiao.tables.lines import Line
from fapiao.texts.catalogue import sentence


def taxpayer_forms(lines: Iterable[Line], complaints: Problems) -> dict[str, RecordReader]:
    """The records by tax number, each once; a number that cannot be one and one said twice are complained about."""
    forms = [RecordReader(line, complaints) for line in lines]
    numbered = [(number, form) for form in forms if (number := form.number("taxpayer_no"))]
    return unique(numbered, "taxpayer_no")


def taxpayer(form: RecordReader, number: str, known: Taxpayer | None, words: Vocabulary) -> Taxpayer:
    """The taxpayer as it is after the record; complains about what is missing or unknown."""
    was = known or Taxpayer(number)
    if not known:
        _doubt_new(form, number)
    return Taxpayer(
        taxpayer_no=number,
        name=form.needed("name", was.name),
        org_code=form.text("org_code", was.org_code),
        channel=form.needed_code("channel", words.channel, was.channel),
        company_type=form.code("company_type", words.company_type, was.company_type, "general"),
        leqi_id=form.text("leqi_id", was.leqi_id),
        leqi_authorised_on=form.day("leqi_authorised_on", was.leqi_authorised_on),
        selection_channel=form.code("selection_channel", words.channel, was.selection_channel or "") or None,
        country=form.text("country", was.country),
        bureau_city_code=form.text("bureau_city_code", was.bureau_city_code),
        bureau_city=form.text("bureau_city", was.bureau_city),
    )


def _doubt_new(form: RecordReader, number: str) -> None:
    doubt = check_character_doubt(number)
    if doubt:
        form.doubt("taxpayer_no", doubt)
    if not form.text("company_type"):
        form.doubt("company_type", sentence("enterprise_files.no_company_type"))


def check_character_doubt(number: str) -> str | None:
    """Why the check character of a 统一社会信用代码 looks wrong, or None: a doubt, no objection (domain §1.1)."""
    if not has_check_character(number):
        return None
    expected = expected_check_character(number)
    if expected is None:
        return sentence("enterprise_files.length_doubt", number=number)
    if number[-1] == expected:
        return None
    return sentence("enterprise_files.check_doubt", number=number, expected=expected)


def organisations(
    forms: Mapping[str, RecordReader], taxpayers: Mapping[str, Taxpayer], known: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The organisations of these taxpayers by code, with their names.

    Complains about a name without a code and about two names for one code.
    """
    stated: dict[str, str] = {}
    for number, form in forms.items():
        code, name = taxpayers[number].org_code, form.text("org_name")
        if name and not code:
            form.object("org_name", sentence("enterprise_files.needs_code", column=form.named("org_code")))
        elif name and code and stated.setdefault(code, name) != name:
            form.object("org_name", sentence("enterprise_files.two_names", code=code, name=stated[code]))
    codes = {taxpayers[number].org_code for number in forms} - {None}
    return {code: stated.get(code, known.get(code)) for code in codes if code}


def parents(
    forms: Mapping[str, RecordReader], taxpayers: Mapping[str, Taxpayer], known: Mapping[str, str]
) -> dict[str, str]:
    """上级组织 of every organisation by code, after these taxpayers; an empty org_parent takes it away.

    Complains about a parent without an organisation, two parents for one, and an organisation above itself.
    """
    stated: dict[str, tuple[str | None, RecordReader]] = {}
    for number, form in forms.items():
        code, parent = taxpayers[number].org_code, form.text("org_parent")
        if parent and not code:
            form.object("org_parent", sentence("enterprise_files.needs_code", column=form.named("org_code")))
        elif code and form.given("org_parent") and stated.setdefault(code, (parent, form))[0] != parent:
            form.object("org_parent", sentence("enterprise_files.two_parents", code=code, parent=stated[code][0]))
    after = {**known, **{code: parent for code, (parent, _) in stated.items() if parent}}
    for code in (code for code, (parent, _) in stated.items() if not parent):
        after.pop(code, None)
    for code in circles(after, iter(stated)):
        stated[code][1].object("org_parent", sentence("enterprise_files.above_itself", code=code))
    return after
