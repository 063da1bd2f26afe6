"""What a look at one key cannot tell of what is listened for: accounts at no source, themes with no place to go to."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.faults import Fault, suggestion
from bot.config.listening_tables import BETWEEN

RawTable = Mapping[str, Any]


def faults_in_listening(raw: RawTable) -> Iterator[Fault]:
    yield from _accounts_nowhere(raw)
    yield from _themes_that_promise(raw)
    yield from _themes_unheard(raw)
    yield from _triage_that_promises_nothing(raw)


def _accounts_nowhere(raw: RawTable) -> Iterator[Fault]:
    """Accounts at a source that there is not."""
    known = [name for each in _tables(raw, "sources") if isinstance(name := each.get("name"), str)]
    listening = raw.get("listening")
    if not isinstance(listening, Mapping):
        return
    for key in ("own_accounts", "employees"):
        written = listening.get(key)
        for place, account in enumerate(written if isinstance(written, list) else []):
            source = account.rpartition(BETWEEN)[0].strip() if isinstance(account, str) else ""
            if source and source not in known:
                advice = f"there is no source “{source}”{suggestion(source, known)}"
                yield Fault(where=("listening", key, place), advice=advice)


def _themes_that_promise(raw: RawTable) -> Iterator[Fault]:
    """Themes in a department that owes answers: nobody is owed one who did not write about us."""
    owing = [each.get("name") for each in _tables(raw, "departments") if each.get("promises", True) is not False]
    for index, theme in enumerate(_tables(raw, "themes")):
        department = theme.get("department")
        if isinstance(department, str) and department in owing:
            advice = (
                f"set promises = false in the department “{department}”, or name one that has: nothing is owed here"
            )
            yield Fault(where=("themes", index, "department"), advice=advice)


def _themes_unheard(raw: RawTable) -> Iterator[Fault]:
    if any(each.get("search") is True for each in _tables(raw, "sources")):
        return
    for index, theme in enumerate(_tables(raw, "themes")):
        if not theme.get("sources"):
            advice = "name the theme's sources, or set search = true in a source: what others bring is about you"
            yield Fault(where=("themes", index, "sources"), advice=advice)


def _triage_that_promises_nothing(raw: RawTable) -> Iterator[Fault]:
    triage = raw.get("triage")
    name = triage.get("department", "triage") if isinstance(triage, Mapping) else "triage"
    for index, department in enumerate(_tables(raw, "departments")):
        if department.get("name") == name and department.get("promises") is False:
            advice = "customers' complaints come here too: take this out, or let another department be the triage"
            yield Fault(where=("departments", index, "promises"), advice=advice)


def _tables(raw: RawTable, section: str) -> list[RawTable]:
    entries = raw.get(section)
    return [each if isinstance(each, Mapping) else {} for each in entries] if isinstance(entries, list) else []
