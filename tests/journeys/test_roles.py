"""Roles: who may not is told who can, on every button, menu, dialog and command; cards look the same for all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Config
from bot.domain.lifecycle import PEOPLES
from bot.domain.roles import EVERYONE, Permission, Roles
from bot.slack import ids, permissions
from bot.slack.blocks import card as card_blocks
from bot.slack.listeners import ACTS, COMMANDS, FORMS
from sandbox.core import Sandbox
from sandbox.person import Person, visible_text
from tests.databases import sqlite_factory
from tests.journeys.office import PATIENCE, Office, fill, open_office, until

LEADS = "Only Billing leads (@billing-leads: Fay, Gus, +2)"


def with_roles(config: Config) -> Config:
    named = {
        Permission.CLAIM: ("@ana", "@billing-leads", "@ben"),
        Permission.ANSWER: ("@billing-leads",),
        Permission.ESCALATE: (),
        Permission.SETTINGS: (EVERYONE,),
    }
    return replace(config, roles=Roles(managers=("@mia",), named=named))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with sqlite_factory(folder, sqlite_template) as make, open_office(make(), change=with_roles) as opened:
        yield opened


def test_a_claim_is_refused_with_who_can(office: Office, ana: Person) -> None:
    office.hears("billing awful, says aardvark")
    card, cleo = office.card("says aardvark"), office.person("cleo")
    card.offers("Claim", "Answer", "Escalate")
    card.click(cleo, "claim")
    sentence = f"{LEADS}, Ana and Ben can claim, move or snooze mentions."
    told = cleo.expect_message("#billing", containing=sentence, within=PATIENCE)
    assert told["is_ephemeral"]
    card.click(ana, "claim")
    card.shows("Claimed")


def test_answer_and_menu_are_refused_where_they_are_clicked(office: Office, ana: Person) -> None:
    office.hears("billing awful, says badger")
    card = office.card("says badger")
    card.click(ana, "answer")
    ana.expect_message("#billing", containing=f"{LEADS} can answer customers, or decide not to.", within=PATIENCE)
    before = len(ana.messages("#billing"))
    row = card.row["block_id"]
    card.choose(ana, "let_stand")
    until(lambda: len(ana.messages("#billing")) > before, "the refusal of the menu's choice")
    until(lambda: card.row["block_id"] != row, "a menu in which the same can be chosen again")
    assert not ana.modals()
    gus = office.person("gus")
    assert not fill(gus, card.dialog(gus, "let_stand", menu=True), decision__preset="It is already settled")
    card.shows("Let stand")


def test_what_nobody_may_says_what_to_set(office: Office, ana: Person) -> None:
    office.hears("billing awful, says civet")
    office.card("says civet").click(ana, "escalate")
    ana.expect_message(
        "#billing",
        containing="Nobody here can escalate mentions: whoever runs Earshot gives that with [roles] escalate.",
        within=PATIENCE,
    )


def test_a_mention_is_brought_in_by_hand_by_those_who_may_take_it_up(office: Office) -> None:
    cleo = office.person("cleo")
    cleo.command("/mentions add https://example.com/post Billing is awful, says coati", "#billing")
    cleo.expect_message("#billing", containing="can claim, move or snooze mentions.", within=PATIENCE)
    assert not cleo.modals()


def test_a_dialog_that_was_open_is_refused_at_its_input(office: Office) -> None:
    """A role may be lost between the click and the submit: what is sent counts, not what was opened."""
    office.hears("billing awful, says dingo")
    card, gus = office.card("says dingo"), office.person("gus")
    dialog, who = card.dialog(gus, "answer"), gus.id
    office.slack.within(lambda running: _leave(running, "billing-leads", who))
    office.bot.directory._members.clear()  # what ten minutes do by themselves
    try:
        errors = fill(gus, dialog, answer__text="We put it right.")
    finally:
        office.slack.within(lambda running: _join(running, "billing-leads", who))
    assert errors == {
        "answer.text": "Only Billing leads (@billing-leads: Fay, Lee, +1) can answer customers, or decide not to."
    }
    assert not [each for each in office.log(card) if each.actor == who]
    gus.close(dialog["id"])


def test_who_joined_the_group_a_moment_ago_may(office: Office) -> None:
    office.hears("billing awful, says egret")
    card, hal = office.card("says egret"), office.person("hal")
    who = hal.id
    card.click(hal, "claim")
    hal.expect_message("#billing", containing="can claim, move or snooze mentions.", within=PATIENCE)
    office.slack.within(lambda running: _join(running, "billing-leads", who))
    known = office.bot.directory._members
    for group, (at, members) in list(known.items()):
        known[group] = (at - 60, members)  # a minute goes by
    try:
        card.click(hal, "claim")
        card.shows("Claimed")
    finally:
        office.slack.within(lambda running: _leave(running, "billing-leads", who))


def test_the_report_is_for_those_whom_the_configuration_names(office: Office, ana: Person) -> None:
    ana.command("/engagement-report 7d", "#billing")
    ana.expect_message("#billing", containing="Only Mia can see the engagement report.", within=PATIENCE)
    office.person("mia").command("/engagement-report 7d", "#billing")
    mia = office.person("mia")
    until(
        lambda: office.direct(mia) and any(each.get("files") for each in mia.messages(office.direct(mia))), "a report"
    )


def test_history_is_for_everyone(office: Office) -> None:
    office.hears("billing awful, says fennec")
    card, zed = office.card("says fennec"), office.person("cleo")
    card.choose(zed, "history")
    modal = zed.expect_modal(within=PATIENCE)
    assert "says fennec" in visible_text(modal)
    zed.close(modal["id"])


def test_every_id_that_slack_gives_back_has_its_permission() -> None:
    assert permissions.unthought_of(ACTS, FORMS, COMMANDS) == []
    offered = {*(action.value for action in card_blocks._MENU), *card_blocks._ALWAYS}
    assert offered <= set(permissions.MENU)
    assert {ids.action_id(action) for action in PEOPLES} <= set(permissions.ACTS)


def test_an_id_that_nobody_thought_of_is_named() -> None:
    assert permissions.unthought_of(["mention.new_button"], ["new.dialog"], ["/new"]) == [
        "/new",
        "mention.new_button",
        "new.dialog",
    ]


def _leave(running: Sandbox, handle: str, user: str) -> None:
    for group in list(running.state.groups.values()):
        if group.handle == handle:
            left = tuple(each for each in group.members if each != user)
            running.state.groups[group.id] = replace(group, members=left)


def _join(running: Sandbox, handle: str, user: str) -> None:
    for group in list(running.state.groups.values()):
        if group.handle == handle:
            running.state.groups[group.id] = replace(group, members=(*group.members, user))
