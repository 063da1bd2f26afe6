"""One draft, looked at from every side."""

from collections.abc import Callable, Iterator

from bot.domain.preflight.blank import look_at_blanks
from bot.domain.preflight.finding import Finding, Mode, Preflight, graded
from bot.domain.preflight.hashtag import known_hashtags, look_at_hashtags
from bot.domain.preflight.influence import look_at_influence
from bot.domain.preflight.name import look_at_name
from bot.domain.preflight.privacy import look_at_privacy
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.sourcing import look_at_sourcing
from bot.domain.preflight.timeliness import look_at_timeliness
from bot.domain.preflight.tone import look_at_tone
from bot.domain.preflight.transparency import look_at_transparency

LOOKS: tuple[Callable[[str, Situation], Iterator[Finding]], ...] = (
    look_at_blanks,
    look_at_hashtags,
    look_at_privacy,
    look_at_transparency,
    look_at_sourcing,
    look_at_tone,
    look_at_name,
    look_at_timeliness,
    look_at_influence,
)


def review(draft: str, situation: Situation, mode: Mode) -> Preflight:
    """Everything that is to be thought of before this draft goes out; nothing for an empty one or where it is switched off."""
    if mode is Mode.OFF or not draft.strip():
        return Preflight(mode=mode)
    findings = [finding for look in LOOKS for finding in look(draft, situation)]
    return graded(findings, mode, known_hashtags(draft, situation))
