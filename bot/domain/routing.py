"""Which department a mention belongs to, by which rule, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from bot.domain.assignment import Assign
from bot.domain.escalation import Quiet
from bot.domain.listening import OURS, THEME, Ears, Theme, complaint_tags, has_hashtag, theme_of, whose_account
from bot.domain.mention import Incoming, Mention
from bot.domain.preflight.finding import Mode
from bot.domain.promise import OfficeHours
from bot.domain.words import has_any_word, is_named, someone_else
from classifiers.verdict import UNKNOWN_LANGUAGE, Verdict

UNMEASURED = 0.5
"""How sure a model must be that nobody measured: as likely right as wrong, by its own word."""

IRRELEVANT = "irrelevant"
"""The shipped model's topic for what is not about the company."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of an escalation chain: whom to tell and how long they have.

    `notify` holds references to Slack users, groups and channels, and to rotas (`oncall:care`).
    """

    notify: tuple[str, ...]
    within: timedelta


@dataclass(frozen=True, kw_only=True)
class Department:
    """A team with a channel, people, a promise and an escalation chain.

    References are Slack ids or names (`#care`, `@ana`).
    """

    name: str
    title: str
    channel: str
    people: tuple[str, ...] = ()
    user_group: str = ""
    decide_within: timedelta
    answer_within: timedelta
    warn_before: timedelta
    office_hours: OfficeHours
    escalation: tuple[Level, ...] = ()
    escalation_repeats: int = 0
    """How often the whole chain is called again where nobody acts."""
    quiet_hours: tuple[Quiet, ...] = ()
    """When the clock calls nobody, in the zone of the office hours."""
    lease: timedelta | None = None
    """How long a claim lasts here; None leaves it to what holds for all."""
    assign: Assign = Assign.NOBODY
    preflight: Mode = Mode.ADVISE
    promises: bool = True
    """Whether a mention here is owed a decision and an answer in time: not where people only join in."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a mention can be about; `department` owns it. `min_confidence` None leaves that to what holds for all topics."""

    name: str
    department: str
    description: str = ""
    examples: tuple[str, ...] = ()
    min_confidence: float | None = None


class Outcome(StrEnum):
    """What a rule does with a mention that it matches."""

    SEND = "send"
    FILTER = "filter"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Conditions that must all hold; an empty one always holds. Bounds are inclusive.

    `words` match whole words or phrases, any of them, whatever the case and the punctuation between; one that begins with #
    matches that hashtag, and where it is one of complaint only beside a name of ours. `unnamed` asks that none of the
    company's names occurs. What a rule asks of the model counts only where the model is trusted.
    """

    name: str
    outcome: Outcome = Outcome.SEND
    department: str = ""
    urgent: bool = False
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unnamed: bool = False
    min_detractor: float = 0.0
    min_promoter: float = 0.0
    min_confidence: float = 0.0
    min_reach: int = 0
    max_rating: float | None = None


@dataclass(frozen=True, kw_only=True)
class RoutingTable:
    """All that decides a route. `triage` names the department that takes what nobody is sure of."""

    rules: tuple[Rule, ...]
    topics: Mapping[str, Topic]
    departments: Mapping[str, Department]
    triage: str
    min_confidence: float | None = None
    """How sure of its topic a verdict must be, whatever the topic; None goes by what was measured of the model."""
    topic_languages: frozenset[str] = field(default_factory=lambda: frozenset({"en"}))
    """Languages in which the model's topics are trusted; any other goes to triage unless a rule takes it first."""
    score_languages: frozenset[str] = field(default_factory=lambda: frozenset({"en"}))
    """Languages in which its scores are."""
    names: tuple[str, ...] = ()
    """Words that mean us."""
    not_words: tuple[str, ...] = ()
    """Phrases with such a word in them that mean somebody else."""
    searches: Mapping[str, str] = field(default_factory=dict)
    """Sources that bring whatever a search finds, and what each is a search for."""
    ears: Ears = field(default_factory=Ears)
    """What else is listened for."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a mention goes and why, in a sentence.

    `rule` is the rule's name, or "ours", "theme", "topic", "unsure", "language", "unnamed", "unjudged", "unowned".
    """

    outcome: Outcome
    department: str
    urgent: bool
    rule: str
    why: str


def choose_route(table: RoutingTable, source: str, mention: Incoming, verdict: Verdict | None) -> Route:
    """First matching rule wins; else the topic's department; triage takes all that is in doubt.

    What we wrote ourselves is no mention. Where a theme fits, only rules that go by words or sources come before it: what
    the model reads in it is about somebody else.
    """
    if whose := _our_words(table, source, mention):
        return _kept_out(table, whose, verdict)
    theme = _theme(table, source, mention, verdict)
    rules = [rule for rule in table.rules if theme is None or _goes_by_what_is_written(rule)] if verdict else []
    for rule in rules:
        if verdict is not None and _matches(rule, table, source, mention, verdict):
            return _with_complaint(table, source, mention, _by_rule(table, rule, verdict))
    if theme is not None:
        return _join_in(theme)
    return _with_complaint(table, source, mention, _by_topic(table, source, mention, verdict))


def _by_topic(table: RoutingTable, source: str, mention: Incoming, verdict: Verdict | None) -> Route:
    if verdict is None:
        return _to_triage(table, "unjudged", "the model could not judge it")
    if not trusted_in(table.topic_languages, verdict):
        return _to_triage(table, "language", f"the model is not trusted in language “{verdict.language}”")
    if source in table.searches and verdict.topic != IRRELEVANT and not _is_named(table, source, mention):
        return _to_triage(table, "unnamed", _who_else(table, mention))
    if verdict.confidence < least_confidence(table, verdict):
        return _to_triage(table, "unsure", _how_unsure(verdict, least_confidence(table, verdict)))
    topic = table.topics.get(verdict.topic)
    if topic is None:
        return _to_triage(table, "unowned", f"no department owns the topic {in_words(verdict.topic)}")
    return Route(
        outcome=Outcome.SEND,
        department=topic.department,
        urgent=False,
        rule="topic",
        why=f"topic {in_words(topic.name)}, {verdict.confidence:.0%} sure{_because(verdict.why)}",
    )


def least_confidence(table: RoutingTable, verdict: Verdict) -> float:
    """How sure this verdict has to be of its topic: by the topic, by the company, by what was measured, in this order."""
    topic = table.topics.get(verdict.topic)
    if topic is not None and topic.min_confidence is not None:
        return topic.min_confidence
    if table.min_confidence is not None:
        return table.min_confidence
    return verdict.floor or UNMEASURED


def trusted_in(languages: frozenset[str], verdict: Verdict) -> bool:
    """A text too short to tell its language is not a foreign one."""
    return verdict.language in languages or verdict.language == UNKNOWN_LANGUAGE


def in_words(name: str) -> str:
    """A topic's name as people read it."""
    return name.replace("_", " ")


def _by_rule(table: RoutingTable, rule: Rule, verdict: Verdict) -> Route:
    topic = table.topics.get(verdict.topic)
    return Route(
        outcome=rule.outcome,
        department=rule.department or (topic.department if topic else table.triage),
        urgent=rule.urgent,
        rule=rule.name,
        why=f"rule “{rule.name}”; topic {in_words(verdict.topic)}, {verdict.confidence:.0%} sure{_because(verdict.why)}",
    )


def _to_triage(table: RoutingTable, rule: str, why: str) -> Route:
    return Route(outcome=Outcome.SEND, department=table.triage, urgent=False, rule=rule, why=why)


def _because(words: Sequence[str]) -> str:
    return f", words: {', '.join(words)}" if words else ""


def _how_unsure(verdict: Verdict, least: float) -> str:
    first = in_words(verdict.topic)
    second = in_words(verdict.ranked[1][0]) if len(verdict.ranked) > 1 else "nothing else"
    sure, asked = f"{verdict.confidence:.0%}", f"{least:.0%}"
    said = (
        f"only {sure} sure, {asked} is asked of {first}"
        if sure != asked
        else f"just under the {asked} asked of {first}"
    )
    return f"{said}: {first} or {second}?"


def _who_else(table: RoutingTable, mention: Incoming) -> str:
    other = someone_else(_said(mention), table.not_words)
    if other:
        return f"a search found it, and “{other}” means somebody else"
    return "a search found it, and none of our names is in it"


def _matches(rule: Rule, table: RoutingTable, source: str, mention: Incoming, verdict: Verdict) -> bool:
    checks = (
        not rule.topics or verdict.topic in rule.topics,
        not rule.sources or source in rule.sources,
        not rule.languages or verdict.language in rule.languages,
        not rule.words or _says_any(rule.words, table, source, mention),
        not rule.unnamed or not _is_named(table, source, mention),
        verdict.detractor >= rule.min_detractor,
        verdict.promoter >= rule.min_promoter,
        verdict.confidence >= rule.min_confidence,
        (mention.reach or 0) >= rule.min_reach,
        rule.max_rating is None or (mention.rating is not None and mention.rating <= rule.max_rating),
    )
    return all(checks) and _may_go_by_the_model(rule, table, verdict)


def _may_go_by_the_model(rule: Rule, table: RoutingTable, verdict: Verdict) -> bool:
    """Whether what the rule asks of the model can be believed here.

    Not in a language that the model is weak in, unless the rule names languages; and nothing is kept out of every channel
    for a topic that the model is not sure of.
    """
    by_topic = bool(rule.topics or rule.min_confidence)
    if rule.outcome is Outcome.FILTER and by_topic and verdict.confidence < least_confidence(table, verdict):
        return False
    if rule.languages:
        return True
    topic_holds = not by_topic or trusted_in(table.topic_languages, verdict)
    by_score = bool(rule.min_detractor or rule.min_promoter)
    score_holds = not by_score or trusted_in(table.score_languages, verdict)
    return topic_holds and score_holds


def _is_named(table: RoutingTable, source: str, mention: Incoming) -> bool:
    names = (*table.names, table.searches.get(source, ""))
    return is_named(_said(mention), names, table.not_words, as_written=table.ears.misspellings)


def _says_any(words: Sequence[str], table: RoutingTable, source: str, mention: Incoming) -> bool:
    said = _said(mention)
    if has_any_word(said, [word for word in words if not word.startswith("#")]):
        return True
    tags = [word for word in words if word.startswith("#") and has_hashtag(said, word)]
    held = {tag.casefold() for tag in table.ears.complaint_hashtags}
    return any(tag.casefold() not in held or _is_named(table, source, mention) for tag in tags)


def _our_words(table: RoutingTable, source: str, mention: Incoming) -> str:
    """Whose account of ours wrote it; empty for a customer's words, and for what a person brought in by hand."""
    if isinstance(mention, Mention) and mention.added_by:
        return ""
    return whose_account(table.ears, source, mention.author)


def _kept_out(table: RoutingTable, whose: str, verdict: Verdict | None) -> Route:
    topic = table.topics.get(verdict.topic) if verdict else None
    department = topic.department if topic else table.triage
    return Route(
        outcome=Outcome.FILTER, department=department, urgent=False, rule=OURS, why=f"{whose} wrote it, no customer"
    )


def _theme(table: RoutingTable, source: str, mention: Incoming, verdict: Verdict | None) -> Theme | None:
    """The theme that a post about nobody of us belongs to."""
    if not table.ears.themes or _is_named(table, source, mention):
        return None
    languages = [each for each in (verdict.language if verdict else "", mention.language) if each]
    searched = source in table.searches
    return theme_of(table.ears.themes, source, _said(mention), searched=searched, languages=languages)


def _goes_by_what_is_written(rule: Rule) -> bool:
    return bool(rule.words or rule.sources) and not rule.unnamed


def _join_in(theme: Theme) -> Route:
    why = f"theme “{theme.name}”: a chance to join in"
    return Route(outcome=Outcome.SEND, department=theme.department, urgent=False, rule=THEME, why=why)


def _with_complaint(table: RoutingTable, source: str, mention: Incoming, route: Route) -> Route:
    tags = complaint_tags(table.ears, _said(mention))
    if not tags or not _is_named(table, source, mention):
        return route
    return replace(route, why=f"{route.why}; complains with {', '.join(tags)}")


def _said(mention: Incoming) -> str:
    return f"{mention.title} {mention.text}"
