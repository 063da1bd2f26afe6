"""App Home: what waits for one person, what is nearly due, what nobody has taken yet, and how their week goes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zlib import crc32

from bot.domain.home import HomeList, HomePage, Week
from bot.domain.lifecycle import Action, available
from bot.domain.listing import Line, Listing
from bot.slack import ids
from bot.slack.blocks.elements import (
    MAX_OPTIONS,
    actions,
    button,
    context,
    divider,
    header,
    markdown,
    option,
    plain_text,
    quote,
    rich,
    section,
    span,
    when,
)
from bot.slack.blocks.kudos import kudos_choice
from bot.slack.blocks.lines import about, entry, how_it_stands, is_due, place_in, way_to_card
from bot.slack.blocks.message import Json
from bot.slack.blocks.standing import person
from bot.slack.blocks.text import date, duration, escaped, inline, plain

TITLES = {
    HomeList.OFFERED: "Offered to me",
    HomeList.APPROVALS: "Waiting for my approval",
    HomeList.MINE: "Mine",
    HomeList.DUE_SOON: "Due soon",
    HomeList.UNCLAIMED: "Unclaimed in my teams",
}

EVERYTHING = "*"
"""The value of a filter's first choice."""

_NONE = {
    HomeList.MINE: "Nothing waits for you. Take one from below, or enjoy the quiet.",
    HomeList.DUE_SOON: "Nothing is due soon: every promise has time.",
    HomeList.UNCLAIMED: "Everything in your teams has an owner. Well done.",
}
_NONE_CHOSEN = "Nothing here fits what you chose above."
_NO_TEAM = "You see a team's mentions here once you are in one. Ask whoever runs Earshot to add you."


def home_view(page: HomePage, now: datetime) -> Json:
    """The whole view; `now` tells which promises are late. Its `private_metadata` is JSON: list → page, from 0."""
    blocks = [context(markdown(f"{_teams(page)} · as of {date(page.made_at)}")), _filters(page)]
    for which in HomeList:
        blocks += _list_blocks(page, which, now)
    pages = {which: listing.page for which, listing in page.lists.items() if listing.page}
    return _view([*blocks, *_week(page), *kudos_choice(page.kudos_wanted)], json.dumps(pages))


def fault_view(sentence: str) -> Json:
    """Home when it could not be made: why, and the way out."""
    again = actions([button("Try again", ids.HOME_AGAIN, "again", style="primary")], "home.again")
    return _view([section(plain_text(f"⚠️ {sentence}", 1_000)), again], "{}")


def pages_of(metadata: str) -> dict[HomeList, int]:
    """Which pages a drawn Home shows; the first ones where it does not say."""
    kept: Mapping[str, object] = json.loads(metadata or "{}")
    return {HomeList(name): int(str(page)) for name, page in kept.items() if name in list(HomeList)}


def _view(blocks: Sequence[Json], metadata: str) -> Json:
    return {"type": "home", "callback_id": ids.HOME, "private_metadata": metadata, "blocks": list(blocks)}


def _teams(page: HomePage) -> str:
    if not page.departments:
        return "You are in no team yet"
    names = [escaped(place.title, 60) for place in page.departments[:10]]
    beyond = len(page.departments) - len(names)
    return "Your teams: " + ", ".join(names) + (f" and {beyond} more" if beyond else "")


def _filters(page: HomePage) -> Json:
    """What to see in the lists below; only what there is more than one of can be chosen."""
    choice, choices = page.choice, page.choices
    urgent = option("Urgent only", "urgent")
    ticked: Json = {"initial_options": [urgent]} if choice.urgent else {}
    elements = [
        *_select(ids.HOME_DEPARTMENT, "All my teams", choices.departments, choice.department),
        *_select(ids.HOME_TOPIC, "All topics", choices.topics, choice.topic),
        *_select(ids.HOME_SOURCE, "All sources", choices.sources, choice.source),
        {"type": "checkboxes", "action_id": ids.HOME_URGENT, "options": [urgent], **ticked},
        *([button("Show everything", ids.HOME_EVERYTHING, "everything")] if choice else []),
        button("Find…", ids.HOME_FIND, "find", label="Find a mention"),
        button("Decide several…", ids.BULK, choice.department or ids.BULK_ALL),
    ]
    # A block id that changes with the choice: Slack's clients keep what was picked where block and action stay the same.
    return actions(elements, f"home.choice.{crc32(json.dumps(choice.to_json()).encode()):x}")


def _select(action_id: str, everything: str, choices: Sequence[tuple[str, str]], chosen: str) -> list[Json]:
    if len(choices) < 2:
        return []
    options = [option(everything, EVERYTHING), *(option(title or name, name) for name, title in choices)]
    initial = next((each for each in options if each["value"] == chosen), options[0])
    if len(options) > MAX_OPTIONS:
        options = [options[0], initial, *options[1 : MAX_OPTIONS - 1]]
    return [{"type": "static_select", "action_id": action_id, "options": options, "initial_option": initial}]


def _list_blocks(page: HomePage, which: HomeList, now: datetime) -> list[Json]:
    listing = page.listing(which)
    if not listing.total and which not in _NONE:
        return []
    title = header(f"{TITLES[which]} ({listing.total:,})" if listing.total else TITLES[which])
    if not listing.total:
        return [title, section(plain_text(_nothing(page, which)))]
    lines = [block for one in listing.lines for block in _LINES[which](one, page.user, now)]
    return [title, *lines, *_paging(which, listing)]


def _nothing(page: HomePage, which: HomeList) -> str:
    if page.choice:
        return _NONE_CHOSEN
    return _NO_TEAM if which is HomeList.UNCLAIMED and not page.departments else _NONE[which]


def _paging(which: HomeList, listing: Listing) -> list[Json]:
    if listing.total <= len(listing.lines):
        return []
    title = TITLES[which]
    buttons = []
    if listing.first:
        buttons.append(
            button("◀ Back", ids.HOME_BACK, f"{which}:{listing.page - 1}", label=f"{title}: the ones before")
        )
    if listing.end < listing.total:
        buttons.append(button("More ▶", ids.HOME_MORE, f"{which}:{listing.page + 1}", label=f"{title}: the next ones"))
    return [context(plain_text(f"{place_in(listing)}, the most urgent first")), actions(buttons, f"home.pages.{which}")]


def _held(one: Line, user: str, now: datetime) -> list[Json]:
    return [entry(one, _place(one), is_due(one, now), way_to_card(one)), _actions(one, user)]


def _mixed(one: Line, user: str, now: datetime) -> list[Json]:
    """Tells of each mention whose it is; the other lists say that in their title. What others hold is left to them."""
    shown = entry(one, how_it_stands(one, user), _place(one), is_due(one, now), way_to_card(one))
    return [shown, *([] if one.owner and one.owner != user else [_actions(one, user)])]


def _offer(one: Line, _user: str, now: datetime) -> list[Json]:
    by = [span("offered by "), person(one.offered_by)] if one.offered_by else [span("it is your turn")]
    until = [span(" until "), when(one.offer_until)] if one.offer_until else []
    shown = entry(one, [*by, *until], _place(one), is_due(one, now), way_to_card(one))
    return [shown, actions([about("Accept", ids.ACCEPT, one, style="primary"), about("Decline…", ids.DECLINE, one)])]


def _approval(one: Line, _user: str, now: datetime) -> list[Json]:
    by = [span("written by "), person(one.answer_by)]
    why = [span(f"needs approval: {inline(one.waits_for, 120)}")]
    shown = entry(one, by, why, is_due(one, now), way_to_card(one))
    value = f"{one.mention_id}:{one.answer_id}"
    row = [
        about("Approve", ids.APPROVE, one, style="primary", value=value),
        about("Edit and approve…", ids.REVIEW, one, value=value),
        about("Return…", ids.RETURN, one, value=value),
    ]
    return [shown, rich(quote(span(plain(one.answer, 600, lines=6) or "(no text)"))), actions(row)]


_LINES = {
    HomeList.OFFERED: _offer,
    HomeList.APPROVALS: _approval,
    HomeList.MINE: _held,
    HomeList.DUE_SOON: _mixed,
    HomeList.UNCLAIMED: _held,
}


def _place(one: Line) -> list[Json]:
    topic = f", {inline(one.topic.replace('_', ' '), 40)}" if one.topic else ""
    return [span(f"{inline(one.department, 60)}{topic}")]


def _actions(one: Line, user: str) -> Json:
    """The next steps of this person, the likeliest first: answer what is theirs, claim what is free."""
    mine = one.owner == user
    steps = [(Action.ANSWER, "Answer…", mine), (Action.CLAIM, "Claim", not mine), (Action.RELEASE, "Release", mine)]
    steps += [(Action.ANSWER, "Answer…", not mine), (Action.WAKE, "Wake", True), (Action.SNOOZE, "Snooze…", True)]
    possible = available(one.state)
    wanted = [(verb, ids.action_id(action)) for action, verb, fits in steps if fits and action in possible]
    return actions([about(verb, id_, one, style="" if n else "primary") for n, (verb, id_) in enumerate(wanted)])


def _week(page: HomePage) -> list[Json]:
    now, before = page.week, page.last_week
    if now == before == Week():
        return []
    figures = [
        ("Claimed", _count(now.claimed), _count(before.claimed)),
        ("Answered", _count(now.answered), _count(before.answered)),
        ("Let stand or watched", _count(now.let_stand), _count(before.let_stand)),
        ("First response (median)", _time(now.first_response), _time(before.first_response)),
        ("Promises kept", _kept(now), _kept(before)),
    ]
    fields = [markdown(f"*{name}*\n{this} _(last week {last})_") for name, this, last in figures]
    told = "This week since Monday, against last week up to the same hour."
    return [divider(), header("My week"), {"type": "section", "fields": fields}, context(plain_text(told))]


def _count(count: int) -> str:
    return f"{count:,}"


def _time(length: timedelta | None) -> str:
    return duration(length) if length is not None else "none"


def _kept(week: Week) -> str:
    return f"{week.kept:,} of {week.promises:,}" if week.promises else "none due"
