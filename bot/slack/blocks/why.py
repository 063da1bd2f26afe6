"""Why a mention is where it is, in full: the rule, what the model read, and what people said against it."""

from bot.domain.card import Card
from bot.domain.label import Label, LabelKind
from bot.domain.listening import OURS, THEME
from bot.domain.recommendation import may_be_ironic
from bot.domain.routing import in_words
from bot.slack import ids
from bot.slack.blocks.elements import (
    actions,
    bullets,
    button,
    context,
    divider,
    header,
    line,
    modal,
    plain_text,
    rich,
    span,
    when,
    who,
)
from bot.slack.blocks.languages import NAMES
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, metadata_of
from bot.slack.blocks.readings import unreliable
from bot.slack.blocks.text import counted, inline, percent
from classifiers.verdict import UNKNOWN_LANGUAGE, Verdict

TOPICS_SHOWN = 6

_RULES = {
    "topic": "the team that owns the topic gets it",
    "unsure": "what the model is not sure of goes to triage",
    "language": "languages that the model is not trusted in go to triage",
    "unjudged": "what the model could not judge goes to triage",
    "unnamed": "what a search found without our name in it goes to triage",
    "unowned": "a topic that no team owns goes to triage",
    OURS: "what our own accounts and people write is no mention",
    THEME: "what is said on a theme of ours without our name goes to those who may join in",
    "fallback": "its team's channel could not be used",
    "reroute": "a person moved it here",
}


def why_modal(card: Card) -> Json:
    """Everything that led here; nothing is decided in it, but the score can be corrected from it."""
    blocks = [
        header(f"It is with {inline(card.place.title, 100)}"),
        rich(*(line(span(f"{name}: ", bold=True), *words) for name, words in _route(card))),
        divider(),
        *_reading(card),
        *_corrections(card),
        actions(
            [
                *([button("The recommendation…", ids.FLOW, str(card.mention.id))] if card.triage else []),
                button("The score is wrong…", ids.SCORE, str(card.mention.id)),
            ],
            f"why.{card.mention.id}",
        ),
    ]
    return modal(ids.WHY, "Why here?", blocks, metadata=metadata_of(card, NOWHERE))


def _route(card: Card) -> list[tuple[str, list[Json]]]:
    named = f"your rule “{inline(card.route_rule, 60)}”" if card.route_rule else "not routed yet"
    reason = inline(card.route_why, 600)
    return [
        ("Rule", [span(_RULES.get(card.route_rule, named))]),
        *([("Reason", [span(reason)])] if reason else []),
        *([("Response flow", [span(inline(card.triage.summary, 1_000))])] if card.triage else []),
    ]


def _reading(card: Card) -> list[Json]:
    verdict = card.verdict
    if verdict is None:
        return [
            context(plain_text("The model could not judge this one: there are no topics, words or scores to show."))
        ]
    score = f"estimated {percent(verdict.detractor)} detractor, {percent(verdict.promoter)} promoter"
    facts = [
        ("Words that moved it", inline(", ".join(verdict.why), 300) or "none stands out"),
        ("Score", f"{score}{unreliable(card.score_trusted)}"),
        *([("Irony", _irony(verdict))] if verdict.irony >= 0.005 else []),
        ("Language", f"{_language(verdict)}{_mistrust(card)}"),
        ("Model", inline(verdict.model, 100)),
    ]
    return [
        rich(line(span("Topics, likeliest first", bold=True)), bullets(*_topics(verdict))),
        rich(*(line(span(f"{name}: ", bold=True), span(words)) for name, words in facts)),
    ]


def _topics(verdict: Verdict) -> list[Json]:
    """The likeliest with their shares; what would read 0% is summed up with the rest."""
    shown = [(topic, share) for topic, share in verdict.ranked[:TOPICS_SHOWN] if share >= 0.005]
    rest = verdict.ranked[len(shown) :]
    lines = [line(span(f"{inline(in_words(topic), 60)} {percent(share)}")) for topic, share in shown]
    if rest:
        together = sum(share for _, share in rest)
        lines.append(
            line(
                span(
                    f"{counted(len(rest), 'other')}, {percent(together) if together >= 0.005 else 'under 1%'} together",
                    italic=True,
                )
            )
        )
    return lines


def _language(verdict: Verdict) -> str:
    if verdict.language in ("", UNKNOWN_LANGUAGE):
        return "too short or too odd to tell"
    return inline(NAMES.get(verdict.language, verdict.language), 60)


def _irony(verdict: Verdict) -> str:
    doubted = "; that is shown as a doubt, and decides nothing" if may_be_ironic(verdict) else ""
    return f"estimated {percent(verdict.irony)}{doubted}"


def _mistrust(card: Card) -> str:
    weak = [name for name, trusted in (("topic", card.topic_trusted), ("score", card.score_trusted)) if not trusted]
    return f"; in it the model is not trusted with the {' and the '.join(weak)}" if weak else ""


def _corrections(card: Card) -> list[Json]:
    if not card.corrections:
        return [context(plain_text("Nobody has corrected this reading."))]
    lines = [
        line(span(f"{_said(label)} by "), who(label.by), span(", "), when(label.at), span("."))
        for _, label in sorted(card.corrections.items())
    ]
    return [rich(line(span("Corrections, which the model learns from", bold=True)), bullets(*lines))]


def _said(label: Label) -> str:
    if label.kind is LabelKind.TOPIC:
        return f"Topic said to be {inline(in_words(label.topic), 60)}"
    if label.kind is LabelKind.SCORE:
        return f"Score said to be {label.score}"
    return "Said not to be about us"
