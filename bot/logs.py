"""The log: one event a line, as text or JSON, with ids as fields; no token and no password gets into it.

An event is a short name, and what belongs to it stands beside it: `log.info("posted", extra={"mention": 12})`.
"""

import json
import logging
import math
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

from bot.config.secrets import TOKEN
from bot.config.tree import LogFormat, Logging

REDACTED = "[redacted]"
OUR_LOGGERS = ("bot", "classifiers")
SHORTEST_SECRET = 6
"""Known secrets with fewer characters are not looked for: they would be found inside ordinary words."""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (TOKEN, REDACTED),
    (re.compile(r"(?<=://)[^\s/]+@"), f"{REDACTED}@"),
    (re.compile(r"(https://hooks\.slack\.com/)[^\s'\"<>]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?(?:basic\s+)?)(?!bearer)[^\s'\",]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)([?&](?:key|sig|signature|ticket|code)=)[^&\s'\"<>]+"), rf"\1{REDACTED}"),
    (
        re.compile(
            r"(?i)((?:token|secret|password|passwd|api_?key)['\"]?\s*[=:]\s*b?['\"]?)(?!\[redacted)[^\s'\",;&<>)}]+"
        ),
        rf"\1{REDACTED}",
    ),
)
_SECRET_FIELD = re.compile(r"(?i)token|secret|password|api_?key|authorization")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

log = logging.getLogger(__name__)


def set_up(settings: Logging, *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Sends everything that is logged, warned or raised without being caught to `stream` (stderr), redacted.

    `secrets` are this process's own. Other libraries are heard from WARNING on: below that they log whole requests,
    with customers' texts in them. Calling it again replaces what was set up before.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.format is LogFormat.JSON else TextFormatter())
    handler.addFilter(RedactionFilter(Redactor(secrets)))
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name in OUR_LOGGERS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_death


class Redactor:
    """Text without secrets: the given ones in the forms they are written in, and all that look like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        forms = {
            form for secret in known for form in (secret, quote(secret, safe=""), _escaped(secret), repr(secret)[1:-1])
        }
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


class RedactionFilter(logging.Filter):
    """Rewrites a record before it is formatted: message and arguments, traceback, stack and fields."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact
        self._tracebacks = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._redact(_message(record).rstrip()), ()
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            record.exc_text = self._tracebacks.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        for key, value in _fields(record).items():
            setattr(record, key, REDACTED if _SECRET_FIELD.search(key) else self._plain(value))
        return True

    def _plain(self, value: object) -> object:
        """A value that JSON can hold; numbers stay numbers."""
        if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        return self._redact(str(value))


class TextFormatter(logging.Formatter):
    """`2026-11-21T23:00:00.123Z INFO bot.flow.deliver posted mention=12 channel=C0123456789`."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record)} {record.levelname} {record.name} {_escaped(record.getMessage())}"
        return " ".join([head, *(f"{key}={_word(value)}" for key, value in _told(record).items())])


class JsonFormatter(logging.Formatter):
    """The same as one JSON object: at, level, logger, event, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for key, value in _told(record).items():
            event[f"{key}_" if key in event else key] = value
        return json.dumps(event)


def _message(record: logging.LogRecord) -> str:
    """The message with its arguments; where they do not fit each other, both, because a lost line helps nobody."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args!r}"


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """What `extra` added."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


def _told(record: logging.LogRecord) -> dict[str, object]:
    """The fields, and traceback and stack where there are."""
    told = _fields(record)
    if record.exc_text:
        told["traceback"] = record.exc_text
    if record.stack_info:
        told["stack"] = record.stack_info
    return told


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _word(value: object) -> str:
    """A value as one word; in quotes where it would not be seen where it ends."""
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=\\]+", text) and text.isprintable() else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + _escaped(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escaped(text: str) -> str:
    """No line break, control sign or lone surrogate: an event stays on its line, and a terminal stays as it is."""
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.critical("crashed", exc_info=(kind, error, trace))


def _log_thread_death(died: threading.ExceptHookArgs) -> None:
    if died.exc_value is None or issubclass(died.exc_type, SystemExit):
        return
    thread = died.thread.name if died.thread else "unknown"
    log.critical(
        "thread_died", extra={"thread_name": thread}, exc_info=(died.exc_type, died.exc_value, died.exc_traceback)
    )
