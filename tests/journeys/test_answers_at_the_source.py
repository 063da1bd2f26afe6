"""An answer's whole way: from the dialog in Slack to the place where the customer reads it, once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sources.base import Answerable
from sandbox.person import Person, visible_text
from sandbox.places import routes
from sandbox.serve import running_sandbox
from tests.answering_place import SECRET, Door, our_answers
from tests.journeys import office as offices
from tests.journeys.configured import configured_office
from tests.journeys.office import Card, HurriedClock, Office, fill, until

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
LONG = f"{SORRY} " * 5


@dataclass(frozen=True, kw_only=True)
class Places:
    """The office, and the door through which answers come to Chirrup. Spoonful takes none."""

    office: Office
    door: Door

    def wrote(self, text: str, place: str = "chirrup") -> tuple[Card, str]:
        """A customer's post: its card, and its path at the place."""
        path = self.office.publish(place, text)
        return self.office.card(text), path

    def read(self, path: str) -> list[str]:
        """Our answers as everybody reads them there."""
        return our_answers(self.office.get(path).decode())


def settings(folder: Path) -> Path:
    """The journeys' company, whose Chirrup takes answers of 280 characters; the path of its configuration."""
    places = (offices.HERE / "places.toml").read_text().replace('color = "#1d7a8c"', TAKING, 1)
    (folder / "places.toml").write_text(places)
    (folder / "mentions.jsonl").write_text("")
    feed = 'url = "${SANDBOX_URL}/places/chirrup/feed"'
    config = (offices.HERE / "config.toml").read_text()
    assert config.count(feed) == 1
    answering = f'{feed}\nreply_url = "${{SANDBOX_URL}}/places/chirrup/answers"\nreply_secret = "CHIRRUP_SECRET"'
    (folder / "config.toml").write_text(config.replace(feed, answering))
    return folder / "config.toml"


TAKING = 'color = "#1d7a8c"\nanswers = true\nanswer_limit = 280'


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Places]:
    folder = tmp_path_factory.mktemp("answers")
    file, clock, door = settings(folder), HurriedClock(), Door()
    served = routes(folder / "mentions.jsonl", speed=1.0, clock=clock, company="Acme", reply_secret=SECRET)
    env = {"CHIRRUP_SECRET": SECRET}
    with (
        running_sandbox(
            manifest=offices.MANIFEST,
            workspace=offices.WORKSPACE,
            options=offices.UNHURRIED,
            extra_routes=door.put_before(served),
        ) as slack,
        configured_office(file, env, slack=slack, clock=clock, template=sqlite_template) as office,
    ):
        yield Places(office=office, door=door)


@pytest.fixture(scope="module")
def ana(places: Places) -> Person:
    return places.office.person("ana")


def send(card: Card, person: Person, text: str) -> None:
    dialog = card.dialog(person, "answer")
    assert dialog["submit"]["text"] == "Send"
    errors = fill(person, dialog, answer__text=text)
    assert not errors, errors


def test_the_configuration_decides_which_source_takes_answers(places: Places) -> None:
    takers = {name: isinstance(source, Answerable) for name, source in places.office.bot.sources.items()}
    assert takers == {"Chirrup": True, "Lookout": False, "Spoonful": False, "The Appery": False}


def test_an_answer_goes_to_the_place_and_the_card_links_to_it(places: Places, ana: Person) -> None:
    card, path = places.wrote("billing awful, says wren")
    send(card, ana, f"{SORRY}\n\nTo wren.")
    card.shows("Answered", "To wren.", "See it on 127.0.0.1").offers("Reopen", "History")
    assert places.read(path) == [f"{SORRY}\n\nTo wren."]
    assert f"{path}#answer-" in json.dumps(card.message["blocks"]), "the link leads to the answer itself"


def test_our_own_answer_does_not_come_back_as_a_mention(places: Places, ana: Person) -> None:
    card, path = places.wrote("billing awful, says crane")
    send(card, ana, "billing awful, echoes acme")
    card.shows("Answered")
    later, _ = places.wrote("billing awful, says the next one")  # read from the feed after our answer was there
    assert later.ts > card.ts
    assert len(places.read(path)) == 1
    assert len(places.office.cards("echoes acme", "#billing")) == 1, "only the card that it answers"


def test_a_busy_place_keeps_the_answer_on_its_way_until_it_takes_it(places: Places, ana: Person) -> None:
    for _ in range(2):
        places.door.say_once(503)
    card, path = places.wrote("billing awful, says stork")
    send(card, ana, f"{SORRY} To stork.")
    card.shows("Answer on its way", "is not able to answer now (503)")
    card.shows("Answered", "See it on 127.0.0.1")
    assert places.read(path) == [f"{SORRY} To stork."]


def test_an_answer_whose_confirmation_is_lost_stands_there_once(places: Places, ana: Person) -> None:
    before = len(places.door.knocks)
    places.door.lose_next_reply()
    places.door.lose_next_reply()
    card, path = places.wrote("billing awful, says ibis")
    send(card, ana, f"{SORRY} To ibis.")
    card.shows("Answered", "See it on 127.0.0.1")
    tries = places.door.knocks[before:]
    assert (len(tries), len(set(tries))) == (3, 1), "three tries under one key"
    assert places.read(path) == [f"{SORRY} To ibis."]


def test_a_refused_answer_says_why_and_goes_once_it_is_changed(places: Places, ana: Person) -> None:
    card, path = places.wrote("billing awful, says heron")
    send(card, ana, LONG)
    card.shows("Answer not sent", "Chirrup takes answers of 280 characters at most, and this one has")
    card.offers("Send again", "Change answer", "Escalate")
    assert places.read(path) == []
    card.click(ana, "retry_reply")
    until(lambda: len(refusals(places, card)) == 2, "the second refusal")
    card.shows("Answer not sent").offers("Send again", "Change answer", "Escalate")
    send(card, ana, f"{SORRY} To heron.")
    card.shows("Answered", "See it on 127.0.0.1")
    assert places.read(path) == [f"{SORRY} To heron."]


def test_a_place_that_was_down_takes_it_when_it_is_sent_again(places: Places, ana: Person) -> None:
    places.door.say_once(404, "The forum is being moved.")
    card, path = places.wrote("billing awful, says rook")
    send(card, ana, f"{SORRY} To rook.")
    card.shows("Answer not sent", "The forum is being moved.").offers("Send again", "Change answer", "Escalate")
    card.click(ana, "retry_reply")
    card.shows("Answered", "See it on 127.0.0.1")
    assert places.read(path) == [f"{SORRY} To rook."]


def test_where_a_place_takes_none_it_is_carried_by_hand_as_before(places: Places, ana: Person) -> None:
    card, path = places.wrote("billing awful, says gull", "spoonful")
    dialog = card.dialog(ana, "answer")
    assert dialog["submit"]["text"] == "Save to copy"
    assert "Earshot cannot write on Spoonful" in visible_text(dialog)
    assert not fill(ana, dialog, answer__text=SORRY)
    card.shows("Answer not posted yet")
    assert places.read(path) == []


def refusals(places: Places, card: Card) -> list[str]:
    return [event.detail["reason"] for event in places.office.log(card) if event.what == "reply_failed"]
