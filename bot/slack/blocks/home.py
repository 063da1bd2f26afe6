"""App Home: what waits for one person, what is nearly due, and what nobody has taken yet."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.card import HomePage, Line
from bot.domain.lifecycle import Action, State, available
from bot.slack import ids
from bot.slack.blocks.elements import button, context, divider, header, markdown, plain_text, section
from bot.slack.blocks.message import Json
from bot.slack.blocks.post import URGENT
from bot.slack.blocks.standing import CLAIMED, DUE, LATE, SNOOZED, UNCLAIMED
from bot.slack.blocks.text import date, escape, escaped, inline, mention, web_link

LISTED = 12
"""Mentions shown of each list, two blocks each: three lists stay under Slack's 100 blocks."""

_EXCERPT = 180
_STATES = {State.OPEN: f"{UNCLAIMED} unclaimed", State.SNOOZED: f"{SNOOZED} snoozed"}


def home_view(page: HomePage, now: datetime) -> Json:
    """The whole view; `now` tells which promises are late."""
    mine = _listing(page.mine, page.mine_more, page.user, now)
    due = _listing(page.due_soon, page.due_soon_more, page.user, now, mixed=True)
    unclaimed = _listing(page.unclaimed, page.unclaimed_more, page.user, now)
    blocks = [
        context(markdown(f"{_teams(page)} · as of {date(page.made_at)}")),
        header(_titled("Mine", len(page.mine) + page.mine_more)),
        *(mine or [_empty("Nothing waits for you. Take one from below, or enjoy the quiet.")]),
        divider(),
        header(_titled("Due soon", len(page.due_soon) + page.due_soon_more)),
        *(due or [_empty("Nothing is due soon: every promise has time.")]),
        divider(),
        header(_titled("Unclaimed in my teams", len(page.unclaimed) + page.unclaimed_more)),
        *(unclaimed or [_empty(_no_unclaimed(page))]),
    ]
    return {"type": "home", "blocks": blocks}


def _teams(page: HomePage) -> str:
    if not page.departments:
        return "You are in no team yet"
    names = [escaped(place.title, 60) for place in page.departments[:10]]
    beyond = len(page.departments) - len(names)
    return "Your teams: " + ", ".join(names) + (f" and {beyond} more" if beyond else "")


def _no_unclaimed(page: HomePage) -> str:
    if not page.departments:
        return "You see a team's mentions here once you are in one. Ask whoever runs Earshot to add you."
    return "Everything in your teams has an owner. Well done."


def _titled(title: str, count: int) -> str:
    return f"{title} ({count:,})" if count else title


def _empty(sentence: str) -> Json:
    return section(plain_text(sentence))


def _listing(lines: Sequence[Line], beyond: int, user: str, now: datetime, *, mixed: bool = False) -> list[Json]:
    """`mixed` lists tell of each mention whose it is; the others say it in their title."""
    blocks = [block for line in lines[:LISTED] for block in _line_blocks(line, user, now, mixed=mixed)]
    more = beyond + max(len(lines) - LISTED, 0)
    return [*blocks, context(plain_text(f"and {more:,} more"))] if more else blocks


def _line_blocks(line: Line, user: str, now: datetime, *, mixed: bool) -> list[Json]:
    title = f"{inline(line.author, 60) or 'Somebody'} on {inline(line.source, 60)}: {_words(line)}"
    where = f"<{escape(line.permalink)}|Open card>" if web_link(line.permalink) else "The card is on its way"
    facts = [
        _standing(line, user) if mixed or line.state is State.SNOOZED else "",
        escaped(line.department, 60),
        _due(line, now),
        where,
    ]
    urgent = f"{URGENT} · " if line.urgent else ""
    return [
        section(plain_text(f"{urgent}{title}", 400), _action(line, user)),
        context(markdown(" · ".join(fact for fact in facts if fact))),
    ]


def _words(line: Line) -> str:
    return inline(line.excerpt, _EXCERPT) or "(no text)"


def _standing(line: Line, user: str) -> str:
    if line.owner:
        return f"{CLAIMED} {'yours' if line.owner == user else mention(line.owner)}"
    return _STATES.get(line.state, "")


def _due(line: Line, now: datetime) -> str:
    if line.due_at is None:
        return ""
    return f"{LATE} *Late:* was due {date(line.due_at)}" if line.due_at <= now else f"{DUE} due {date(line.due_at)}"


def _action(line: Line, user: str) -> Json | None:
    """The next step of this person: answer what is theirs, claim what is free; what others hold is left to them."""
    possible = available(line.state)
    value, author = str(line.mention_id), inline(line.author, 40)
    if line.owner == user and Action.ANSWER in possible:
        return button("Answer", ids.ANSWER, value, label=f"Answer {author}")
    if not line.owner and Action.CLAIM in possible:
        return button("Claim", ids.CLAIM, value, label=f"Claim the mention by {author}")
    return None
