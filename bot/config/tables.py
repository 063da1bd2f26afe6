"""The tables of the TOML file: which keys there are, of what kind, with what default. All defaults live here."""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self, Union

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from bot.config.listening_tables import KudosTable, ListeningTable, StaffTable, ThemeTable
from bot.config.model_tables import LearningTable, ModelTable
from bot.config.tree import LogFormat, LogLevel, SlackMode
from bot.domain.assignment import Assign
from bot.domain.escalation import MOST_REPEATS, has_loud_time
from bot.domain.preflight.finding import Mode
from bot.domain.preflight.voice import WIDE_REACH
from bot.domain.promise import Opening
from bot.domain.roles import EVERYONE
from bot.domain.routing import Outcome
from bot.sources.kinds import kinds
from bot.sources.table import SourceTable
from bot.values import (
    Anybody,
    ApiUrl,
    Channel,
    ChannelOrEmpty,
    DatabaseUrl,
    Duration,
    Filled,
    GroupOrEmpty,
    HashtagText,
    Holders,
    Interval,
    Label,
    Language,
    Member,
    Name,
    Person,
    Port,
    Probability,
    Said,
    Several,
    Span,
    Stretch,
    Table,
    TimeOfDay,
    Turns,
    WholeDays,
    Zone,
    ZoneOrEmpty,
)

ALWAYS = "always"
"""The office hours that need no table."""


class CompanyTable(Table):
    name: Label
    names: Several[Label] = ()
    not_words: Several[Said] = ()
    hashtags: Several[HashtagText] = ()
    signatures: Several[Said] = ()
    wide_reach: Annotated[int, Field(ge=1)] = WIDE_REACH
    zone: Zone = "UTC"


class SlackTable(Table):
    mode: Annotated[SlackMode, Field(strict=False)] = SlackMode.SOCKET
    api_url: ApiUrl = "https://slack.com/api/"
    http_host: Said = "127.0.0.1"
    http_port: Port = 3000
    ops_channel: ChannelOrEmpty = ""
    headquarters_channel: ChannelOrEmpty = ""
    success_channel: ChannelOrEmpty = ""
    managers: Several[Member] = ()


class RolesTable(Table):
    """One key a permission; where one is None, `slack.managers` hold it."""

    claim: Holders = (EVERYONE,)
    answer: Holders = (EVERYONE,)
    escalate: Holders = (EVERYONE,)
    approve: Holders | None = None
    report: Holders | None = None
    erase: Holders | None = None
    settings: Holders | None = None


class DatabaseTable(Table):
    url: DatabaseUrl = "sqlite:///var/earshot.db"
    backup_dir: Said = "var/backups"


_MIDNIGHT = time(0)
"""As the end of an opening it is the end of the day."""


def _in_order(openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
    ordered = tuple(sorted(openings, key=lambda opening: opening.opens))
    for earlier, later in pairwise(ordered):
        if earlier.closes == _MIDNIGHT or later.opens < earlier.closes:
            raise ValueError(f"two intervals overlap around {later.opens:%H:%M}: join or part them")
    return ordered


Day = Annotated[Several[Interval], AfterValidator(_in_order)]


class HoursTable(Table):
    """An empty zone is the company's; a day without intervals is closed."""

    zone: ZoneOrEmpty = ""
    mon: Day = ()
    tue: Day = ()
    wed: Day = ()
    thu: Day = ()
    fri: Day = ()
    sat: Day = ()
    sun: Day = ()
    holidays: Several[date] = ()

    @property
    def week(self) -> tuple[tuple[Opening, ...], ...]:
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)

    @model_validator(mode="after")
    def _opens_some_day(self) -> Self:
        if not any(self.week):
            raise ValueError(
                'give at least one day an interval, such as mon = ["09:00-17:30"]: nothing is ever due else'
            )
        return self


class LevelTable(Table):
    notify: Annotated[Several[Anybody], Filled]
    within: Span = timedelta(hours=1)


def _written_as(office_hours: object) -> str:
    return "<table>" if isinstance(office_hours, dict | HoursTable) else "<name>"


class DepartmentTable(Table):
    name: Name
    title: str = ""
    channel: Channel
    preflight: Annotated[Mode, Field(strict=False)] = Mode.ADVISE
    promises: bool = True
    people: Several[Person] = ()
    user_group: GroupOrEmpty = ""
    decide_within: Span = timedelta(hours=4)
    answer_within: Span = timedelta(hours=24)
    warn_before: Duration = timedelta(minutes=30)
    # The tags stand in angle brackets so that they can be told from keys when a fault is located.
    office_hours: Annotated[
        Annotated[str, Tag("<name>")] | Annotated[HoursTable, Tag("<table>")], Discriminator(_written_as)
    ] = ALWAYS
    escalation: Annotated[tuple[LevelTable, ...], Field(strict=False)] = ()
    escalation_repeats: Annotated[int, Field(ge=0, le=MOST_REPEATS)] = 1
    quiet_hours: Several[Stretch] = ()
    lease: Span | None = None
    assign: Annotated[Assign, Field(strict=False)] = Assign.NOBODY

    @model_validator(mode="after")
    def _warns_in_time(self) -> Self:
        if self.warn_before >= max(self.decide_within, self.answer_within):
            raise ValueError("make warn_before shorter than answer_within: no warning could ever come before the time")
        return self

    @model_validator(mode="after")
    def _is_loud_some_time(self) -> Self:
        if not has_loud_time(self.quiet_hours):
            raise ValueError("shorten quiet_hours: they fill the whole day, so nobody would ever be called")
        return self

    @model_validator(mode="after")
    def _has_somebody_to_ask(self) -> Self:
        if self.assign is not Assign.NOBODY and not self.people and not self.user_group:
            raise ValueError('add people or user_group, or set assign = "nobody": there is nobody to offer a card to')
        return self


class RotaTable(Table):
    """An empty zone is the company's."""

    name: Name
    people: Annotated[Turns, Filled]
    starts: date
    turn: WholeDays = timedelta(days=7)
    handover: TimeOfDay = "09:00"
    zone: ZoneOrEmpty = ""


class TriageTable(Table):
    department: Name = "triage"


class TopicTable(Table):
    name: Name
    department: Name
    description: str = ""
    examples: Several[Said] = ()
    min_confidence: Probability | None = None


class RuleTable(Table):
    name: Label
    do: Annotated[Outcome, Field(strict=False)] = Outcome.SEND
    to: str = ""
    urgent: bool = False
    topics: Several[Name] = ()
    sources: Several[Label] = ()
    languages: Several[Language] = ()
    words: Several[Said] = ()
    unnamed: bool = False
    min_detractor: Probability = 0.0
    min_promoter: Probability = 0.0
    min_confidence: Probability = 0.0
    min_reach: Annotated[int, Field(ge=0)] = 0
    max_rating: Annotated[float, Field(ge=1, le=5)] | None = None

    @model_validator(mode="after")
    def _filters_only(self) -> Self:
        if self.do is Outcome.FILTER and (self.to or self.urgent):
            raise ValueError('take out `to` and `urgent`: with do = "filter" a mention goes to no channel')
        return self


class PromiseTable(Table):
    name: Label
    departments: Several[Name] = ()
    topics: Several[Name] = ()
    sources: Several[Label] = ()
    min_detractor: Probability = 0.0
    min_promoter: Probability = 0.0
    min_reach: Annotated[int, Field(ge=0)] = 0
    decide_within: Span | None = None
    answer_within: Span | None = None
    warn_before: Duration | None = None

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        if self.decide_within is None and self.answer_within is None and self.warn_before is None:
            raise ValueError("add decide_within, answer_within or warn_before: this promises what the department does")
        return self


if TYPE_CHECKING:
    AnySource = SourceTable
else:
    AnySource = Annotated[Union[tuple(kinds().values())], Field(discriminator="kind")]  # noqa: UP007 - made at run time


class ApprovalTable(Table):
    name: Label
    authors: Several[Member] = ()
    topics: Several[Name] = ()
    sources: Several[Label] = ()
    departments: Several[Name] = ()
    urgent: bool = False
    min_reach: Annotated[int, Field(ge=0)] = 0
    burst: Annotated[int, Field(ge=0, le=100_000)] = 0
    approvers: Several[Member] = ()


class RetentionTable(Table):
    mentions_days: Annotated[int, Field(ge=0, le=36_500)] = 730
    inbound_hours: Annotated[int, Field(ge=1, le=8_760)] = 24


class ClaimsTable(Table):
    lease: Span = timedelta(minutes=60)
    offer: Span = timedelta(minutes=15)
    undo: Duration = timedelta(seconds=30)
    customer_wait: Span = timedelta(days=7)


class SignalsTable(Table):
    mentions: Annotated[int, Field(ge=0, le=1_000)] = 5
    within: Span = timedelta(days=10)
    days: Annotated[int, Field(ge=1, le=366)] = 3
    sources: Annotated[int, Field(ge=1, le=100)] = 2
    likeness: Probability = 0.58

    @model_validator(mode="after")
    def _can_add_up(self) -> Self:
        if self.mentions in (1, 2):
            raise ValueError("write at least 3 mentions, or 0 to look for no signals")
        if self.days > self.mentions > 0:
            raise ValueError("write at most as many days as mentions: fewer cannot fall on so many")
        if timedelta(days=self.days - 1) > self.within:
            raise ValueError("write a longer `within`, or fewer days: so many do not fit it")
        return self


class RepeatsTable(Table):
    within: Duration = timedelta(days=7)


class HealthTable(Table):
    host: Said = "127.0.0.1"
    port: Port = 8085


class LoggingTable(Table):
    level: Annotated[LogLevel, Field(strict=False)] = LogLevel.INFO
    format: Annotated[LogFormat, Field(strict=False)] = LogFormat.TEXT


class FileTable(Table):
    """The whole file."""

    company: CompanyTable
    listening: ListeningTable = ListeningTable()
    slack: SlackTable = SlackTable()
    roles: RolesTable = RolesTable()
    database: DatabaseTable = DatabaseTable()
    model: ModelTable = ModelTable()
    learning: LearningTable = LearningTable()
    office_hours: dict[Name, HoursTable] = Field(default_factory=dict)
    departments: Annotated[tuple[DepartmentTable, ...], Field(strict=False), Filled]
    rotas: Annotated[tuple[RotaTable, ...], Field(strict=False)] = ()
    triage: TriageTable = TriageTable()
    topics: Annotated[tuple[TopicTable, ...], Field(strict=False), Filled]
    rules: Annotated[tuple[RuleTable, ...], Field(strict=False)] = ()
    themes: Annotated[tuple[ThemeTable, ...], Field(strict=False)] = ()
    staff: Annotated[tuple[StaffTable, ...], Field(strict=False)] = ()
    kudos: KudosTable = KudosTable()
    promises: Annotated[tuple[PromiseTable, ...], Field(strict=False)] = ()
    sources: Annotated[tuple[AnySource, ...], Field(strict=False)] = ()
    approvals: Annotated[tuple[ApprovalTable, ...], Field(strict=False)] = ()
    retention: RetentionTable = RetentionTable()
    claims: ClaimsTable = ClaimsTable()
    signals: SignalsTable = SignalsTable()
    repeats: RepeatsTable = RepeatsTable()
    health: HealthTable = HealthTable()
    logging: LoggingTable = LoggingTable()
