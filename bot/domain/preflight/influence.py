"""Influence: how many people read along."""

from collections.abc import Iterator

from bot.domain.preflight.finding import Concern, Finding
from bot.domain.preflight.situation import Situation


def look_at_influence(_draft: str, situation: Situation) -> Iterator[Finding]:
    if situation.reach is not None and situation.reach >= situation.voice.wide_reach:
        said = f"The author reaches {situation.reach:,} people: let a second pair of eyes read it before it goes."
        yield Finding(concern=Concern.INFLUENCE, rule="reach", sentence=said)
    elif situation.urgent:
        said = "This one is urgent: let a second pair of eyes read it before it goes."
        yield Finding(concern=Concern.INFLUENCE, rule="urgent", sentence=said)
