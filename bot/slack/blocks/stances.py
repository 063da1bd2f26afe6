"""Who speaks of us again and again, in one line with the reason: estimates, and labelled so."""

from datetime import datetime, timedelta

from bot.domain.card import Card
from bot.domain.person import Voiced, Voices
from bot.domain.stance import Stance, StanceKind, stance_of
from bot.slack.blocks.elements import bullets, context, line, markdown, plain_text, rich, section, span
from bot.slack.blocks.message import Json
from bot.slack.blocks.text import counted, inline

MARKS = {StanceKind.DETRACTOR: "🌩️", StanceKind.ADVOCATE: "🌻"}
TOLD = 5
"""Names of each kind in the report, which counts all."""

_DAY = timedelta(days=1)


def stance_row(card: Card, now: datetime) -> list[Json]:
    """Below the post on a live card; nothing for most people."""
    stance = stance_of(card.heard, now)
    return [] if stance is None else [context(plain_text(stance_words(stance, now)))]


def voices_blocks(voices: Voices | None, now: datetime) -> list[Json]:
    """Counts of both kinds, and the strongest of each by name; nothing where nobody looked, or there are none."""
    if voices is None or not voices.detractors + voices.advocates:
        return []
    both = (voices.detractors, voices.advocates)
    against, in_favour = (f"{len(some):,}" for some in both)
    counts = f"*Determined detractors (estimated):* {against} · *Advocates (estimated):* {in_favour}"
    named = [line(*_voice(each, now)) for some in both for each in some[:TOLD]]
    more = sum(max(len(some) - TOLD, 0) for some in both)
    rest = f" {more:,} more not listed." if more else ""
    how = f"Persistence × reach × recency, over all accounts that colleagues linked; as it stands now.{rest}"
    return [section(markdown(counts)), rich(bullets(*named)), context(plain_text(how))]


def _voice(each: Voiced, now: datetime) -> list[Json]:
    several = f" and {counted(each.accounts - 1, 'other account')}" if each.accounts > 1 else ""
    who = f"{inline(each.name, 60) or 'Somebody'} on {inline(each.source_title, 60)}{several}"
    return [span(f"{MARKS[each.stance.kind]} "), span(who, bold=True), span(f": {stance_reason(each.stance, now)}")]


def stance_words(stance: Stance, now: datetime) -> str:
    """`🌩️ Determined detractor (estimated): 5 posts in 3 weeks, 12,400 followers, last 2 days ago`."""
    name = stance.kind.capitalize()
    return f"{MARKS[stance.kind]} {name} (estimated): {stance_reason(stance, now)}"


def stance_reason(stance: Stance, now: datetime) -> str:
    reach = [f"{stance.reach:,} {'follower' if stance.reach == 1 else 'followers'}"] if stance.reach else []
    return ", ".join(
        [f"{counted(stance.posts, 'post')} in {_span(stance)}", *reach, f"last {_ago(now - stance.last_at)}"]
    )


def _span(stance: Stance) -> str:
    """In days below two weeks, then weeks, then months; the first and the last day both count."""
    days = (stance.last_at.date() - stance.first_at.date()).days + 1
    if days < 14:
        return counted(days, "day")
    return counted(round(days / 7), "week") if days < 60 else counted(round(days / 30), "month")


def _ago(age: timedelta) -> str:
    if age < _DAY:
        return "less than a day ago"
    return f"{counted(age // _DAY, 'day')} ago"
