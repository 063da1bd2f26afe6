"""History on the card: every act with who, when, from where to where and why; whoever left keeps their name."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.core import Sandbox
from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, until


def read(person: Person, card: Card) -> str:
    """What somebody reads in the card's History, on its first page."""
    card.click(person, "history") if "History" in card.buttons else card.choose(person, "history")
    modal = person.expect_modal(callback_id="mention.history", within=PATIENCE)
    person.close(modal["id"])
    return visible_text(modal)


@contextmanager
def left(office: Office, person: Person) -> Iterator[None]:
    """While it lasts somebody is deactivated in Slack."""
    who = person.id

    def mark(running: Sandbox, deleted: bool) -> None:
        running.state.users[who].deleted = deleted

    office.slack.within(lambda running: mark(running, True))
    office.bot.directory.forget()
    try:
        yield
    finally:
        office.slack.within(lambda running: mark(running, False))
        office.bot.directory.forget()


def test_it_tells_from_where_to_where_whom_and_why(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, or an outage, says marmot")
    card = office.card("says marmot")
    card.click(ana, "claim")
    card.shows("Claimed")
    moved = {"reroute__department": "engineering", "reroute__topic": "outage", "reroute__reason": "The bill is right."}
    assert not fill(ana, card.dialog(ana, "reroute", menu=True), **moved)
    there = office.card("says marmot", "#engineering")
    assert not fill(ben, there.dialog(ben, "let_stand", menu=True), decision__preset="It is already settled")
    there.shows("Let stand")
    seen = read(ben, there)
    for words in (
        "unclaimed → claimed",
        "claimed → unclaimed",
        "Billing → Engineering",
        "topic: \noutage",
        "“The bill is right.”",
        "unclaimed → let stand",
        "“It is already settled”",
    ):
        assert words in seen
    for raw in ("state_before", "let_stand", "engineering\n", "+00:00", "True", "{"):
        assert raw not in seen


def test_whoever_left_keeps_their_name(office: Office, ana: Person) -> None:
    office.hears("billing awful, says numbat")
    card, hal = office.card("says numbat"), office.person("hal")
    card.click(hal, "claim")
    card.shows("Claimed")
    card.choose(hal, "release")
    card.shows("Unclaimed")
    with left(office, hal):
        seen = read(ana, card)
    assert "Hal (left)\n\n claimed it" in seen
    assert "Hal\n\n claimed it" in read(ana, card)


def test_a_long_history_has_pages(office: Office, ana: Person) -> None:
    written = office.hears("billing awful, version 0 of okapi")
    card = office.card("okapi")
    for number in range(1, 36):
        office.hears_again(type(written)(**{**vars(written), "text": f"billing awful, version {number} of okapi"}))
    card.shows("version 35 of okapi")
    office.settle()
    card.choose(ana, "history")
    first = ana.expect_modal(callback_id="mention.history", within=PATIENCE)
    assert "older events on the next pages" in visible_text(first)
    ana.click_in_view(first["id"], "mention.history_older")
    until(lambda: "found it" in visible_text(ana.modals()[-1]), "the oldest page")
    assert "Newer (30)" in visible_text(ana.modals()[-1])
    ana.close(ana.modals()[-1]["id"])
