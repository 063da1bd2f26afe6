"""What is wrong with a configuration, each fault in one line that says where it is and what to do."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.config.positions import KeyPath
from bot.config.tables import FileTable
from bot.sources.kinds import kinds

SECRETS_ELSEWHERE = "a secret does not belong in this file: set SLACK_BOT_TOKEN and the like in the environment"

NOT_KEYS = frozenset({"<name>", "<table>", "[key]"})
"""What pydantic adds to a path beside keys: the tags of the office hours' two forms, and that a key itself is bad."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SECRET_KEY = re.compile(r"token|secret|password|passwd|api_?key", re.IGNORECASE)
_TOML_KINDS: dict[type, str] = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`where` leads to the value, `advice` is a sentence for the person who edits the file."""

    where: KeyPath
    advice: str


def dotted(path: KeyPath) -> str:
    """`departments[2].channel`, with indexes from 0 and odd keys in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part if _BARE_KEY.fullmatch(part) else json.dumps(part)}"
    return text.removeprefix(".")


def one_line(text: str) -> str:
    """Text that cannot break a line of the report or move the cursor of a terminal."""
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def suggestion(wrong: str, right: list[str]) -> str:
    """The end of a sentence: asks for the closest of `right`, else lists them."""
    names = [name for name in dict.fromkeys(right) if name]
    close = get_close_matches(wrong, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean “{close[0]}”?"
    return f"; there are: {', '.join(names)}" if names else ": none is in this file"


def from_validation(error: ErrorDetails) -> Fault:
    """A fault from what pydantic found; values are never quoted, they may be secrets put in the wrong place."""
    say = _SENTENCES.get(error["type"])
    return Fault(where=_where(error), advice=say(error) if say else _fill_template(error))


def _where(error: ErrorDetails) -> KeyPath:
    kept = tuple(part for part in error["loc"] if part not in NOT_KEYS)
    # In a list of several kinds of table pydantic names the kind behind the index.
    kept = kept[:2] + kept[3:] if kept[:1] == ("sources",) and kept[2:3] and kept[2] in kinds() else kept
    return (*kept, "kind") if error["type"].startswith("union_tag") and kept[:1] == ("sources",) else kept


def _fill_template(error: ErrorDetails) -> str:
    template = _TEMPLATES.get(error["type"], "write something else here: {message}")
    limits = error.get("ctx", {})
    return template.format(kind=_kind(error["input"]), message=error["msg"].lower(), **limits).replace("'", '"')


def _unknown_key(error: ErrorDetails) -> str:
    *around, key = _where(error)
    if _SECRET_KEY.search(str(key)):
        return f"there is no such key here; {SECRETS_ELSEWHERE}"
    return f"there is no such key here{suggestion(str(key), sorted(_keys_at(tuple(around))))}"


def _missing(error: ErrorDetails) -> str:
    *around, key = _where(error)
    return f"this key is missing: add {key} = …" if around else f"this part is missing: add {_header(str(key))}"


def _not_a_list(error: ErrorDetails) -> str:
    *around, key = _where(error)
    if around:
        return f'write a list, such as ["…"], not {_kind(error["input"])}'
    return f"write {_header(str(key))} with double brackets, once for each entry"


def _not_a_table(error: ErrorDetails) -> str:
    *around, key = _where(error)
    if around:
        return f"write a table, not {_kind(error['input'])}"
    return f"write a table with the header [{key}], not {_kind(error['input'])}"


def _own_sentence(error: ErrorDetails) -> str:
    """What a check in `values` or `tables` raised."""
    return str(error["ctx"]["error"])


_SENTENCES: Mapping[str, Callable[[ErrorDetails], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "tuple_type": _not_a_list,
    "model_type": _not_a_table,
    "dict_type": _not_a_table,
    "value_error": _own_sentence,
}

_TEMPLATES: Mapping[str, str] = {
    "enum": "write one of: {expected}",
    "literal_error": "write one of: {expected}",
    "union_tag_invalid": "write kind as one of: {expected_tags}",
    "union_tag_not_found": "this key is missing: add kind = …",
    "string_type": "write text in quotes, not {kind}",
    "int_type": "write a whole number, not {kind}",
    "float_type": "write a number, not {kind}",
    "bool_type": "write true or false, without quotes, not {kind}",
    "date_type": "write a date without quotes and time, such as 2026-12-25, not {kind}",
    "finite_number": "write a finite number",
    "greater_than_equal": "write a number of at least {ge}",
    "less_than_equal": "write a number of at most {le}",
}


def _kind(value: object) -> str:
    return next((words for kind, words in _TOML_KINDS.items() if isinstance(value, kind)), "a date or time")


def _header(section: str) -> str:
    return f"[[{section}]]" if section in ("departments", "topics", "rules", "promises", "sources") else f"[{section}]"


def _keys_at(where: KeyPath) -> set[str]:
    """The keys that the table at `where` may have."""
    tables: list[type[BaseModel]] = [FileTable]
    is_entry = False
    for part in where:
        if is_entry:  # the index or the name of one entry in a list or dictionary of such tables
            is_entry = False
            continue
        annotations = [table.model_fields[str(part)].annotation for table in tables if part in table.model_fields]
        tables = [inner for annotation in annotations for inner in _tables_in(annotation)]
        is_entry = any(get_origin(annotation) in (tuple, dict) for annotation in annotations)
    return {key for table in tables for key in table.model_fields}


def _tables_in(annotation: Any) -> list[type[BaseModel]]:
    """The table classes inside `tuple[X, ...]`, `dict[str, X]`, `Annotated[X, …]` or a union of them."""
    if isinstance(annotation, type) and not get_origin(annotation):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [table for part in get_args(annotation) for table in _tables_in(part)]
