"""A parameter (invsm_param_configuration): the value that holds, and what speaks against setting or removing it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from fapiao.closed_lists import code_of, flag_of
from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.objections import account_objections, leqi_objection
from fapiao.enterprise.overlaps import frequency_objections
from fapiao.enterprise.records import COLLECT_BY_LEQI, Enterprise, ParameterKey
from fapiao.enterprise.values import person_name, tax_number
from fapiao.errors import BadInput
from fapiao.identifiers import one_spelling
from fapiao.nearest import nearest
from fapiao.rules.book import RuleBook
from fapiao.rules.spellings import spellings
from fapiao.texts.catalogue import listed, sentence

INBOX_OWNER = ("fapiao", "inbox_owner")
"""Whose name stands for whoever lays files into the inbox, and whose rights are checked for them."""


def parameter_key(kind: str, key: str) -> ParameterKey:
    """配置项类型 and 配置项key as they are saved. Raises BadInput when one is empty or not the tax number it is."""
    kind, key = kind.strip(), key.strip()
    if not kind or not key:
        raise BadInput([sentence("enterprise_files.parameter_shape")])
    if kind != COLLECT_BY_LEQI:
        return kind, key
    try:
        return kind, tax_number(key)
    except ValueError as wrong:
        raise BadInput([sentence("enterprise_files.parameter_key", type=COLLECT_BY_LEQI, what=wrong)]) from wrong


def with_parameter(
    enterprise: Enterprise, key: ParameterKey, value: str | None, rules: RuleBook, has_leqi_default: bool
) -> Loaded:
    """The basics with the parameter set, or removed where `value` is None; and what is doubtful about it.

    Raises BadInput when the value is no number where one is needed, or when the taxpayer that
    rim_leqi_collect/<税号> moves to another channel is not ready for that one (R076, R148), or is asked for too often
    there (A-55).
    """
    parameters = {name: text for name, text in enterprise.parameters.items() if name != key}
    if value is not None:
        parameters[key] = parameter_value(key, value, rules)
    after = replace(enterprise, parameters=parameters)
    problems = _channel_problems(after, key[1], rules, has_leqi_default) if key[0] == COLLECT_BY_LEQI else []
    if problems:
        raise BadInput(problems)
    return Loaded(after, [], _doubts(after, key, rules) if value is not None else [])


def parameter_value(key: ParameterKey, text: str, rules: RuleBook) -> str:
    """The value as it is kept: of a switch 1 or 0, however yes and no are written. Raises BadInput."""
    known = rules.parameter(*key)
    name, takes = " ".join(key), known.takes if known else "text"
    if takes == "flag":
        return "1" if flag_of(name, text) else "0"
    if takes == "scope":
        return code_of("auto_update_scope", text)
    if takes == "person":
        return _person(name, text)
    if known and known.choices:
        return _chosen(name, known.choices, text)
    value = text.strip()
    if takes == "number" and not (value := one_spelling(text)).isdecimal():
        example = known.default if known else 1
        raise BadInput([sentence("enterprise_files.whole_number", name=name, example=example, text=text)])
    return value


def _person(name: str, text: str) -> str:
    try:
        return person_name(text)
    except ValueError as wrong:
        raise BadInput([sentence("enterprise_files.no_value", name=name, what=wrong)]) from wrong


def _chosen(name: str, choices: Sequence[str], text: str) -> str:
    found = spellings((choice, choice, ()) for choice in choices).find(text)
    if found is None:
        raise BadInput([sentence("enterprise_files.one_of", name=name, choices=listed(choices), text=text)])
    return found


def parameter(given: Mapping[ParameterKey, str], rules: RuleBook, kind: str, key: str) -> str:
    """The value that is set, or the default of include/rules/parameters.yaml. Raises KeyError for an unknown one."""
    return given.get((kind, key)) or rules.parameter_default(kind, key)


def known_default(key: ParameterKey, rules: RuleBook) -> str | None:
    """The value that holds when the parameter is not set; None for a parameter that fapiao does not read."""
    try:
        return rules.parameter_default(*key)
    except KeyError:
        return None


def _channel_problems(after: Enterprise, number: str, rules: RuleBook, has_leqi_default: bool) -> list[str]:
    taxpayer = after.taxpayers.get(number)
    if taxpayer is None:
        return []
    objection = leqi_objection(after, taxpayer, has_leqi_default)
    return [
        *([objection] if objection else []),
        *account_objections(after, taxpayers={number}, schemes=()),
        *frequency_objections(after, rules, taxpayers={number}, schemes=()),
    ]


def _doubts(after: Enterprise, key: ParameterKey, rules: RuleBook) -> list[str]:
    kind, name = key
    if known_default(key, rules) is None:
        return [_unread(f"{kind} {name}", {f"{row.type} {row.key}" for row in rules.parameters})]
    if kind == COLLECT_BY_LEQI and name not in after.taxpayers:
        return [sentence("enterprise_files.no_taxpayer_yet", number=name)]
    return []


def _unread(name: str, known: Collection[str]) -> str:
    if near := nearest(name, known):
        return sentence("enterprise_files.near_parameter", name=name, near=near[0])
    return sentence("enterprise_files.unread_parameter", name=name, known=listed(sorted(known)))
