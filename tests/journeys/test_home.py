"""App Home: what one person sees, chooses and does there."""

import pytest

from sandbox.person import visible_text
from tests.journeys.looking import buttons, choose, home, part, press
from tests.journeys.office import PATIENCE, Office, fill, until


def test_home_is_empty_then_lists_what_is_free_due_and_mine(own_office: Office) -> None:
    office = own_office
    ben = office.person("ben")
    empty = home(ben, "Your teams: Billing")
    assert "Nothing waits for you." in empty
    assert "Nothing is due soon: every promise has time." in empty
    assert "Everything in your teams has an owner." in empty

    office.hears("billing awful, says asp")
    office.hears("an outage, says adder")  # of another department
    card = office.card("says asp")
    office.card("says adder", "#engineering")
    seen = home(ben, "says asp")
    assert "says asp" in part(seen, "Due soon")
    assert "says asp" in part(seen, "Unclaimed in my teams")
    assert "says asp" not in part(seen, "Mine")
    assert "says adder" not in seen
    assert "Open card" in seen

    press(ben, "mention.claim", str(card.mention_id))
    ben.expect_home(containing="Everything in your teams has an owner.", within=PATIENCE)
    assert "says asp" in part(visible_text(ben.home()), "Mine")
    card.shows("Claimed")
    press(ben, "mention.answer", str(card.mention_id))
    dialog = ben.expect_modal(callback_id="mention.answer", within=PATIENCE)
    assert not fill(ben, dialog, answer__text="We put it right.")
    card.shows("Answer not posted yet")


def test_a_refusal_at_home_is_a_dialog(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    office.hears("billing awful, says boa")
    card = office.card("says boa")
    home(ben, "says boa")
    # Looking at Home opened it, perhaps often: a drawing of those that comes late would take the button away.
    office.fault(method="views.publish", effect="status", status=503, probability=1.0)
    card.click(ana, "claim")
    card.shows("Claimed")
    press(ben, "mention.claim", str(card.mention_id))
    refused = ben.expect_modal(callback_id="notice", within=PATIENCE)
    assert "Somebody else has it. Ana has it since " in visible_text(refused)


def test_a_claim_at_home_stands_though_home_cannot_be_drawn(
    own_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office = own_office
    ben = office.person("ben")
    office.hears("billing awful, says cod")
    card = office.card("says cod")
    home(ben, "says cod")
    office.settle()
    # Not once: looking at Home opened it, perhaps often, and a drawing of those that comes late would meet the one fault.
    office.fault(method="views.publish", effect="status", status=503, probability=1.0)
    press(ben, "mention.claim", str(card.mention_id))
    card.shows("Claimed")
    until(lambda: "home_not_drawn" in caplog.messages, "the bot to meet the fault")
    assert not ben.modals(), "nobody is told that nothing was changed"


def test_members_of_a_user_group_are_of_its_department(office: Office) -> None:
    assert "Engineering" in home(office.person("dan"), "Your teams")


def test_somebody_of_no_department_is_told_how_to_get_into_one(office: Office) -> None:
    seen = home(office.person("zed"), "You are in no team yet")
    assert "Ask whoever runs Earshot to add you." in seen


def test_a_snooze_an_answer_and_a_release_at_home_show_there_at_once(own_office: Office) -> None:
    office = own_office
    ben = office.person("ben")
    office.hears("billing awful, says dab")
    office.hears("billing awful, says eel")
    office.card("says dab")
    card = office.card("says eel")
    home(ben, "says eel")
    press(ben, "mention.snooze", str(card.mention_id))
    dialog = ben.expect_modal(callback_id="mention.snooze", within=PATIENCE)
    assert not ben.submit(dialog["id"], {})
    until(lambda: "says eel" not in part(visible_text(ben.home()), "Unclaimed in my teams"), "eel to be gone from Home")

    card = office.card("says dab")
    press(ben, "mention.claim", str(card.mention_id))
    until(lambda: "says dab" in part(visible_text(ben.home()), "Mine"), "dab to be Ben's")
    assert "1 _(last week 0)_" in part(visible_text(ben.home()), "My week")
    press(ben, "mention.release", str(card.mention_id))
    until(lambda: "says dab" not in part(visible_text(ben.home()), "Mine"), "dab to be free again")
    card.shows("Unclaimed")


def test_an_act_on_a_card_shows_at_the_home_that_is_open(own_office: Office) -> None:
    office = own_office
    ben = office.person("ben")
    office.hears("billing awful, says fry")
    card = office.card("says fry")
    home(ben, "says fry")
    card.click(ben, "claim")
    until(lambda: "says fry" in part(visible_text(ben.home()), "Mine"), "Home to follow without being opened")


def test_a_choice_holds_and_everything_can_be_seen_again(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.hears("billing awful, says gar")
    office.hears("billing awful, my lawyer says hake")
    office.card("says gar")
    office.card("says hake")
    home(ana, "says gar")
    choose(ana, "home.urgent", ["urgent"])
    until(lambda: "says gar" not in visible_text(ana.home()), "only urgent ones")
    assert "says hake" in home(ana, "Show everything"), "the choice holds when Home is opened again"
    press(ana, "home.everything", "everything")
    until(lambda: "says gar" in visible_text(ana.home()), "everything")
    choose(ana, "home.source", "Chirrup")
    until(lambda: "Nothing here fits what you chose above." in visible_text(ana.home()), "nothing of Chirrup's")


def test_a_long_list_is_read_in_pages(own_office: Office) -> None:
    office = own_office
    ben = office.person("ben")
    for number in range(10):
        office.hears(f"billing awful, says idler {number:02}")
    until(lambda: "Unclaimed in my teams (10)" in home(ben, "Unclaimed in my teams ("), "all ten")
    assert "1–8 of 10" in part(visible_text(ben.home()), "Unclaimed in my teams")
    press(ben, "home.more", "unclaimed:1")
    seen = part(visible_text(ben.expect_home(containing="9–10 of 10", within=PATIENCE)), "Unclaimed in my teams")
    assert "says idler 09" in seen
    assert "says idler 01" not in seen
    press(ben, "home.back", "unclaimed:0")
    until(lambda: "9–10 of 10" not in visible_text(ben.home()), "the first page")


def test_a_fault_while_opening_home_is_a_sentence_and_a_way_out(own_office: Office) -> None:
    office = own_office
    eve = office.person("eve")
    office.bot.directory.forget()
    office.fault(method="users.list", effect="status", status=503, probability=1.0)
    eve.open_home()
    eve.expect_home(containing="Your Home could not be read just now.", within=PATIENCE)
    office.mend()
    press(eve, "home.again", "again")
    eve.expect_home(containing="You are in no team yet", within=PATIENCE)


def test_home_opened_while_slack_is_down_comes_when_it_is_back(own_office: Office) -> None:
    office = own_office
    eve = office.person("eve")
    office.fault(method="views.publish", effect="status", status=503, times=2)
    eve.open_home()
    eve.expect_home(containing="You are in no team yet", within=PATIENCE)


def test_an_offer_is_taken_at_home(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    office.hears("billing awful, says ibis")
    card = office.card("says ibis")
    card.click(ana, "claim")
    card.shows("Claimed")
    card.choose(ana, "hand_over")
    dialog = ana.expect_modal(callback_id="mention.hand_over", within=PATIENCE)
    assert not fill(ana, dialog, hand_over__to=ben.id)
    seen = part(home(ben, "Offered to me (1)"), "Offered to me")
    assert "offered by" in seen
    press(ben, "mention.accept", str(card.mention_id))
    until(lambda: "says ibis" in part(visible_text(ben.home()), "Mine"), "ibis to be Ben's")
    assert "Offered to me" not in visible_text(ben.home())


def test_an_answer_is_approved_at_home_and_never_by_its_writer(own_office: Office) -> None:
    office = own_office
    gus, lee = office.person("gus"), office.person("lee")
    office.hears("billing awful, says jay", source="forum")
    card = office.card("says jay")
    dialog = card.dialog(gus, "answer")
    assert not fill(
        gus, dialog, answer__text="I am sorry. I work for Acme, and the second charge goes back to you today."
    )
    card.shows("Answer waits for approval")
    seen = part(home(lee, "Waiting for my approval (1)"), "Waiting for my approval")
    assert "who wrote it" in seen
    assert "goes back to you today" in seen
    assert "Waiting for my approval" not in home(gus, "Mine")
    view = lee.home()
    assert view is not None
    [value] = [each["value"] for _, each in buttons(view) if each["action_id"] == "approval.approve"]
    press(lee, "approval.approve", value)
    until(lambda: "Waiting for my approval" not in visible_text(lee.home()), "nothing to wait for Lee")
    card.shows("Answered by")
