"""Escalate, reroute, let stand, monitor, not about us, snooze: every way a card can go, and its history."""

import pytest

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Office, fill, is_card, until


def notices(office: Office, channel: str, words: str, about: str) -> list[str]:
    """The texts of the notices in a channel that say `words` of the mention."""
    shown = [each for each in office.slack.messages(channel) if not is_card(each)]
    return [each["text"] for each in shown if words in visible_text(each) and about in visible_text(each)]


def test_escalating_needs_a_reason_and_calls_level_by_level(office: Office, ana: Person) -> None:
    office.hears("billing awful, says ant")
    card = office.card("says ant")
    dialog = card.dialog(ana, "escalate")
    assert "Level 1 of 2" in visible_text(dialog)
    assert "They have 30 minutes." in visible_text(dialog)
    assert fill(ana, dialog, escalate__reason="  ") == {
        "escalate.reason": "Please say why: the people you call need to know."
    }
    assert not fill(ana, dialog, escalate__reason="The bank wants a word.")
    lee, mia = office.person("lee"), office.person("mia")
    room = until(lambda: office.direct(lee), "a direct message")
    (said,) = until(lambda: notices(office, room, "escalated this one in Billing", "says ant"), "a notice")
    assert said.startswith(f"<@{lee.id}>")
    assert f"<@{ana.id}> escalated this one in Billing (level 1 of 2): “The bank wants a word.”" in said
    card.shows("Escalated to level 1 of 2", "“The bank wants a word.”").offers("Claim", "Answer", "Escalate")

    dialog = card.dialog(ana, "escalate")
    assert not fill(ana, dialog, escalate__reason="It wants a word now.")
    (said,) = until(lambda: notices(office, "#leads", "level 2 of 2", "says ant"), "a notice in #leads")
    until(
        lambda: office.direct(mia) and notices(office, office.direct(mia), "level 2 of 2", "says ant"), "mia's notice"
    )
    assert not notices(office, "#billing", "level 2 of 2", "says ant")
    card.shows("Escalated to level 2 of 2").offers("Claim", "Answer")


def test_a_stale_escalate_button_says_that_nobody_is_left_to_call(office: Office, ana: Person) -> None:
    office.hears("an outage, says bee")
    card = office.card("says bee", "#engineering")
    with office.cards_stay_as_they_are():
        assert not fill(ana, card.dialog(ana, "escalate"), escalate__reason="Smoke.")
        card.click(ana, "escalate")
        ana.expect_message("#engineering", containing="Engineering has no further level to call.", within=PATIENCE)
    (said,) = until(lambda: notices(office, "#engineering", "level 1 of 1", "says bee"), "the notice")
    assert said.startswith("<!subteam^"), "the user group is called"


def test_a_claimed_mention_stays_claimed_when_it_is_escalated(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says cicada")
    card = office.card("says cicada")
    card.click(ana, "claim")
    card.shows("Claimed")
    assert not fill(ben, card.dialog(ben, "escalate"), escalate__reason="Ana needs help.")
    card.shows("Claimed", "Escalated to level 1 of 2")


def test_reroute_leaves_a_pointer_and_may_come_back(office: Office, ana: Person) -> None:
    office.hears("billing awful, or an outage, says drone")
    card = office.card("says drone")
    dialog = card.dialog(ana, "reroute", menu=True)
    groups = next(b for b in dialog["blocks"] if b.get("block_id") == "reroute.department")["element"]["option_groups"]
    assert groups[0]["label"]["text"] == "The model's best guesses"
    assert [each["value"] for each in groups[0]["options"]] == ["engineering"], "billing has it, so it is no choice"
    assert {each["value"] for each in groups[1]["options"]} == {"triage", "brand"}
    assert [each["value"] for each in groups[2]["options"]] == ["billing"], "for who corrects only the topic"
    moved = {"reroute__department": "engineering", "reroute__topic": "outage", "reroute__reason": "The bill is right."}
    assert not fill(ana, dialog, **moved)
    there = office.card("says drone", "#engineering")
    there.shows("Why here? Engineering: The bill is right.", "Decision due", "Unclaimed").offers(
        "Claim", "Answer", "Escalate"
    )
    until(lambda: "Moved to" in card.text and "Open the card" in card.text, "the pointer")
    assert not is_card(card.message), "the old place offers nothing but the way"
    assert f"/p{there.ts.replace('.', '')}" in str(card.message["blocks"])

    back = there.dialog(ana, "reroute", menu=True)
    assert not fill(ana, back, reroute__department="billing")
    card.shows("Unclaimed", "Why here? Billing: moved by a person").offers("Claim", "Answer", "Escalate")
    until(lambda: "Moved to" in there.text, "the pointer in engineering")
    assert office.cards("says drone", "#billing") == [card.ts], "the same card came back to life"


def test_the_two_likeliest_teams_come_first(office: Office, ana: Person) -> None:
    office.hears("something that nobody can place, says earwig")
    card = office.card("says earwig", "#triage")
    dialog = card.dialog(ana, "reroute", menu=True)
    groups = next(b for b in dialog["blocks"] if b.get("block_id") == "reroute.department")["element"]["option_groups"]
    assert [each["value"] for each in groups[0]["options"]][:1] == ["billing"]
    assert fill(ana, dialog) != {}, "a team must be chosen"
    ana.close(dialog["id"])


@pytest.mark.parametrize(
    ("action", "reason", "shown"),
    [
        ("let_stand", "It is already settled", "Let stand"),
        ("monitor", "A troll: an answer would feed it", "Monitored, not answered"),
        ("dismiss", "Spam or advertising", "Not about us"),
    ],
)
def test_a_decision_not_to_answer_is_recorded_with_its_reason(
    office: Office, ana: Person, action: str, reason: str, shown: str
) -> None:
    office.hears(f"billing awful, says firefly {action}")
    card = office.card(f"firefly {action}")
    dialog = card.dialog(ana, action, menu=True)
    assert fill(ana, dialog, decision__preset="other") == {
        "decision.reason": "Please give a reason: whoever reads the history will want to know why."
    }
    assert not fill(ana, dialog, decision__preset=reason, decision__reason="I know them.")
    card.shows(shown, f"“{reason}; I know them.”").offers("Reopen", "History")
    if action == "monitor":
        until(lambda: notices(office, "#ops", "decided to watch this one", f"firefly {action}"), "the ops channel")
    else:
        office.settle()
        assert not notices(office, "#ops", "", f"firefly {action}")


def test_a_reason_in_own_words_is_enough(office: Office, ana: Person) -> None:
    office.hears("billing awful, says gadfly")
    card = office.card("says gadfly")
    dialog = card.dialog(ana, "let_stand", menu=True)
    assert not fill(ana, dialog, decision__preset="other", decision__reason="We met them in person.")
    card.shows("Let stand", "“We met them in person.”")


def test_a_decision_can_be_taken_back(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says hornet")
    card = office.card("says hornet")
    assert not fill(ana, card.dialog(ana, "dismiss", menu=True), decision__preset="Spam or advertising")
    card.shows("Not about us").offers("Reopen", "History")
    card.click(ben, "reopen")
    card.shows("Unclaimed", "Decision due").offers("Claim", "Answer", "Escalate")


def test_the_menu_can_be_used_twice_in_a_row(office: Office, ana: Person) -> None:
    office.hears("billing awful, says ibis")
    card = office.card("says ibis")
    row = card.row["block_id"]
    first = card.dialog(ana, "snooze", menu=True)
    ana.close(first["id"])
    until(lambda: card.row["block_id"] != row, "the menu to be drawn anew, so that the same choice counts again")
    row = card.row["block_id"]
    second = card.dialog(ana, "snooze", menu=True)
    assert second["id"] != first["id"]
    ana.close(second["id"])
    until(lambda: card.row["block_id"] != row, "the menu to be drawn anew once more")


def test_a_time_in_the_past_is_no_time_to_snooze_until(office: Office, ana: Person) -> None:
    office.hears("billing awful, says jackdaw")
    card = office.card("says jackdaw")
    dialog = card.dialog(ana, "snooze", menu=True)
    assert fill(ana, dialog, snooze__until=int(office.clock().timestamp()) - 60) == {
        "snooze.until": "That time has passed: choose a later one."
    }
    assert not fill(ana, dialog, snooze__until=int(office.clock().timestamp()) + 3600)
    card.shows("Snoozed", " until ").offers("Claim", "Answer", "Escalate", "Wake now")
    card.click(ana, "wake")
    card.shows("Unclaimed")


def test_history_tells_everything_in_words(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says kestrel", author_name="Kay Strel")
    card = office.card("says kestrel")
    card.click(ana, "claim")
    card.shows("Claimed")
    card.choose(ana, "release")
    card.shows("Unclaimed")
    assert not fill(ben, card.dialog(ben, "escalate"), escalate__reason="The bank again.")
    card.shows("Escalated")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="We put it right.")
    card.shows("Answer not posted yet")
    assert not fill(ana, card.dialog(ana, "answer_elsewhere"), elsewhere__link="https://blog.test/9")
    card.offers("Reopen", "History")
    card.click(ben, "history")
    seen = visible_text(ben.expect_modal(within=PATIENCE))
    assert "Kay Strel (customer" in seen
    assert "billing awful, says kestrel" in seen
    told = [
        "found it",
        "judged it",
        "chose the team",
        "posted it in Slack",
        "claimed it",
        "released it",
        "escalated it",
        "claimed it",
        "wrote an answer",
        "marked it as answered elsewhere",
    ]
    places = [seen.rfind(f" {words}\n") for words in told if words != "claimed it"]
    assert -1 not in places
    assert places == sorted(places, reverse=True), "newest first"
    assert "Reason: \n“The bank again.”" in seen
    assert "We put it right." in seen
    assert "unclaimed → claimed" in seen
    for name in ("Ana", "Ben", "Earshot"):
        assert name in seen
    for raw in ("state_before", "delivery_id", "answer_written", "True", "{"):
        assert raw not in seen


def test_history_from_the_menu_opens_too(office: Office, ana: Person) -> None:
    office.hears("billing awful, says linnet")
    card = office.card("says linnet")
    card.choose(ana, "history")
    modal = ana.expect_modal(within=PATIENCE)
    assert "billing awful, says linnet" in visible_text(modal)
    ana.close(modal["id"])
