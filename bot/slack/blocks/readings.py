"""What the model and the rules made of a mention, and what people said against it, in one line each."""

from bot.domain.card import Card
from bot.domain.label import Label, LabelKind
from bot.domain.lifecycle import LIVE
from bot.domain.listening import OURS, THEME
from bot.domain.recommendation import may_be_ironic
from bot.domain.routing import in_words
from bot.domain.triage import Triage
from bot.slack.blocks.elements import context, markdown, plain_text
from bot.slack.blocks.kudos import praised_words
from bot.slack.blocks.languages import foreign_language
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, escaped, inline, mention, percent

_UNNAMED = frozenset(
    {"", OURS, THEME, "topic", "unsure", "language", "unjudged", "unnamed", "unowned", "fallback", "reroute"}
)
"""Routes that come from no rule of the company: their reason says it all."""

_WITHOUT_WORDS = frozenset({"unsure", "language", "unnamed", "unowned"})
"""Routes whose reason leaves out the words that moved the model."""

_NOT_THE_MODELS = frozenset({OURS, THEME, "unsure", "unjudged", "fallback", "reroute"})
"""Routes that the runner-up would not explain, or that name it themselves."""


_BY_HAND_SHOWN = 2

JOIN_IN = "*Recommended: join in only where you add something: help or a fact, and say who you are. No advertising.*"
"""Instead of the response flow's advice, which is about what is said of us."""


def readings(card: Card) -> list[Json]:
    """Judgement, why it is here, and while it is open what to do."""
    if card.is_chance:
        return _of_a_chance(card)
    blocks = [context(markdown(_judgement(card))), context(plain_text(why_here(card), 700))]
    if card.triage is not None and card.state in LIVE:
        advised = f"*Recommended{unreliable(card.score_trusted)}: {escaped(card.triage.short, 300)}*"
        blocks.append(context(markdown(" · ".join([advised, *_by_hand(card.triage)]))))
    return blocks


def _of_a_chance(card: Card) -> list[Json]:
    """What the model estimates is about somebody else: it is not shown, and nothing is owed."""
    why = context(plain_text(f"{why_here(card)}. It names nobody of us, so nothing is promised.", 700))
    return [why, *([context(markdown(JOIN_IN))] if card.state in LIVE else [])]


def _by_hand(triage: Triage) -> list[str]:
    """Who answered which question of the path against the model."""
    said = [f"✋ {each.phrase}, says {mention(each.by)}: “{escaped(each.why, 120)}”" for each in triage.overrides]
    more = len(said) - _BY_HAND_SHOWN
    return [*said[:_BY_HAND_SHOWN], *([f"and {counted(more, 'more answer')} by hand"] if more > 0 else [])]


def why_here(card: Card) -> str:
    """The route's own sentence, the rule where that does not name it, the words and the runner-up."""
    why = inline(card.route_why, 500)
    named = "" if card.route_rule in _UNNAMED or card.route_rule in why else f"rule “{inline(card.route_rule, 60)}”; "
    return f"Why here? {inline(card.place.title, 60)}: {named}{why}{_words(card)}{_runner_up(card)}"


def _judgement(card: Card) -> str:
    said = [_score(card), _topic(card)]
    verdict = card.verdict
    if verdict is not None and LabelKind.SCORE not in card.corrections and verdict.promoter >= 0.5:
        said.append(f"estimated {percent(verdict.promoter)} promoter{unreliable(card.score_trusted)}")
    said += [_irony(card), escaped(praised_words(card), 300)]
    if verdict is not None and (language := foreign_language(verdict.language)):
        said.append(f"written in {escaped(language, 60)}")
    return " · ".join(each for each in said if each)


def _score(card: Card) -> str:
    label, verdict = card.corrections.get(LabelKind.SCORE), card.verdict
    if label is not None and label.score is not None:
        return f"*{label.score.capitalize()}*, {'corrected' if label.model else 'said'} by {mention(label.by)}"
    if verdict is None:
        return "Not judged: the model could not read this one, so nothing here is estimated."
    return f"Estimated {percent(verdict.detractor)} detractor{unreliable(card.score_trusted)}"


def _topic(card: Card) -> str:
    label, verdict = card.corrections.get(LabelKind.TOPIC), card.verdict
    if label is not None:
        return f"topic {escaped(in_words(label.topic), 60)}, {_agreed(label)} by {mention(label.by)}"
    if verdict is None or card.route_rule == "topic":  # then the line below says it
        return ""
    sure = f"{percent(verdict.confidence)} sure{unreliable(card.topic_trusted)}"
    return f"topic {escaped(in_words(verdict.topic), 60)}, {sure}"


def _irony(card: Card) -> str:
    """The doubt in a few words. A person's score has settled it, and a score that says "detractor" has not been taken in."""
    verdict = card.verdict
    if verdict is None or LabelKind.SCORE in card.corrections or not card.score_trusted or not may_be_ironic(verdict):
        return ""
    return "may be ironic" if verdict.detractor >= 0.5 else "may be ironic: the score may be the wrong way round"


def unreliable(trusted: bool) -> str:
    """What stands behind a number that the model gives in a language that it is not trusted in."""
    return "" if trusted else " (unreliable)"


def _agreed(label: Label) -> str:
    """How the person stood to the model of that moment: a later one may have learnt from it."""
    if not label.model:
        return "said"
    return "confirmed" if label.topic == label.topic_before else "corrected"


def _words(card: Card) -> str:
    if card.verdict is None or not card.verdict.why or card.route_rule not in _WITHOUT_WORDS:
        return ""
    between = " " if card.route_why.rstrip().endswith("?") else "; "
    return f"{between}words: {inline(', '.join(card.verdict.why), 100)}"


def _runner_up(card: Card) -> str:
    if card.verdict is None or len(card.verdict.ranked) < 2 or card.route_rule in _NOT_THE_MODELS:
        return ""
    topic, share = card.verdict.ranked[1]
    return f"; else: {inline(in_words(topic), 60)} {percent(share)}" if share >= 0.005 else ""
