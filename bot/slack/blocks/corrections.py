"""The dialogs that say what the model got wrong: the team and the topic, or the score."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.card import Card
from bot.domain.label import LabelKind, Score
from bot.domain.routing import Topic, in_words
from bot.slack import ids
from bot.slack.blocks.dialogs import notice_modal
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    context,
    field,
    line,
    modal,
    option,
    option_group,
    plain_text,
    radio,
    rich,
    span,
    text_input,
    when,
    who,
)
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import NOWHERE, Origin, metadata_of
from bot.slack.blocks.post import BRIEF_SIZE, post_block
from bot.slack.blocks.text import counted, inline, percent

AS_ESTIMATED = "estimated"
"""The value of the choice that takes a correction of the score back."""

_SCORES = {
    Score.DETRACTOR: ("Detractor", "Unhappy with us, and others may hear it"),
    Score.PASSIVE: ("Passive", "Neither for nor against us"),
    Score.PROMOTER: ("Promoter", "Glad of us, and would recommend us"),
}


class Titled(Protocol):
    """What a choice of departments needs: a `Place` or a `Department`."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...


def reroute_modal(
    card: Card, departments: Sequence[Titled], topics: Sequence[Topic], *, origin: Origin = NOWHERE
) -> Json:
    """Another department, the model's two best guesses first, or the same one for a correction of the topic alone.

    The topic, if named, is a lesson for the model.
    """
    others = [each for each in departments if each.name != card.place.name]
    if not others and not topics:
        return notice_modal("Reroute", "There is no other team to move this to.")
    department = {
        "type": "static_select",
        "action_id": ids.REROUTE_DEPARTMENT,
        "placeholder": plain_text("Choose a team"),
        **_choices(card, others, topics),
    }
    stays = " To correct only the topic, choose that team again." if topics else ""
    now = f"It is with {inline(card.place.title, 60)} now. After a move it is unclaimed.{stays}"
    blocks = [
        post_block(card, BRIEF_SIZE),
        context(plain_text(now)),
        field("Which team should have it?", department, hint=_beyond(len(others), "team")),
        *_topic_field(card, topics),
        field("Why?", text_input(ids.REROUTE_REASON), hint="It is kept in the history.", optional=True),
    ]
    return modal(ids.REROUTE, "Reroute", blocks, submit="Move or correct", metadata=metadata_of(card, origin))


def score_modal(card: Card, *, origin: Origin = NOWHERE) -> Json:
    """What its author thinks of us, in a person's eyes; a Score's value, or AS_ESTIMATED to take a correction back."""
    said, verdict = card.corrections.get(LabelKind.SCORE), card.verdict
    estimated = "The model could not judge this one."
    if verdict is not None:
        estimated = f"The model estimated {percent(verdict.detractor)} detractor, {percent(verdict.promoter)} promoter."
    choices = [
        option(words, score.value) | {"description": plain_text(meaning, 75)}
        for score, (words, meaning) in _SCORES.items()
    ]
    if said is not None:
        choices.append(option("As the model estimated: take the correction back", AS_ESTIMATED))
    blocks = [
        post_block(card, BRIEF_SIZE),
        rich(line(span(estimated)), *([_said_before(card)] if said else [])),
        field(
            "How does the author speak of us?",
            radio(ids.SCORE_CHOICE, choices),
            hint="The card and the reports count what you say. Earshot learns from it.",
        ),
    ]
    return modal(ids.SCORE, "Correct the score", blocks, submit="Correct", metadata=metadata_of(card, origin))


def _said_before(card: Card) -> Json:
    said = card.corrections[LabelKind.SCORE]
    return line(span(f"Corrected to {said.score} by "), who(said.by), span(", "), when(said.at), span("."))


def _choices(card: Card, others: Sequence[Titled], topics: Sequence[Topic]) -> Json:
    """Groups where there is anything to set apart: the guesses, and the present team for who corrects only the topic."""
    likely = _likely(card, others, topics)
    guessed = {each.name for each, _ in likely}
    rest = [option(each.title or each.name, each.name) for each in others if each.name not in guessed]
    groups = [
        ("The model's best guesses", [option(words, each.name) for each, words in likely]),
        ("All other teams" if likely else "Other teams", rest[:MAX_OPTIONS]),
        ("It stays, only the topic is wrong", [option(card.place.title, card.place.name)] if topics else []),
    ]
    shown = [(label, options) for label, options in groups if options]
    if len(shown) == 1:
        return {"options": shown[0][1]}
    return {"option_groups": [option_group(label, options) for label, options in shown]}


def _likely(card: Card, departments: Sequence[Titled], topics: Sequence[Topic]) -> list[tuple[Titled, str]]:
    """Departments of the two likeliest topics, with the words that say so."""
    if card.verdict is None:
        return []
    owner = {topic.name: topic.department for topic in topics}
    by_name = {each.name: each for each in departments}
    likely: dict[str, tuple[Titled, str]] = {}
    for topic, share in card.verdict.ranked[:2]:
        found = by_name.get(owner.get(topic, ""))
        if found is not None and found.name not in likely:
            likely[found.name] = (found, f"{inline(found.title, 40)} ({inline(in_words(topic), 20)}, {percent(share)})")
    return list(likely.values())


def _topic_field(card: Card, topics: Sequence[Topic]) -> list[Json]:
    if not topics:
        return []
    element = {
        "type": "static_select",
        "action_id": ids.REROUTE_TOPIC,
        "placeholder": plain_text("Choose a topic"),
        "options": [option(topic.description or topic.name, topic.name) for topic in topics[:MAX_OPTIONS]],
    }
    hint = f"{_topic_now(card)}Earshot learns from it. {_beyond(len(topics), 'topic')}".strip()
    return [field("What is it about?", element, hint=hint, optional=True)]


def _topic_now(card: Card) -> str:
    said = card.corrections.get(LabelKind.TOPIC)
    if said is not None:
        return f"So far: {inline(in_words(said.topic), 60)}, as a person said. "
    if card.verdict is None:
        return ""
    return f"The model said {inline(in_words(card.verdict.topic), 60)} ({percent(card.verdict.confidence)}). "


def _beyond(count: int, noun: str) -> str:
    """Slack's lists end at 100 choices: say so where that hides something."""
    return f"The list shows {MAX_OPTIONS} of {counted(count, noun)}." if count > MAX_OPTIONS else ""
