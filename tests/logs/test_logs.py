"""The log: one event a line, its fields, and a search of everything that it wrote for what must not be in it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.logs import JsonFormatter, RedactionFilter, Redactor, TextFormatter

ROOT = Path(__file__).parents[2]
# In two parts each, so that nobody's search for leaked tokens finds this file.
BOT_TOKEN = "xoxb" + "-1111111111-2222222222-AbCdEfGhIjKlMnOpQrStUvWx"
APP_TOKEN = "xapp" + "-1-A0000000000-3333333333-0123456789abcdef"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PASSWORD = 'p4ss/w"o rd%é'
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, PASSWORD)

PROGRAM = """
import logging, sys, threading, warnings
from bot.config import LogFormat, Logging, LogLevel
from bot.logs import set_up

bot, app, signing, password = sys.argv[2:6]
set_up(Logging(level=LogLevel.DEBUG, format=LogFormat(sys.argv[1])), secrets=[bot, app, signing, password])
log = logging.getLogger("bot.trial")
log.info("started with %s and %s", bot, {"app": app})
log.info("posted", extra={"mention": 12, "channel": "C0123456789", "why": f"token {app} was used", "bot_token": "q"})
log.debug("headers Authorization: Bearer abc.def.ghi-jkl", extra={"headers": {"Authorization": "Bearer abc.def.ghi-jkl"}})
log.warning("connecting to postgresql://earshot:hunter2@db.example/earshot and https://x.example/f?token=s3cr3tvalue&a=1")
log.error("bad arguments %d %s", bot)
log.error(f"signing secret {signing}, password {password!r}")
try:
    try:
        raise ValueError(f"refused {bot}")
    except ValueError as error:
        raise RuntimeError(f"with {signing} and {password}") from error
except RuntimeError:
    log.exception("failed", extra={"mention": 13})
log.info("two\\nlines\\r\\x1b[31m and \\u2028 more", stack_info=True)
logging.getLogger("other.library").info("a whole request with a customer's text")
logging.getLogger("other.library").warning("heard %s", app)
warnings.warn(f"deprecated {bot}")
thread = threading.Thread(target=lambda: 1 / 0 if bot else None, name=f"worker {app}")
thread.start()
thread.join()
raise SystemError(f"the end {bot} {signing}")
"""


@pytest.fixture(scope="module", params=["text", "json"])
def written(request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    """What a process that tries to leak in every way wrote to stderr."""
    arguments = [sys.executable, "-c", PROGRAM, request.param, *SECRETS]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    return request.param, ended.stderr.splitlines()


def test_no_secret_is_in_the_log(written: tuple[str, list[str]]) -> None:
    everything = "\n".join(written[1])
    leaks = (*SECRETS, "xoxb-", "xapp-", "abc.def.ghi", "hunter2", "s3cr3tvalue", "p4ss", "p4ss%2Fw")
    assert [leak for leak in leaks if leak in everything] == []
    assert "[redacted]" in everything


def test_every_event_is_one_line_and_none_is_missing(written: tuple[str, list[str]]) -> None:
    style, lines = written
    events = [json.loads(line)["event"] for line in lines] if style == "json" else lines
    expected = ["started", "posted", "headers", "connecting", "bad arguments", "signing secret", "failed", "two"]
    expected += ["heard", "deprecated", "thread_died", "crashed"]
    assert len(events) == len(expected)
    for event, part in zip(events, expected, strict=True):
        assert part in event


def test_other_libraries_are_heard_from_warning_on(written: tuple[str, list[str]]) -> None:
    assert not any("a customer's text" in line for line in written[1])


def test_tracebacks_keep_what_is_no_secret(written: tuple[str, list[str]]) -> None:
    failed = next(line for line in written[1] if "failed" in line)
    assert "ValueError: refused [redacted]" in failed
    assert "RuntimeError: with" in failed
    assert "mention" in failed


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Iterator[logging.Logger]:
    yield from trial_logger(stream, JsonFormatter())


def trial_logger(stream: io.StringIO, formatter: logging.Formatter) -> Iterator[logging.Logger]:
    logger = logging.Logger("bot.trial", logging.DEBUG)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(RedactionFilter(Redactor(SECRETS)))
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_json_has_the_fields_beside_the_event(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("posted", extra={"mention": 12, "score": 0.5, "odd": float("nan"), "who": None, "level": "urgent"})
    event = json.loads(stream.getvalue())
    assert event.pop("at").endswith("Z")
    assert event == {
        "level": "info",
        "logger": "bot.trial",
        "event": "posted",
        "mention": 12,
        "score": 0.5,
        "odd": "nan",
        "who": None,
        "level_": "urgent",
    }


def test_text_quotes_what_would_blur(stream: io.StringIO) -> None:
    logger = next(trial_logger(stream, TextFormatter()))
    logger.info("posted", extra={"mention": 12, "channel": "#care", "why": 'rule "a b"', "path": "a\\b", "nothing": ""})
    assert stream.getvalue().split(" ", 1)[1] == (
        'INFO bot.trial posted mention=12 channel=#care why="rule \\"a b\\"" path="a\\\\b" nothing=""\n'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("posted to C0123456789", "posted to C0123456789"),
        ("a bearer of news", "a bearer of news"),
        ("bearer: Bearer abcdefgh", "bearer: Bearer [redacted]"),
        ("https://user:p@ss@host.example/x", "https://[redacted]@host.example/x"),
        ("sqlite:///var/earshot.db", "sqlite:///var/earshot.db"),
        ("https://social.example/@ana/1", "https://social.example/@ana/1"),
        ("https://hooks.slack.com/actions/T0/1/abc was used", "https://hooks.slack.com/[redacted] was used"),
        ("wss://s.example/link/?ticket=abc&app_id=1", "wss://s.example/link/?ticket=[redacted]&app_id=1"),
        ("{'client_secret': 'abcdef', 'ok': True}", "{'client_secret': '[redacted]', 'ok': True}"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted]"),
        ("xoxe." + "xoxp-1-Mi0yLTEyMzQ", "[redacted]"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, expected: str) -> None:
    assert Redactor()(text) == expected


def test_a_short_secret_is_not_looked_for() -> None:
    assert Redactor(["", "of"])("one of two") == "one of two"


@settings(deadline=None)  # the machine may be busy
@given(
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    secret=st.sampled_from(SECRETS),
    formatter=st.sampled_from([TextFormatter(), JsonFormatter()]),
)
def test_a_known_secret_never_passes(before: str, after: str, secret: str, formatter: logging.Formatter) -> None:
    stream = io.StringIO()
    logger = next(trial_logger(stream, formatter))
    try:
        raise ValueError(before + secret + after)
    except ValueError:
        logger.exception(
            before + secret + "%s", after, extra={"field": secret + after, "nested": [before, {secret: 1}]}
        )
    line = stream.getvalue()
    assert len(line.splitlines()) == 1
    assert secret not in line
    assert json.dumps(secret)[1:-1] not in line
