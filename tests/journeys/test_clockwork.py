"""What time does by itself: promises, leases, snoozes and escalations, with the clock moved on."""

from sandbox.person import Person, visible_text
from tests.journeys.office import Card, Office, fill, is_card, until


def notices(office: Office, channel: str, words: str) -> list[str]:
    """The texts of the notices in a channel that say `words`."""
    shown = [each for each in office.slack.messages(channel) if not is_card(each)]
    return [each["text"] for each in shown if words in visible_text(each)]


def in_person(office: Office, person: Person, words: str) -> list[str]:
    """What the bot wrote to somebody alone."""
    return notices(office, office.direct(person), words) if office.direct(person) else []


def passes(office: Office, minutes: float) -> None:
    """Time goes on, and whatever is due by then has been looked at by the clock's stages and posted."""
    office.clock.forward(minutes=minutes)
    office.settle()


def free_card(office: Office, text: str) -> Card:
    office.hears(text)
    return office.card(text).shows("Unclaimed")


def test_a_promise_is_warned_of_announced_and_escalated_once_each(own_office: Office) -> None:
    office = own_office
    card = free_card(office, "billing awful, says ape")
    passes(office, 45)
    assert not notices(office, "#billing", "Billing owes")
    passes(office, 6)
    (warning,) = until(lambda: notices(office, "#billing", "Billing owes a decision: it is due"), "the warning")
    ana, ben, lee = (office.person(name).id for name in ("ana", "ben", "lee"))
    assert warning.startswith(f"<@{ana}> <@{ben}>")
    passes(office, 10)
    (missed,) = until(lambda: notices(office, "#billing", "Billing is late with a decision"), "the announcement")
    assert missed.startswith(f"<@{ana}> <@{ben}>")
    card.shows("Late:", "Escalated to level 1 of 2", "“the promise was missed”")
    (first,) = until(lambda: in_person(office, office.person("lee"), "level 1 of 2"), "the first level to be called")
    assert first.startswith(f"<@{lee}>")
    assert "Earshot escalated this one in Billing" in first
    passes(office, 31)
    (second,) = until(lambda: notices(office, "#leads", "level 2 of 2"), "the second level to be called")
    assert "nobody took it in time" in second
    until(lambda: in_person(office, office.person("mia"), "level 2 of 2"), "mia to be called")
    passes(office, 40)
    assert len(notices(office, "#billing", "Billing owes")) == 1
    assert len(notices(office, "#billing", "is late with")) == 1
    assert not notices(office, "#billing", "escalated this one")
    assert len(notices(office, "#leads", "escalated this one")) == 1


def test_a_kept_promise_is_silent(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    card = free_card(office, "billing awful, says bison")
    assert not fill(ana, card.dialog(ana, "dismiss", menu=True), decision__preset="Spam or advertising")
    card.shows("Not about us")
    passes(office, 300)
    assert not notices(office, "#billing", "Billing")


def test_a_claim_runs_out_and_its_former_owner_is_told(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    card = free_card(office, "billing awful, says civet")
    card.click(ana, "claim")
    card.shows("Claimed")
    passes(office, 20)
    card.shows("Claimed")
    passes(office, 11)
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    (told,) = until(lambda: in_person(office, ana, "has run out"), "a direct message")
    assert "so it is back for everyone to take" in told
    card.click(ben, "claim")
    card.shows("Claimed")
    assert ben.id in str(card.message["blocks"])


def test_a_claim_that_ran_out_can_be_taken_again_where_one_is_told(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    card = free_card(office, "billing awful, says deer")
    card.click(ana, "claim")
    card.shows("Claimed")
    passes(office, 31)
    until(lambda: in_person(office, ana, "has run out"), "a direct message")
    room = office.direct(ana)
    notice = ana.expect_message(room, containing="has run out")
    ana.click(room, notice["ts"], "mention.claim")
    card.shows("Claimed")


def test_the_owner_is_told_in_person_that_an_answer_is_nearly_due(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    card = free_card(office, "billing awful, says eland")
    passes(office, 220)
    card.shows("Unclaimed")
    card.click(ana, "claim")
    card.shows("Claimed")
    passes(office, 12)
    (told,) = until(lambda: in_person(office, ana, "Billing owes an answer: it is due"), "the warning")
    assert told.startswith(f"<@{ana.id}>")
    passes(office, 9)
    until(lambda: in_person(office, ana, "is late with an answer"), "the announcement to the owner")
    assert len(notices(office, "#billing", "is late with an answer")) == 1, "and to the channel"


def test_what_is_snoozed_wakes_when_its_time_has_come(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    card = free_card(office, "billing awful, says fox")
    assert not fill(ana, card.dialog(ana, "snooze", menu=True))
    card.shows("Snoozed", " until ")
    passes(office, 40)
    card.shows("Snoozed")
    passes(office, 21)
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    assert [event.what for event in office.log(card)].count("wake") == 1


def test_a_promise_stands_still_while_its_mention_waits_for_the_customer(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    card = free_card(office, "billing awful, says gnu")
    passes(office, 30)
    assert not fill(ana, card.dialog(ana, "snooze", menu=True), snooze__preset="customer")
    card.shows("Waiting for the customer", "at the latest", "Standing still: decision with", "answer with 3 hours")
    passes(office, 24 * 60)
    assert not notices(office, "#billing", "Billing owes")
    card.click(ana, "wake")
    card.shows("Unclaimed", "Decision due")
    passes(office, 21)
    until(lambda: notices(office, "#billing", "Billing owes a decision: it is due"), "the warning, ten minutes before")


def test_many_promises_missed_at_once_are_one_call(own_office: Office) -> None:
    office = own_office
    for number in range(8):
        office.hears(f"billing awful, says hog {number}")
    office.card("billing awful, says hog 7").shows("Unclaimed")
    passes(office, 62)
    (told,) = until(lambda: notices(office, "#billing", "Billing is late with"), "one announcement")
    assert "Billing is late with 8 mentions." in told
