"""What people see of the sources themselves: one that falls silent, one that takes posts back, and many that hang."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

import bot.app
from bot.config import Config
from bot.errors import Retry
from bot.sources.base import Batch, Source
from bot.store.database import Database
from sandbox.person import visible_text
from tests.fakes import FakeSource, batch
from tests.journeys.office import PATIENCE, Office, fill, open_office, until

DOWN = Retry("the forum does not answer", after=timedelta(seconds=5))
HANGING = 50


def bulletins(office: Office) -> list[str]:
    texts = [visible_text(each) for each in office.slack.messages("#ops")]
    return [each for each in texts if "“forum”" in each]


def watched(office: Office) -> list[str]:
    """The messages of `bulletins`, after one more look at the sources."""
    office.bot.hearing.watch()
    return bulletins(office)


def polled(office: Office, times: int) -> None:
    """Wait until the forum has been asked so often, however long it is to be left alone."""
    until(
        lambda: office.clock.forward(minutes=10) or len(office.forum.cursors) >= times,
        lambda: f"poll {times} of the forum, but there were {len(office.forum.cursors)}",
    )


def test_a_source_that_fails_is_told_once_and_once_more_when_it_is_well_again(own_office: Office) -> None:
    office = own_office
    office.forum.will(*[DOWN] * 6)
    polled(office, 6)
    [told] = until(lambda: watched(office), "a message to the operators")
    assert "“forum” is not heard" in told
    assert "Nothing can be read there since" in told
    assert "the forum does not answer. Earshot goes on trying" in told
    ana = office.person("ana")
    ana.command("/mentions sources", "#billing")
    listed = visible_text(ana.expect_message("#billing", containing="5 sources, 1 not well", within=PATIENCE))
    assert "(fake): failing for" in listed
    assert listed.index("forum") < listed.index("Spoonful"), "who is not well comes first"
    polled(office, 8)
    until(lambda: "is well again since" in watched(office)[0], lambda: str(bulletins(office)))
    office.settle()
    assert len(bulletins(office)) == 1


def test_a_post_that_its_author_takes_down_says_so_and_is_not_answered(own_office: Office) -> None:
    office, ana = own_office, own_office.person("ana")
    written = office.hears("billing awful, says dodo", source="forum")
    card = office.card("says dodo")
    asked = len(office.forum.cursors)
    office.forum.will(batch(cursor="b", gone=(written.external_id,)))
    polled(office, asked + 1)
    card.shows("took this post down")
    dialog = card.dialog(ana, "answer")
    assert not fill(ana, dialog, answer__text="We are sorry.")
    card.shows("Answer not sent", "the post is not there any more: its author took it down")
    assert office.forum.answers == {}


class Hanging(FakeSource):
    """A place that begins to answer and never ends; `let_go` ends the test."""

    let_go = threading.Event()

    def poll(self, cursor: str, now: object) -> Batch:
        self.cursors.append(cursor)
        self.let_go.wait(60)
        return Batch(items=(), cursor=cursor)


@pytest.fixture
def crowded(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with fifty places that hang, all before the good ones."""
    configured = bot.app.build_sources
    hanging: dict[str, Source] = {f"a{n:02}": Hanging(f"a{n:02}") for n in range(HANGING)}

    def with_hanging(config: Config) -> dict[str, Source]:
        return {**hanging, **configured(config)}

    monkeypatch.setattr(bot.app, "build_sources", with_hanging)
    Hanging.let_go.clear()
    try:
        with open_office(sqlite_database) as office:
            try:
                yield office
            finally:
                Hanging.let_go.set()
    finally:
        Hanging.let_go.set()


def test_fifty_places_that_hang_delay_no_other(crowded: Office) -> None:
    hanging = [each for each in crowded.bot.sources.values() if isinstance(each, Hanging)]
    until(lambda: all(each.cursors for each in hanging), "every place that hangs to be asked")
    crowded.publish("chirrup", "billing awful, says the fifty-first")
    crowded.card("says the fifty-first")
    assert not Hanging.let_go.is_set()
    assert len(hanging) == HANGING
