"""From the TOML file and the environment to a `Config`, or to the list of everything that is wrong."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config import checks
from bot.config.faults import Fault, dotted, from_validation, one_line
from bot.config.listening_checks import faults_in_listening
from bot.config.positions import KeyPath, line_numbers, nearest_line
from bot.config.secrets import looks_secret, read_secret, without_tokens
from bot.config.tables import FileTable
from bot.config.translation import endless_promises, to_config
from bot.config.tree import Config
from bot.errors import ConfigError
from bot.sources.kinds import kinds
from bot.values import check_api_url, check_database_url

LARGEST_FILE = 1024 * 1024
"""Bytes; a configuration has a few dozen kilobytes."""

DEEPEST = 20
"""Levels of lists and tables; a configuration has six. More would only be a way to make the checks slow."""

_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def config_path(env: Mapping[str, str]) -> Path:
    """The file that EARSHOT_CONFIG names, else `config.toml` in the working directory."""
    return Path(env.get("EARSHOT_CONFIG") or "config.toml")


def load_config(path: Path, env: Mapping[str, str]) -> Config:
    """Reads and checks everything. Raises ConfigError with all faults, each `FILE:LINE: key: what to do`.

    EARSHOT_DATABASE_URL (or …_FILE) and EARSHOT_SLACK_API_URL win over the file; `${NAME}` in a source's texts and
    the secrets that its keys name are taken from `env`.
    """
    document = _read(path)
    raw = _parse(path, document)
    overrides, complaints = _overrides(env)
    first = [*checks.misplaced_secrets(raw), *_expand_texts(raw, env), *_fetch_secrets(raw, env)]
    table, others = _validate(raw)
    others += [*checks.repeated_names(raw), *checks.reserved_names(raw), *checks.broken_references(raw)]
    others += [*checks.hidden_names(raw), *checks.languages_of_two_models(raw), *checks.approvals_by_nobody(raw)]
    others += [*checks.unknown_rotas(raw), *faults_in_listening(raw)]
    if table is not None:
        others += endless_promises(table)
    hidden = {fault.where for fault in first}  # a value that must not be here needs no second opinion on its form
    faults = first + [fault for fault in others if fault.where not in hidden]
    if table is None or faults or complaints:
        raise ConfigError(_report(path, document, faults) + complaints)
    return _overridden(to_config(table), overrides)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        advice = "there is no such file: copy config.example.toml, or name another in EARSHOT_CONFIG"
        raise ConfigError([one_line(f"{path}: {advice}")]) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError([one_line(f"{path}: the file cannot be read: {reason}")]) from error
    if len(content) > LARGEST_FILE:
        raise ConfigError([one_line(f"{path}: the file is larger than {LARGEST_FILE} bytes: is it the right one?")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError([one_line(f"{path}:{line}: save the file as UTF-8: this line is not")]) from error


def _parse(path: Path, document: str) -> dict[str, Any]:
    try:
        raw = tomllib.loads(document)
    except RecursionError as error:
        raise ConfigError([one_line(f"{path}:1:1: lists or tables are nested too deep to be read")]) from error
    except ValueError as error:  # TOMLDecodeError, and int() on more digits than Python converts
        place = _TOML_PLACE.search(str(error))
        line, column = place.groups() if place else (str(document.count("\n") + 1), "1")
        reason = _TOML_PLACE.sub("", str(error)).replace("Cannot overwrite a value", "this key is given twice")
        raise ConfigError([one_line(f"{path}:{line}:{column}: not TOML: {reason}")]) from error
    if _depth(raw) > DEEPEST:
        raise ConfigError([one_line(f"{path}: lists or tables are nested more than {DEEPEST} deep")])
    return raw


def _depth(value: object) -> int:
    """Levels of lists and tables. Level by level: dotted keys can nest deeper than Python can call."""
    levels, level = 0, [value]
    while level:
        levels += 1
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [value for values in inner for value in values]
    return levels - 1


def _overrides(env: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What the environment sets, checked, by the name of the variable; and what is wrong with it."""
    found: dict[str, str] = {}
    complaints: list[str] = []
    for variable, check in (("EARSHOT_DATABASE_URL", check_database_url), ("EARSHOT_SLACK_API_URL", check_api_url)):
        try:
            value = read_secret(env, variable)
            found |= {variable: check(value)} if value else {}
        except ConfigError as error:
            complaints += error.faults
        except ValueError as error:
            complaints.append(f"environment: {variable}: {error}")
    return found, complaints


def _overridden(config: Config, overrides: Mapping[str, str]) -> Config:
    database_url = overrides.get("EARSHOT_DATABASE_URL", config.database.url)
    api_url = overrides.get("EARSHOT_SLACK_API_URL", config.slack.api_url)
    return replace(
        config, database=replace(config.database, url=database_url), slack=replace(config.slack, api_url=api_url)
    )


def _expand_texts(raw: dict[str, Any], env: Mapping[str, str]) -> Iterator[Fault]:
    """Puts the environment's values into `${NAME}` in the sources' texts, in place; one that is not set is a fault."""
    for where, source, text in _texts(raw):
        for name in dict.fromkeys(checks.PLACEHOLDER.findall(text)):
            if not env.get(name):
                yield Fault(
                    where=where,
                    advice=f"the environment variable {name or '${}'} is not set: set it, or write the value",
                )
        filled = checks.PLACEHOLDER.sub(lambda match: env.get(match[1], ""), text)
        source[where[-1]] = int(filled) if filled != text and _wants_number(source, where[-1], filled) else filled


def _wants_number(source: Mapping[str, Any], key: object, filled: str) -> bool:
    """The environment holds texts only, also of a port."""
    table = kinds().get(str(source.get("kind")))
    field = table.model_fields.get(str(key)) if table else None
    return field is not None and field.annotation is int and re.fullmatch(r"[0-9]{1,9}", filled) is not None


def _fetch_secrets(raw: dict[str, Any], env: Mapping[str, str]) -> Iterator[Fault]:
    """Puts what a variable (or …_FILE) holds in the place of its name, in place; the file itself holds no secret."""
    for where, source, name in _texts(raw):
        table = kinds().get(str(source.get("kind")))
        if table is None or where[-1] not in table.secret_keys() or not name or looks_secret(name):
            continue
        try:
            source[where[-1]] = _secret(name, env)
        except ConfigError as error:
            yield from (Fault(where=where, advice=fault.removeprefix("environment: ")) for fault in error.faults)
        except ValueError as error:
            yield Fault(where=where, advice=str(error))


def _secret(name: str, env: Mapping[str, str]) -> str:
    """Raises ConfigError and ValueError, each with what to do."""
    if checks.VARIABLE.fullmatch(name) is None:
        raise ValueError('write the name of an environment variable, such as "FORUM_SECRET"')
    secret = read_secret(env, name)
    if not secret:
        raise ValueError(f"the environment variable {name} is not set: set it, or {name}_FILE, to the secret")
    return secret


def _texts(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[Any, Any], str]]:
    """Every text that is a key's value in the sources, where it stands, and the source to change it in."""
    sources = raw.get("sources")
    for index, source in enumerate(sources if isinstance(sources, list) else []):
        for key, value in list(source.items()) if isinstance(source, dict) else []:
            if isinstance(value, str):
                yield ("sources", index, key), source, value


def _validate(raw: Mapping[str, Any]) -> tuple[FileTable | None, list[Fault]]:
    try:
        return FileTable.model_validate(raw), []
    except ValidationError as error:
        return None, [from_validation(details) for details in error.errors(include_url=False)]


def _report(path: Path, document: str, faults: list[Fault]) -> list[str]:
    """One line a fault, in the order of the file."""
    if not faults:
        return []
    lines = line_numbers(document)
    placed = sorted((nearest_line(lines, fault.where), dotted(fault.where), fault.advice) for fault in faults)
    return [without_tokens(one_line(f"{path}:{line}: {key}: {advice}")) for line, key, advice in dict.fromkeys(placed)]
