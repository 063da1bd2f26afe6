"""A customer praises somebody of us by name: they are told in person, once, unless they do not want to be."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.config import Config
from bot.domain.kudos import Staff
from bot.store.database import Database
from sandbox.person import Person, visible_text
from tests.journeys.looking import home, press
from tests.journeys.office import PATIENCE, Office, fill, open_office, until

Json = dict[str, Any]


def with_staff(config: Config) -> Config:
    staff = (Staff(name="Ben Okafor", slack="@ben", also=("Ben",)), Staff(name="Cleo Marsh", slack="@cleo"))
    return replace(config, staff=staff, staff_report=True)


@pytest.fixture
def office(sqlite_database: Database) -> Iterator[Office]:
    with open_office(sqlite_database, change=with_staff) as opened:
        yield opened


def thanks(office: Office, person: Person, words: str) -> list[Json]:
    channel = office.direct(person)
    sent = office.slack.messages(channel) if channel else []
    return [each for each in sent if "praises you by name" in visible_text(each) and words in visible_text(each)]


def test_whoever_is_praised_by_name_is_told_once_and_can_have_none_of_it(office: Office) -> None:
    ben, mia = office.person("ben"), office.person("mia")
    office.hears("billing is great, I love it. Ben is a star, says robin")
    card = office.card("says robin").shows("💚 Praise", "praises Ben Okafor")
    told = until(lambda: thanks(office, ben, "says robin"), "thanks for Ben")[0]
    assert "Open the card" in visible_text(told)
    card.choose(ben, "history")
    history = ben.expect_modal(callback_id="mention.history", within=PATIENCE)
    assert "passed the praise on to the colleague whom it names" in visible_text(history)
    ben.close(history["id"])
    office.hears("billing is awful, Ben too, says raven")
    office.card("says raven")
    with office.everything_twice():
        ben.click(office.direct(ben), told["ts"], "kudos.stop")
    ben.expect_message(office.direct(ben), containing="You get no more of these", within=PATIENCE)
    office.hears("billing is great, I love it. Thanks Ben, says finch")
    office.card("says finch").shows("praises Ben Okafor")
    office.settle()
    assert [len(thanks(office, ben, words)) for words in ("says robin", "says raven", "says finch")] == [1, 0, 0]
    home(ben, "You asked for no thanks")
    press(ben, "kudos.start", "start")
    home(ben, "come as a direct message")
    office.hears("billing is great, I love it. Thanks Ben, says wren")
    until(lambda: thanks(office, ben, "says wren"), "thanks for Ben again")
    mia.command("/engagement-report", "#leads")
    report = until(lambda: _report(office, mia), "a report that counts the thanks")
    assert "Staff were praised by name 3 times (0 before): Ben Okafor 3." in report


def test_a_command_does_the_same_and_home_asks_only_those_whom_customers_can_name(office: Office) -> None:
    cleo, ana = office.person("cleo"), office.person("ana")
    cleo.command("/mentions kudos", "#billing")
    cleo.expect_message(
        "#billing", containing="come as a direct message. /mentions kudos off stops them.", within=PATIENCE
    )
    cleo.command("/mentions kudos off", "#billing")
    cleo.expect_message("#billing", containing="You get no more of these", within=PATIENCE)
    cleo.command("/mentions kudos maybe", "#billing")
    cleo.expect_message("#billing", containing="Type /mentions kudos on or /mentions kudos off.", within=PATIENCE)
    cleo.command("/mentions kudos", "#billing")
    cleo.expect_message(
        "#billing", containing="no thanks from customers who name you. /mentions kudos on", within=PATIENCE
    )
    home(cleo, "You asked for no thanks")
    ana.command("/mentions kudos on", "#billing")
    ana.expect_message("#billing", containing="Your name does not stand in Earshot's list of staff", within=PATIENCE)
    assert "thanks" not in home(ana, "Unclaimed in my teams").casefold()


def test_a_score_that_a_person_corrects_to_praise_passes_the_thanks_on(office: Office) -> None:
    ana, ben = office.person("ana"), office.person("ben")
    office.hears("billing awful no more since Ben Okafor, says magpie")
    card = office.card("says magpie")
    assert "praises" not in card.text
    dialog = card.dialog(ana, "score", menu=True)
    fill(ana, dialog, score__choice="promoter")
    card.shows("praises Ben Okafor")
    until(lambda: thanks(office, ben, "says magpie"), "thanks for Ben")


def _report(office: Office, person: Person) -> str:
    channel = office.direct(person)
    shown = [visible_text(each) for each in office.slack.messages(channel)] if channel else []
    return next((each for each in shown if "Staff were praised" in each), "")
