"""Which department a mention belongs to, by which rule, and why."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.domain.mention import Incoming
from bot.domain.promise import OfficeHours
from classifiers.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of an escalation chain: whom to tell (Slack user, group or channel references) and how long they have."""

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


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a mention can be about; `department` owns it."""

    name: str
    department: str
    description: str = ""
    examples: tuple[str, ...] = ()


class Outcome(StrEnum):
    """What a rule does with a mention that it matches."""

    SEND = "send"
    FILTER = "filter"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Conditions that must all hold; an empty one always holds. Bounds are inclusive.

    `words` match whole words or phrases, any of them, whatever the case and the punctuation between. `unnamed` asks that
    none of the company's names occurs.
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
    min_confidence: float
    fallback_languages: frozenset[str] = field(default_factory=lambda: frozenset({"en"}))
    """Languages that the model is trusted in; any other goes to triage unless a rule takes it first."""
    names: tuple[str, ...] = ()
    """Words that mean us."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a mention goes and why, in a sentence.

    `rule` is the rule's name, or "topic", "unsure", "language", "unjudged", "unowned".
    """

    outcome: Outcome
    department: str
    urgent: bool
    rule: str
    why: str


def choose_route(table: RoutingTable, source: str, mention: Incoming, verdict: Verdict | None) -> Route:
    """First matching rule wins; else the topic's department; triage takes the unsure, foreign, unjudged and unowned."""
    if verdict is None:
        return _to_triage(table, "unjudged", "the model could not judge it")
    for rule in table.rules:
        if _matches(rule, table.names, source, mention, verdict):
            return _by_rule(table, rule, verdict)
    percent = f"{verdict.confidence:.0%}"
    if verdict.confidence < table.min_confidence:
        first, second = verdict.ranked[0][0], verdict.ranked[1][0] if len(verdict.ranked) > 1 else "nothing else"
        return _to_triage(table, "unsure", f"only {percent} sure: {in_words(first)} or {in_words(second)}?")
    if verdict.language not in table.fallback_languages and verdict.language != "und":
        return _to_triage(table, "language", f"the model is not trusted in language “{verdict.language}”")
    topic = table.topics.get(verdict.topic)
    if topic is None:
        return _to_triage(table, "unowned", f"no department owns the topic {in_words(verdict.topic)}")
    return Route(
        outcome=Outcome.SEND,
        department=topic.department,
        urgent=False,
        rule="topic",
        why=f"topic {in_words(topic.name)}, {percent} sure{_because(verdict.why)}",
    )


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


def _matches(rule: Rule, names: Sequence[str], source: str, mention: Incoming, verdict: Verdict) -> bool:
    said = f"{mention.title} {mention.text}"
    checks = (
        not rule.topics or verdict.topic in rule.topics,
        not rule.sources or source in rule.sources,
        not rule.languages or verdict.language in rule.languages,
        not rule.words or _has_any_word(said, rule.words),
        not rule.unnamed or not _has_any_word(said, names),
        verdict.detractor >= rule.min_detractor,
        verdict.confidence >= rule.min_confidence,
        (mention.reach or 0) >= rule.min_reach,
        rule.max_rating is None or (mention.rating is not None and mention.rating <= rule.max_rating),
    )
    return all(checks)


def _has_any_word(text: str, words: Sequence[str]) -> bool:
    """Whole words, case folded, without regular expressions: a rule's author cannot hang the bot."""
    said = f" {_folded(text)} "
    return any(f" {folded} " in said for folded in map(_folded, words) if folded)


def _folded(text: str) -> str:
    """Letters, their marks and digits, in words one space apart: `T-Mobile` and `t mobile` are the same."""
    kept = (ch if ch.isalnum() or unicodedata.category(ch).startswith("M") else " " for ch in text.casefold())
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
