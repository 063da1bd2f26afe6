"""What a look at one key cannot tell: names used twice, references to nothing, secrets in the wrong file.

Works on the raw tables, so that it finds its faults even where others have already been found.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.faults import SECRETS_ELSEWHERE, Fault, suggestion
from bot.config.model_tables import POLARITIES
from bot.config.positions import KeyPath
from bot.config.secrets import looks_secret
from bot.config.tables import ALWAYS
from bot.config.tree import Reads
from bot.domain.listening import HISTORY, OURS, THEME
from bot.domain.rota import rota_name
from bot.domain.words import has_any_word
from bot.values import has_password

RESERVED_RULES = frozenset(
    {"topic", "unsure", "language", "unnamed", "unjudged", "unowned", "reroute", "fallback", HISTORY, OURS, THEME}
)
"""What a route says in place of a rule's name where no rule took the mention."""

PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
"""`${NAME}` in a text of a source stands for an environment variable."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

RawTable = Mapping[str, Any]


def misplaced_secrets(value: object, where: KeyPath = ()) -> Iterator[Fault]:
    """Tokens and secrets, and passwords in addresses, anywhere in the file."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from misplaced_secrets(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from misplaced_secrets(inner, (*where, index))
    elif isinstance(value, str) and looks_secret(value):
        yield Fault(where=where, advice=f"this looks like a token; {_token_advice(where)}, and revoke this one")
    elif isinstance(value, str) and has_password(PLACEHOLDER.sub("", value)):
        yield Fault(where=where, advice=f"this address has a password in it; {_password_advice(where)}")


def _token_advice(where: KeyPath) -> str:
    if where[:1] == ("sources",):
        return "put the secret in an environment variable and write that variable's name here"
    return SECRETS_ELSEWHERE


def _password_advice(where: KeyPath) -> str:
    if where[:1] == ("sources",):
        return 'put the address in an environment variable and write "${ITS_NAME}" here'
    return "set EARSHOT_DATABASE_URL in the environment instead"


def repeated_names(raw: RawTable) -> Iterator[Fault]:
    for section in ("departments", "rotas", "topics", "rules", "promises", "sources", "approvals", "themes", "staff"):
        seen: dict[str, int] = {}
        for index, name in _names(raw, section):
            if name in seen:
                advice = f"the name “{name}” is taken by {section}[{seen[name]}]: choose another"
                yield Fault(where=(section, index, "name"), advice=advice)
            seen.setdefault(name, index)


def reserved_names(raw: RawTable) -> Iterator[Fault]:
    for index, name in _names(raw, "rules"):
        if name in RESERVED_RULES:
            yield Fault(where=("rules", index, "name"), advice=f"“{name}” is a word of the bot's own: choose another")
    hours = raw.get("office_hours")
    if isinstance(hours, Mapping) and ALWAYS in hours:
        yield Fault(where=("office_hours", ALWAYS), advice="“always” means round the clock: choose another name")


def broken_references(raw: RawTable) -> Iterator[Fault]:
    departments = [name for _, name in _names(raw, "departments")]
    topics = [name for _, name in _names(raw, "topics")]
    sources = [name for _, name in _names(raw, "sources")]
    hours = raw.get("office_hours")
    schedules = [*hours, ALWAYS] if isinstance(hours, Mapping) else [ALWAYS]
    if departments:  # where there is none at all, that is the one thing to say
        yield from _unresolved(_triage(raw), "department", departments)
        yield from _unresolved(_values(raw, "topics", "department"), "department", departments)
        yield from _unresolved(_values(raw, "promises", "departments"), "department", departments)
        yield from _unresolved(_values(raw, "approvals", "departments"), "department", departments)
        yield from _unresolved(_values(raw, "rules", "to"), "department", ["", *departments])
        yield from _unresolved(_values(raw, "themes", "department"), "department", departments)
        yield from _unresolved(_values(raw, "staff", "departments"), "department", departments)
    if topics:
        yield from _unresolved(_values(raw, "rules", "topics"), "topic", topics)
        yield from _unresolved(_values(raw, "promises", "topics"), "topic", topics)
        yield from _unresolved(_values(raw, "approvals", "topics"), "topic", topics)
    yield from _unresolved_labels(raw, topics)
    for section in ("rules", "promises", "approvals", "themes"):
        yield from _unresolved(_values(raw, section, "sources"), "source", sources)
    yield from _unresolved(_values(raw, "departments", "office_hours"), "[office_hours.…] table", schedules)


def _unresolved(found: Iterator[tuple[KeyPath, str]], what: str, known: list[str]) -> Iterator[Fault]:
    for where, name in found:
        if name not in known:
            yield Fault(where=where, advice=f"there is no {what} “{name}”{suggestion(name, known)}")


def approvals_by_nobody(raw: RawTable) -> Iterator[Fault]:
    """Rules that hold answers back for ever: they name no approvers, and nobody has the role."""
    slack, roles = (raw.get(section) for section in ("slack", "roles"))
    managers = slack.get("managers") if isinstance(slack, Mapping) else None
    approve = roles.get("approve", managers) if isinstance(roles, Mapping) else managers
    if approve:
        return
    for index, rule in enumerate(_listed(raw.get("approvals"))):
        if isinstance(rule, Mapping) and not rule.get("approvers"):
            advice = "nobody could approve these answers: name approvers here, in [roles] approve or in slack.managers"
            yield Fault(where=("approvals", index, "approvers"), advice=advice)


def hidden_names(raw: RawTable) -> Iterator[Fault]:
    """Phrases for somebody else that stand in a name of ours: that name would never be found."""
    company = raw.get("company")
    if not isinstance(company, Mapping):
        return
    names = [company.get("name"), *_listed(company.get("names"))]
    for place, phrase in enumerate(_listed(company.get("not_words"))):
        for name in names:
            if isinstance(name, str) and isinstance(phrase, str) and has_any_word(name, [phrase]):
                advice = f"with this your own name “{name}” would never be found: write a longer phrase"
                yield Fault(where=("company", "not_words", place), advice=advice)


def languages_of_two_models(raw: RawTable) -> Iterator[Fault]:
    model = raw.get("model")
    if not isinstance(model, Mapping):
        return
    whose = {each: "model.languages" for each in _listed(model.get("languages", ["en"])) if isinstance(each, str)}
    for index, also in enumerate(_listed(model.get("also"))):
        here = f"model.also[{index}].languages"
        for place, language in enumerate(_listed(also.get("languages")) if isinstance(also, Mapping) else []):
            if isinstance(language, str) and whose.setdefault(language, here) != here:
                advice = f"“{language}” stands in {whose[language]} too: one model judges a language"
                yield Fault(where=("model", "also", index, "languages", place), advice=advice)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _unresolved_labels(raw: RawTable, topics: list[str]) -> Iterator[Fault]:
    """Labels of the company's own models that stand for nothing that there is."""
    model = raw.get("model")
    if not isinstance(model, Mapping):
        return
    models: list[tuple[KeyPath, Any]] = [(("model",), model)]
    models += [(("model", "also", index), also) for index, also in enumerate(_listed(model.get("also")))]
    for where, table in models:
        labels = table.get("labels") if isinstance(table, Mapping) else None
        if isinstance(labels, Mapping):
            of_moods = table.get("reads") == Reads.POLARITY
            what, known = ("polarity", list(POLARITIES)) if of_moods else ("topic", topics)
            found = (((*where, "labels", label), name) for label, name in labels.items() if isinstance(name, str))
            yield from _unresolved(found, what, known)


def unknown_rotas(raw: RawTable) -> Iterator[Fault]:
    """Levels of an escalation that call a rota which there is not."""
    known = [name for _, name in _names(raw, "rotas")]
    for index, department in enumerate(_listed(raw.get("departments"))):
        levels = department.get("escalation") if isinstance(department, Mapping) else None
        for number, level in enumerate(_listed(levels)):
            called = level.get("notify") if isinstance(level, Mapping) else None
            for place, reference in enumerate(_listed(called)):
                name = rota_name(reference) if isinstance(reference, str) else ""
                if name and name not in known:
                    where = ("departments", index, "escalation", number, "notify", place)
                    yield Fault(where=where, advice=f"there is no rota “{name}”{suggestion(name, known)}")


def _triage(raw: RawTable) -> Iterator[tuple[KeyPath, str]]:
    triage = raw.get("triage", {})
    name = triage.get("department", "triage") if isinstance(triage, Mapping) else None
    if isinstance(name, str):
        yield ("triage", "department"), name


def _names(raw: RawTable, section: str) -> Iterator[tuple[int, str]]:
    for where, name in _values(raw, section, "name"):
        yield int(where[1]), name


def _values(raw: RawTable, section: str, key: str) -> Iterator[tuple[KeyPath, str]]:
    """Every text under `key` in the entries of a section, whether it stands alone or in a list."""
    entries = raw.get(section)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        value = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(value, str):
            yield (section, index, key), value
        elif isinstance(value, list):
            yield from (((section, index, key, place), one) for place, one in enumerate(value) if isinstance(one, str))
