"""Weak signals in Slack: one card for quiet mentions of several days and places, and what a person makes of it."""

from datetime import timedelta
from itertools import count
from typing import Any

from bot.store import signals as stored
from bot.store import vectors
from sandbox.person import Person, visible_text
from tests.fakes import post
from tests.journeys.office import PATIENCE, Office, fill, until

Json = dict[str, Any]
_numbers = count(5_000)


def hear(office: Office, text: str, *, days_ago: float, source: str) -> None:
    """Somebody wrote this some days ago; it comes in now."""
    number = next(_numbers)
    written = post(number, text, author=f"quiet{number}", posted_at=office.clock() - timedelta(days=days_ago))
    office.hears_again(written, source=source)


def hear_five(office: Office, words: str) -> None:
    for days_ago, source in ((9, "blog"), (7, "forum"), (5, "blog"), (3, "forum"), (0.1, "blog")):
        hear(office, f"{words} billing {days_ago}", days_ago=days_ago, source=source)


def signals(office: Office, words: str) -> list[Json]:
    """Signal cards in #billing that show these words."""
    shown = (each for each in office.slack.messages("#billing") if "A weak signal" in visible_text(each))
    return [each for each in shown if words in visible_text(each)]


def signal(office: Office, words: str, *more: str) -> Json:
    """The one card, once it shows all of it."""

    def look() -> Json | None:
        (found,) = signals(office, words) or [None]
        return found if found and all(each in visible_text(found) for each in more) else None

    return until(look, f"a signal card with {words} and {more}")  # type: ignore[no-any-return]


def buttons(message: Json) -> list[str]:
    rows = [each for each in message["blocks"] if each.get("block_id", "").startswith("signal.")]
    return [each["text"]["text"] for row in rows for each in row["elements"]]


def test_five_quiet_mentions_raise_one_card_and_it_is_claimed_from_there(office: Office, ana: Person) -> None:
    hear_five(office, "porcupine lid smells of warm plastic")
    raised = signal(office, "porcupine", "5 quiet mentions in 2 places")
    assert "They share: " in visible_text(raised)
    assert buttons(raised) == ["Looks real: claim the lead mention", "Not a pattern…"]
    assert "Open the card" in str(raised["blocks"])

    # Two more say the same: the card counts them, and no second one comes.
    hear(office, "porcupine lid smells of warm plastic billing again", days_ago=0, source="forum")
    raised = signal(office, "porcupine", "6 quiet mentions")
    assert len(signals(office, "porcupine")) == 1

    with office.everything_twice():
        ana.click("#billing", raised["ts"], "signal.real")
        raised = signal(office, "porcupine", "Said to be real", "the lead mention is with")
    assert buttons(raised) == []
    lead = office.card("porcupine lid smells of warm plastic billing 0.1")
    lead.shows("Claimed")
    whats = [each.what for each in office.log(lead)]
    assert whats.count("signal_real") == whats.count("claim") == 1


def test_who_comes_second_is_told_who_was_first(office: Office, ana: Person, ben: Person) -> None:
    hear_five(office, "hedgehog handle is loose in the hand")
    raised = signal(office, "hedgehog")
    with office.cards_stay_as_they_are():
        ana.click("#billing", raised["ts"], "signal.real")
        until(lambda: _closed(office, raised), "Ana's word to be taken")
        ben.click("#billing", raised["ts"], "signal.no_pattern")
        told = ben.expect_message("#billing", containing="Somebody has looked at this already", within=PATIENCE)
        assert "ana decided it at" in visible_text(told).casefold()


def test_not_a_pattern_closes_it_with_a_reason(office: Office, ana: Person) -> None:
    hear_five(office, "badger kettle hums at night")
    raised = signal(office, "badger")
    ana.click("#billing", raised["ts"], "signal.no_pattern")
    dialog = ana.expect_modal(callback_id="signal.no_pattern", within=PATIENCE)
    assert "badger kettle hums" in visible_text(dialog)
    assert fill(ana, dialog, signal__reason="   ") == {
        "signal.reason": "Please say why: whoever sees the next signal can learn from it."
    }
    assert not fill(ana, dialog, signal__reason="They quote one and the same advert.")
    raised = signal(office, "badger", "Said to be no pattern", "“They quote one and the same advert.”")
    assert buttons(raised) == []
    hear(office, "badger kettle hums at night billing too", days_ago=0, source="forum")
    office.card("hums at night billing too")
    office.settle()
    assert len(signals(office, "badger")) == 1
    assert "5 quiet mentions" in visible_text(signals(office, "badger")[0])


def test_five_in_one_hour_raise_none(office: Office) -> None:
    words = "marmot"
    for place in range(5):
        source = ("blog", "forum")[place % 2]
        hear(office, f"{words} box arrived dented billing {place}", days_ago=place / 100, source=source)
    office.card(f"{words} box arrived dented billing 4")
    until(lambda: _weighed(office), "all to be weighed")
    assert signals(office, words) == []


def _closed(office: Office, raised: Json) -> bool:
    row = next(each for each in raised["blocks"] if each.get("block_id", "").startswith("signal."))
    with office.bot.database.read() as session:
        found = stored.load(session, int(row["block_id"].split(".")[1]))
    return found is not None and found.closed_at is not None


def _weighed(office: Office) -> bool:
    with office.bot.database.read() as session:
        return not stored.unweighed(session, 1) and not vectors.missing(session, "words-1", 1)
