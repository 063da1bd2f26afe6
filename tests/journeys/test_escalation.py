"""Escalation and on call in Slack: whom a chain reaches, who is on it, quiet hours, rotas and duties."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta

import httpx
import pytest

from bot.config import Config
from bot.domain.escalation import Quiet
from bot.domain.rota import Rota
from bot.domain.routing import Department, Level
from bot.store.database import Database
from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, is_card, open_office, until

HALF = timedelta(minutes=30)
ROTA = Rota(name="care", people=("@ben", "@eve"), starts=date(2026, 6, 1), turn_days=1, handover=time(8), zone="UTC")
CHAIN = (
    Level(notify=("oncall:care",), within=HALF),
    Level(notify=("@on-call", "#leads"), within=HALF),
    Level(notify=("@lee",), within=HALF),
)


def billing(**fields: object) -> Callable[[Config], Config]:
    """Billing's chain calls whoever is on call, then a group in a channel, then a person."""
    wanted = {"escalation": CHAIN, "escalation_repeats": 0, **fields}

    def change(config: Config) -> Config:
        def changed(department: Department) -> Department:
            return replace(department, **wanted) if department.name == "billing" else department  # type: ignore[arg-type]

        return replace(config, departments=tuple(map(changed, config.departments)), rotas=(ROTA,))

    return change


@contextmanager
def company(database: Database, **fields: object) -> Iterator[Office]:
    with open_office(database, change=billing(**fields)) as office:
        yield office


@pytest.fixture
def company_office(sqlite_database: Database) -> Iterator[Office]:
    with company(sqlite_database) as office:
        yield office


def ask(office: Office, path: str, **body: object) -> None:
    answer = httpx.post(f"{office.slack.url}/sandbox/{path}", json=body, trust_env=False)
    assert answer.status_code == 200, answer.text


def archive(office: Office, channel: str) -> None:
    def change(running: object) -> None:
        state = running.state  # type: ignore[attr-defined]
        found = state.find_channel(channel)
        state.archive(found, actor=found.creator, archived=True)

    office.slack.within(change)


def notices(office: Office, channel: str, words: str) -> list[str]:
    shown = [each for each in office.slack.messages(channel) if not is_card(each)]
    return [visible_text(each) for each in shown if words in visible_text(each)]


def in_person(office: Office, handle: str, words: str) -> list[str]:
    room = office.direct(office.person(handle))
    return notices(office, room, words) if room else []


def called(office: Office, handle: str, words: str = "escalated this one") -> str:
    return str(until(lambda: in_person(office, handle, words), f"{handle} to be called")[0])


def raise_it(office: Office, text: str, user: str = "ana", **fields: object) -> Card:
    office.hears(text)
    card = office.card(text)
    person = office.person(user)
    assert not fill(person, card.dialog(person, "escalate"), escalate__reason="The bank wants a word.", **fields)
    return card


def press(office: Office, person: Person, words: str, action: str) -> None:
    room = office.direct(person)
    person.click(room, person.expect_message(room, containing=words, within=PATIENCE)["ts"], action)


def log(office: Office, card: Card, what: str) -> list[dict[str, str]]:
    return [dict(event.detail) for event in office.log(card) if event.what == what]


def test_whoever_is_on_call_is_called_and_says_that_they_are_on_it(company_office: Office) -> None:
    office = company_office
    card = raise_it(office, "billing awful, says auk")
    words = called(office, "ben")
    assert "level 1 of 3" in words
    assert "“The bank wants a word.”" in words
    assert "You are on call for care." in words
    assert "A decision is due" in words
    assert "Open the card" in words
    card.shows("Escalated to level 1 of 3", "If nobody is on it, the escalation goes on")
    ben, eve = office.person("ben"), office.person("eve")
    press(office, ben, "escalated this one", "mention.acknowledge")
    card.shows("is on it since", "Unclaimed").offers("Claim", "Answer", "Escalate")
    until(lambda: in_person(office, "ben", "is on it since"), "the call to be drawn anew")
    card.choose(eve, "history")
    assert "is on it" in visible_text(eve.expect_modal(callback_id="mention.history", within=PATIENCE))
    office.clock.forward(minutes=45)
    office.settle()
    assert not notices(office, "#leads", "escalated this one")
    press(office, ben, "is on it since", "mention.claim")
    card.shows("Claimed")


def test_a_second_delivery_of_a_click_changes_nothing_and_a_second_person_is_told(company_office: Office) -> None:
    office = company_office
    card = raise_it(office, "billing awful, says booby")
    called(office, "ben")
    with office.everything_twice():
        card.choose(office.person("ana"), "acknowledge")
        card.shows("is on it since")
    assert len(log(office, card, "acknowledge")) == 1
    room = office.direct(office.person("ben"))
    until(lambda: in_person(office, "ben", "is on it since"), "the call to be drawn anew")
    assert [each["text"]["text"] for each in office.slack.messages(room)[-1]["blocks"][-1]["elements"]] == ["Claim"]


def test_a_chain_falls_through_whoever_left_an_empty_group_and_an_archived_channel(company_office: Office) -> None:
    office = company_office
    ask(office, "people", user="ben", deactivated=True)
    ask(office, "groups", group="@on-call", members=[])
    archive(office, "#leads")
    office.hears("billing awful, says crane")
    card = office.card("billing awful, says crane")
    ana = office.person("ana")
    dialog = card.dialog(ana, "escalate")
    shown = visible_text(dialog)
    assert "oncall:care: has left Slack." in shown
    assert "@on-call: has nobody in it." in shown
    assert "#leads: is archived." in shown
    assert "Level 3 of 3" in shown
    assert not fill(ana, dialog, escalate__reason="The bank wants a word.")
    assert "level 3 of 3" in called(office, "lee")
    card.shows("Escalated to level 3 of 3")
    (event,) = log(office, card, "escalate")
    assert event["nobody_could_be_told"].count(";") == 2
    told = until(lambda: notices(office, "#ops", "The next one in the chain was called"), "the operators to be told")
    until(lambda: len(notices(office, "#ops", "The next one in the chain was called")) == 3, "all three causes")
    assert any("which is archived" in each for each in [*told, *notices(office, "#ops", "#leads")])
    card.choose(ana, "history")
    assert "nobody could be told" in visible_text(ana.expect_modal(callback_id="mention.history", within=PATIENCE))
    raise_it(office, "billing awful, says curlew")
    office.settle()
    assert len(notices(office, "#ops", "The next one in the chain was called")) == 3, "each cause once"


def test_where_nobody_is_left_the_channel_and_the_operators_are_told(company_office: Office) -> None:
    office = company_office
    for handle in ("ben", "lee"):
        ask(office, "people", user=handle, deactivated=True)
    ask(office, "groups", group="on-call", members=["ben"])
    archive(office, "#leads")
    card = raise_it(office, "billing awful, says dipper")
    for channel in ("#billing", "#ops"):
        until(lambda place=channel: notices(office, place, "nobody is left in the chain"), f"{channel} to be told")
    card.shows("nobody could be told")


def test_the_chain_goes_on_by_itself_and_its_end_is_said(company_office: Office) -> None:
    office = company_office
    card = raise_it(office, "billing awful, says egret")
    called(office, "ben")
    office.clock.forward(minutes=31)
    office.settle()
    (group,) = until(lambda: notices(office, "#leads", "level 2 of 3"), "the second level")
    assert "nobody took it in time" in group
    office.clock.forward(minutes=31)
    office.settle()
    called(office, "lee", "level 3 of 3")
    office.clock.forward(minutes=31)
    office.settle()
    until(lambda: notices(office, "#billing", "nobody is on it. Nobody further is called."), "the end to be said")
    assert len(log(office, card, "escalate")) == 3


QUIET = (Quiet(begins=time(0), ends=time(14)),)
"""The office's clock begins at nine in the morning: that is night here."""


def test_quiet_hours_put_a_call_off_unless_it_cannot_wait(sqlite_database: Database) -> None:
    with company(sqlite_database, quiet_hours=QUIET) as office:
        ana = office.person("ana")
        patient = raise_it(office, "billing awful, says finch")
        patient.shows("Escalation waits for the end of quiet hours", "asked for by")
        pressing = "billing awful, says gull"
        office.hears(pressing)
        card = office.card(pressing)
        dialog = card.dialog(ana, "escalate")
        assert "These are quiet hours" in visible_text(dialog)
        assert not fill(ana, dialog, escalate__reason="A lawyer writes.", escalate__now=["now"])
        assert "says gull" in called(office, "ben")
        assert not in_person(office, "ben", "says finch")
        office.clock.forward(minutes=5 * 60)
        office.settle()
        called(office, "ben", "says finch")
        patient.shows("Escalated to level 1 of 3")


def test_people_take_duties_out_of_turn(company_office: Office) -> None:
    office = company_office
    ana, mia = office.person("ana"), office.person("mia")
    mia.command("/mentions oncall", "#billing")
    listed = mia.expect_message("#billing", containing="is on call", within=PATIENCE)
    assert "care: " in visible_text(listed)
    ana.command("/mentions oncall care @eve until tomorrow 9:00", "#billing")
    ana.expect_message("#billing", containing="can change what belongs to everybody", within=PATIENCE)
    mia.command("/mentions oncall care @eve until tomorrow 9:00", "#billing")
    mia.expect_message("#billing", containing="Out of turn", within=PATIENCE)
    until(lambda: in_person(office, "eve", "Out of turn"), "eve to be told")
    raise_it(office, "billing awful, says heron")
    called(office, "eve")
    assert not in_person(office, "ben", "escalated this one")
    mia.command("/mentions oncall", "#billing")
    listed = mia.expect_message("#billing", containing="Withdraw", within=PATIENCE)
    assert f"then <@{office.person('ben').id}>" in listed["text"], "eve's own turn follows her duty"
    mia.click("#billing", listed["ts"], "duty.end")
    mia.expect_message("#billing", containing="is withdrawn", within=PATIENCE)
    raise_it(office, "billing awful, says ibis")
    called(office, "ben", "says ibis")


def test_a_duty_is_filled_in_and_a_wrong_one_is_refused(company_office: Office) -> None:
    office = company_office
    mia, eve = office.person("mia"), office.person("eve")
    mia.command("/mentions oncall", "#billing")
    listed = mia.expect_message("#billing", containing="is on call", within=PATIENCE)
    mia.click("#billing", listed["ts"], "duty.new")
    dialog = mia.expect_modal(callback_id="duty.new", within=PATIENCE)
    now = int(office.clock().timestamp())
    wrong = fill(mia, dialog, duty__person=eve.id, duty__until=now - 3600)
    assert wrong == {"duty.until": "That ends before it begins: choose a later end."}
    assert not fill(mia, dialog, duty__rota="care", duty__person=eve.id, duty__until=now + 24 * 3600)
    until(lambda: in_person(office, "eve", "Out of turn"), "eve to be told")
    for typed, said in (
        ("oncall nights @eve until 18:00", "There is no rota “nights”"),
        ("oncall care @eve", "Say until when"),
        ("oncall care @nobodyatall until 18:00", "Nobody here is called @nobodyatall"),
    ):
        mia.command(f"/mentions {typed}", "#billing")
        mia.expect_message("#billing", containing=said, within=PATIENCE)
