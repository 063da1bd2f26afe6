"""The kinds of value that a configuration holds, each with a check whose message says what to write."""

import base64
import binascii
import re
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.domain.escalation import Quiet, parse_quiet
from bot.domain.promise import Opening, load_zone, parse_opening
from bot.domain.roles import EVERYONE
from bot.domain.rota import NOBODY, PREFIX

T = TypeVar("T", bound=Hashable)


class Table(BaseModel):
    """No conversions (`"5"` is no number), no unknown keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


LONGEST = timedelta(days=366)
SIGNING_PREFIX = "whsec_"
SHORTEST_SIGNING_SECRET = 24
"""Bytes, as the Standard Webhooks specification demands: 24 to 64."""

_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?", re.ASCII)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_CHANNEL = re.compile(r"#[^\s#@A-Z,.:;]{1,80}|[CG][A-Z0-9]{5,}")
_PERSON = re.compile(r"@[^\s#@,:;]{1,80}|[UW][A-Z0-9]{5,}")
_GROUP = re.compile(r"@[^\s#@,:;]{1,80}|S[A-Z0-9]{5,}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_USER_ID = re.compile(r"[UW][A-Z0-9]{5,}")
_HASHTAG = re.compile(r"#\w{1,100}")
_NOT_IN_HOST = frozenset("${}<>\"'\\^`|")
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgresql+psycopg://")


def parse_duration(text: str) -> timedelta:
    """`"90s"`, `"15m"`, `"24h"`, `"2d"` or parts together, `"1h30m"`. Raises ValueError with what to write instead."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError('write a duration such as "90s", "15m", "24h", "2d" or "1h30m"')
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > LONGEST:
        raise ValueError(f"write a duration of at most {LONGEST.days} days")
    return duration


def check_http_url(text: str) -> str:
    """The URL as it is, or ValueError where it is not an absolute http or https address without a password."""
    if len(text.split()) != 1 or not text.isprintable():
        raise ValueError("write one address without spaces, such as https://example.com/feed.xml")
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address that starts with https:// or http://")
    if _NOT_IN_HOST & set(parts.netloc):
        raise ValueError(
            "write a plain host name; ${NAME} stands for an environment variable in a source's addresses only"
        )
    if parts.fragment:
        raise ValueError("leave out what follows the # in the address: it is never sent")
    return text


def check_site_url(text: str) -> str:
    """As `check_http_url`, for an address that stands in the links to its posts."""
    if "@" in _split(text).netloc:
        raise ValueError("leave the login out of this address: it would stand in every link to a post")
    return check_http_url(text)


def check_api_url(text: str) -> str:
    """As `check_http_url`, and with the slash at the end that method names are put behind."""
    url = check_http_url(text)
    if urlsplit(url).query:
        raise ValueError("write the address of the Web API without anything after a ?")
    return url if url.endswith("/") else f"{url}/"


def check_database_url(text: str) -> str:
    """A file for SQLite or a named PostgreSQL database; ValueError says which forms there are."""
    if not text.isprintable():
        raise ValueError("write the address in one line")
    if text.startswith(_SQLITE):
        return _check_sqlite(text)
    if not text.startswith(_POSTGRES):
        raise ValueError("write sqlite:///FILE or postgresql://HOST/DATABASE")
    if not _split(text).path.strip("/"):
        raise ValueError("name the database at the end: postgresql://HOST/DATABASE")
    return text


def has_password(url: str) -> bool:
    """Whether a password stands in the address itself. Text that is no address has none."""
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return False


def _check_sqlite(text: str) -> str:
    file = text.removeprefix(_SQLITE)
    if not file or file.startswith((":", "?", "file:")):
        raise ValueError("name a file, such as sqlite:///var/earshot.db: a database in memory forgets at every start")
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # read for its check: urlsplit itself accepts a port of letters
    except ValueError as error:
        raise ValueError("write a whole address; host or port of this one cannot be read") from error
    return parts


def _duration(written: object) -> timedelta:
    if isinstance(written, timedelta):
        return written
    if not isinstance(written, str):
        raise ValueError('write a duration in quotes, such as "15m"')
    return parse_duration(written)


def _positive(duration: timedelta) -> timedelta:
    if not duration:
        raise ValueError("write a duration longer than nothing")
    return duration


def _opening(written: object) -> Opening:
    if isinstance(written, Opening):
        return written
    if not isinstance(written, str):
        raise ValueError('write an interval in quotes, such as "09:00-12:30"')
    return parse_opening(written)


def _quiet(written: object) -> Quiet:
    if isinstance(written, Quiet):
        return written
    if not isinstance(written, str):
        raise ValueError('write a stretch of quiet in quotes, such as "22:00-07:00"')
    return parse_quiet(written)


def _whole_days(span: timedelta) -> timedelta:
    if not span or span % timedelta(days=1):
        raise ValueError('write whole days, such as "7d" or "1d"')
    return span


def _zone(name: str) -> str:
    load_zone(name)
    return name


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("write something: it must not be empty")
    return text


def _label(text: str) -> str:
    if text != text.strip() or not 0 < len(text) <= 80 or not text.isprintable():
        raise ValueError("write a name of 1 to 80 characters in one line, without spaces around it")
    return text


def _once_each(entries: tuple[T, ...]) -> tuple[T, ...]:
    seen: set[T] = set()
    for entry in entries:
        if entry in seen:
            raise ValueError(f"“{entry}” is listed twice: take one of them out")
        seen.add(entry)
    return entries


def _some(entries: tuple[T, ...]) -> tuple[T, ...]:
    if not entries:
        raise ValueError("it is empty: add at least one")
    return entries


def _everyone(written: object) -> object:
    return (EVERYONE,) if written == EVERYONE else written


def _one_answer(holders: tuple[str, ...]) -> tuple[str, ...]:
    if EVERYONE in holders and len(holders) > 1:
        raise ValueError('write "everyone" alone: it leaves nobody to be named')
    return holders


def _signing_secret(text: str) -> str:
    """The secret of the Standard Webhooks as it is; ValueError says what is wrong with it, without a sign of it."""
    if not text:
        return text
    try:
        key = base64.b64decode(text.removeprefix(SIGNING_PREFIX), validate=True)
    except (binascii.Error, ValueError):  # ValueError: a letter beyond ASCII
        key = b""
    if not text.startswith(SIGNING_PREFIX) or len(key) < SHORTEST_SIGNING_SECRET:
        raise ValueError(
            f"it must hold {SIGNING_PREFIX} and at least {SHORTEST_SIGNING_SECRET} random bytes in base64, "
            f"as `printf {SIGNING_PREFIX}; openssl rand -base64 32` prints them"
        )
    return text


def _form(pattern: re.Pattern[str], advice: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise ValueError(advice)
        return text

    return check


def _or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: check(text) if text else text


_channel = _form(_CHANNEL, 'write a channel as "#care" (lower case) or by its id, C0123456789')
_person = _form(_PERSON, 'write a person as "@ana" or by their id, U0123456789')
_group = _form(_GROUP, 'write a user group as "@care-team" or by its id, S0123456789')
_member = _form(
    re.compile(f"{_PERSON.pattern}|{_GROUP.pattern}"),
    'write "@ana" for a person, "@care-team" for a user group, or an id',
)
_holder = _form(
    re.compile(f"{EVERYONE}|{_PERSON.pattern}|{_GROUP.pattern}"),
    'write "everyone", or "@ana" for a person, "@care-team" for a user group, or an id',
)
_anybody = _form(
    re.compile(f"{_PERSON.pattern}|{_GROUP.pattern}|{_CHANNEL.pattern}|{PREFIX}{_NAME.pattern}"),
    'write "@ana" for a person, "@care-team" for a user group, "#leads" for a channel, "oncall:care" for whoever a rota '
    "says, or an id",
)
_turn = _form(
    re.compile(f"{_PERSON.pattern}|{NOBODY}"),
    'write "@ana" or an id, U0123456789, for a person, or "nobody" for a turn that nobody has',
)

Several = Annotated[tuple[T, ...], Field(strict=False), AfterValidator(_once_each)]
Filled = AfterValidator(_some)
"""Not `min_length`: pydantic counts the valid entries only, so one bad entry would look like none at all."""

Duration = Annotated[timedelta, BeforeValidator(_duration)]
Span = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_positive)]
Interval = Annotated[Opening, BeforeValidator(_opening)]
Stretch = Annotated[Quiet, BeforeValidator(_quiet)]
WholeDays = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_whole_days)]
Zone = Annotated[str, AfterValidator(_zone)]
ZoneOrEmpty = Annotated[str, AfterValidator(_or_empty(_zone))]
Name = Annotated[str, AfterValidator(_form(_NAME, "write a name of lower-case letters, digits, - and _, at most 40"))]
Label = Annotated[str, AfterValidator(_label)]
Said = Annotated[str, AfterValidator(_said)]
Language = Annotated[str, AfterValidator(_form(_LANGUAGE, 'write a language code such as "en"'))]
Channel = Annotated[str, AfterValidator(_channel)]
ChannelOrEmpty = Annotated[str, AfterValidator(_or_empty(_channel))]
Person = Annotated[str, AfterValidator(_person)]
GroupOrEmpty = Annotated[str, AfterValidator(_or_empty(_group))]
Member = Annotated[str, AfterValidator(_member)]
Holders = Annotated[
    Several[Annotated[str, AfterValidator(_holder)]], BeforeValidator(_everyone), AfterValidator(_one_answer)
]
Turns = Annotated[tuple[Annotated[str, AfterValidator(_turn)], ...], Field(strict=False)]
UserId = Annotated[
    str, AfterValidator(_form(_USER_ID, "write a person's id, U0123456789: a label keeps that, not the name"))
]
HashtagText = Annotated[str, AfterValidator(_form(_HASHTAG, 'write a hashtag with its sign, such as "#quietpip"'))]
TimeOfDay = Annotated[str, AfterValidator(_form(_TIME, 'write a time of day, such as "03:30"'))]
Anybody = Annotated[str, AfterValidator(_anybody)]
HttpUrl = Annotated[str, AfterValidator(check_http_url)]
HttpUrlOrEmpty = Annotated[str, AfterValidator(_or_empty(check_http_url))]
SiteUrl = Annotated[str, AfterValidator(check_site_url)]
ApiUrl = Annotated[str, AfterValidator(check_api_url)]
DatabaseUrl = Annotated[str, AfterValidator(check_database_url)]
SigningSecret = AfterValidator(_signing_secret)
Port = Annotated[int, Field(ge=0, le=65535)]
Probability = Annotated[float, Field(ge=0, le=1)]
