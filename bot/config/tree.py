"""The configuration as the rest of the bot sees it: frozen values, all checked, every reference resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from bot.domain.approval import ApprovalRule
from bot.domain.kudos import Staff
from bot.domain.listening import Ears
from bot.domain.preflight.voice import Voice
from bot.domain.repeat import RepeatTerms
from bot.domain.roles import Roles
from bot.domain.rota import Rota
from bot.domain.routing import Department, RoutingTable, Rule, Topic
from bot.domain.signal import SignalTerms
from bot.domain.terms import PromiseRule
from bot.sources.base import Listening
from bot.sources.table import SourceTable


class SlackMode(StrEnum):
    """How Slack reaches the bot: over a socket that the bot opens, or by signed HTTP requests."""

    SOCKET = "socket"
    HTTP = "http"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, kw_only=True)
class Company:
    """Who we are. `names` are all words that mean us, the name itself first; `zone` is an IANA name.

    `not_words` are phrases with such a word in them that mean somebody else.
    """

    name: str
    names: tuple[str, ...]
    not_words: tuple[str, ...]
    zone: str
    hashtags: tuple[str, ...]
    signatures: tuple[str, ...]
    wide_reach: int

    @property
    def voice(self) -> Voice:
        return Voice(names=self.names, signatures=self.signatures, hashtags=self.hashtags, wide_reach=self.wide_reach)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What is listened for. `names` are all that mean us: names, products, handles, hashtags."""

    names: tuple[str, ...]
    ears: Ears

    def at(self, source: str) -> Listening:
        """What one source asks its place for. Themes are searched for where they are listened to."""
        themes = [theme for theme in self.ears.themes if not theme.sources or source in theme.sources]
        ours = (*self.ears.own_accounts, *self.ears.employees)
        return Listening(
            names=tuple(dict.fromkeys((*self.names, *self.ears.misspellings))),
            themes=tuple(dict.fromkeys(words for theme in themes for words in theme.searches())),
            own=frozenset(account.handle for account in ours if account.source in ("", source)),
        )


@dataclass(frozen=True, kw_only=True)
class Slack:
    """`api_url` ends in a slash. `http_host` and `http_port` matter in mode HTTP only; port 0 takes a free one."""

    mode: SlackMode
    api_url: str
    http_host: str
    http_port: int
    ops_channel: str
    headquarters_channel: str
    success_channel: str
    managers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Database:
    """`url` may hold a password, so it stays out of every repr. A relative path is relative to the working directory."""

    url: str = field(repr=False)
    backup_dir: str

    @property
    def password(self) -> str:
        """The password in the address, for the log to leave out; empty where there is none."""
        return unquote(urlsplit(self.url).password or "")


class Reads(StrEnum):
    """What the labels of a company's own classification model say."""

    TOPIC = "topic"
    POLARITY = "polarity"


class Engine(StrEnum):
    """What runs the shipped encoder."""

    TORCH = "torch"
    ONNX = "onnx"


class Precision(StrEnum):
    """The numbers that torch calculates with."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


class Isolation(StrEnum):
    """Where the model judges; `auto` is a process of its own for a model that is not the shipped one."""

    AUTO = "auto"
    PROCESS = "process"
    THREAD = "thread"


@dataclass(frozen=True, kw_only=True)
class Also:
    """A second model of the company's own, which judges what is written in `languages`."""

    languages: tuple[str, ...]
    encoder: str
    heads: str
    classifier: str
    reads: Reads
    labels: Mapping[str, str]

    def gives(self, read: Reads) -> bool:
        """Whether it, and not the shipped model beside it, says this much of a mention."""
        return bool(self.encoder) or self.reads is read


@dataclass(frozen=True, kw_only=True)
class Model:
    """`encoder`, `heads` and `classifier` are empty for the shipped ones, else folders or hub names (heads: a folder).

    `labels` says what each label of `classifier` stands for. `languages` are those the model is trusted in.
    """

    encoder: str
    heads: str
    classifier: str
    reads: Reads
    labels: Mapping[str, str]
    isolation: Isolation
    memory_mb: int
    engine: Engine
    exported: str
    precision: Precision
    threads: int
    min_confidence: float | None
    languages: tuple[str, ...]
    also: tuple[Also, ...]


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What is made of corrections. `at` is a time of day in the company's zone; people are Slack ids.

    `window` is how many verdicts are compared with those before them to see whether the model is right less often.
    """

    nightly: bool
    at: str
    min_new: int
    half_life: timedelta
    leave_out: tuple[str, ...]
    vouched: tuple[str, ...]
    versions_dir: str
    window: int


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How long we remember: `mentions_days` 0 means for ever; `inbound_hours` is for the keys of Slack's deliveries."""

    mentions_days: int
    inbound_hours: int


@dataclass(frozen=True, kw_only=True)
class Claims:
    """How long a claim holds, an offer to a colleague stands, and the last step can be taken back; 0 for never."""

    lease: timedelta
    offer: timedelta
    undo: timedelta
    customer_wait: timedelta


@dataclass(frozen=True, kw_only=True)
class Health:
    """Where /healthz and /readyz are served in mode SOCKET; port 0 takes a free one."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Logging:
    level: LogLevel
    format: LogFormat


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that a person decides about an installation. Made by `load_config` only; Slack's secrets are not in it."""

    company: Company
    heard: Heard
    slack: Slack
    roles: Roles
    database: Database
    model: Model
    learning: Learning
    departments: tuple[Department, ...]
    rotas: tuple[Rota, ...]
    triage: str
    topics: tuple[Topic, ...]
    rules: tuple[Rule, ...]
    staff: tuple[Staff, ...]
    staff_report: bool
    promises: tuple[PromiseRule, ...]
    sources: tuple[SourceTable, ...]
    approvals: tuple[ApprovalRule, ...]
    retention: Retention
    claims: Claims
    signals: SignalTerms
    repeats: RepeatTerms
    health: Health
    logging: Logging

    def hidden(self) -> tuple[str, ...]:
        """What of it must never appear in a log."""
        theirs = (secret for source in self.sources for secret in source.secrets())
        return tuple(secret for secret in (self.database.password, *theirs) if secret)

    def listening(self, source: str) -> Listening:
        """What a source that searches asks its place for."""
        return self.heard.at(source)

    def routing(self) -> RoutingTable:
        return RoutingTable(
            rules=self.rules,
            topics={topic.name: topic for topic in self.topics},
            departments={department.name: department for department in self.departments},
            triage=self.triage,
            min_confidence=self.model.min_confidence,
            topic_languages=self._languages(Reads.TOPIC),
            score_languages=self._languages(Reads.POLARITY),
            names=self.heard.names,
            ears=self.heard.ears,
            not_words=self.company.not_words,
            searches={source.name: source.about for source in self.sources if source.search},
        )

    def _languages(self, read: Reads) -> frozenset[str]:
        """Those in which some model is trusted with this much of a mention."""
        others = (language for also in self.model.also if also.gives(read) for language in also.languages)
        return frozenset((*self.model.languages, *others))
