"""The customer comes back: the same card, with what is new on it; never a second one."""

from dataclasses import replace

from bot.domain.mention import Incoming
from sandbox.person import Person, visible_text
from tests.fakes import post
from tests.journeys.office import PATIENCE, Office, fill, is_card, until


def again(first: Incoming, number: int, text: str, **fields: object) -> Incoming:
    """A later post by the same author in the same conversation."""
    later = post(f"{first.external_id}-{number}", text, author=first.author, author_name=first.author_name)
    return replace(later, thread=first.external_id, posted_at=first.posted_at, **fields)  # type: ignore[arg-type]


def everywhere(office: Office, text: str) -> list[str]:
    """The cards in any channel that show this text."""
    channels = ("#billing", "#engineering", "#brand", "#triage")
    return [ts for channel in channels for ts in office.cards(text, channel)]


def test_a_follow_up_opens_the_answered_card_and_the_next_answer_goes_under_it(office: Office, ana: Person) -> None:
    first = office.hears("billing awful, says alpaca", source="forum")
    card = office.card("says alpaca")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="We put it right.")
    card.shows("Answered").offers("Reopen", "History")
    office.hears_again(again(first, 2, "still charged, awful, alpaca writes on"), source="forum")
    card.shows("They wrote again", "alpaca writes on", "Unclaimed", "Decision due", "Earlier: answered")
    card.shows("estimated ")
    assert everywhere(office, "alpaca writes on") == [card.ts], "one card"
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="Now it is right.")
    card.shows("Answered").offers("Reopen", "History")
    assert [sent[0] for sent in office.forum.sends[-2:]] == [first.external_id, f"post-{first.external_id}-2"]


def test_given_twice_it_is_shown_once(office: Office) -> None:
    first = office.hears("billing awful, says bison")
    card = office.card("says bison")
    later = again(first, 2, "bison asks when")
    office.hears_again(later)
    office.hears_again(later)
    card.shows("They wrote again", "bison asks when")
    office.settle()
    assert card.text.count("bison asks when") == 2, "once on the card, once in what a screen reader says"
    assert [event.what for event in office.log(card)].count("followed") == 1


def test_a_snoozed_card_wakes(office: Office, ana: Person) -> None:
    first = office.hears("billing awful, says coati")
    card = office.card("says coati")
    assert not fill(ana, card.dialog(ana, "snooze", menu=True))
    card.shows("Snoozed")
    office.hears_again(again(first, 2, "coati has news"))
    card.shows("Unclaimed", "coati has news")


def test_whoever_holds_it_keeps_it_and_is_told(office: Office, ana: Person) -> None:
    first = office.hears("billing awful, says dugong")
    card = office.card("says dugong")
    card.click(ana, "claim")
    card.shows("Claimed")
    office.hears_again(again(first, 2, "dugong sends a photo"))
    card.shows("Claimed", "dugong sends a photo")
    until(lambda: office.direct(ana), "a direct message")
    told = ana.expect_message(office.direct(ana), containing="dugong sends a photo", within=PATIENCE)
    assert "came back on a mention that you have claimed" in visible_text(told)


def test_an_edit_opens_the_card_and_shows_the_old_words_beside_the_new(office: Office, ana: Person) -> None:
    first = office.hears("billing awful since Monday, says eland")
    card = office.card("says eland")
    assert not fill(ana, card.dialog(ana, "let_stand", menu=True), decision__preset="It is already settled")
    card.shows("Let stand")
    office.hears_again(replace(first, text="billing awful since Tuesday, says eland"))
    card.shows("Changed by the author", "Unclaimed").offers("Claim", "Answer", "Escalate")
    struck = [
        each["text"]
        for block in card.message["blocks"]
        for part in block.get("elements", [])
        for each in part.get("elements", [])
        if isinstance(each, dict) and each.get("style", {}).get("strike")
    ]
    assert struck == ["Monday,"]
    card.choose(ana, "history")
    seen = visible_text(ana.expect_modal(within=PATIENCE))
    assert "saw that the author changed it" in seen
    assert "Reason: \n“the author edited it”" in seen
    ana.close(ana.modals()[-1]["id"])


def test_a_reply_in_a_place_of_customers_is_folded_as_its_feed_says(office: Office) -> None:
    author = {"author": "gerenuk", "author_name": "Gere Nuk"}
    path = office.publish("chirrup", "billing awful @acme, says gerenuk", **author)
    card = office.card("says gerenuk")
    office.publish("chirrup", "billing: gerenuk adds a receipt", reply_to=path.rsplit("/", 1)[-1], **author)
    card.shows("They wrote again", "gerenuk adds a receipt")
    other = office.publish("chirrup", "billing awful for hyrax too", reply_to=path.rsplit("/", 1)[-1], author="hyrax")
    assert other
    office.card("for hyrax too")
    assert everywhere(office, "adds a receipt") == [card.ts]


def test_a_second_move_leaves_one_live_card_and_a_pointer_that_says_who(
    office: Office, ana: Person, ben: Person
) -> None:
    office.hears("billing awful, or an outage, says ibex")
    card = office.card("says ibex")
    assert not fill(ana, card.dialog(ana, "reroute", menu=True), reroute__department="engineering")
    there = office.card("says ibex", "#engineering")
    until(lambda: "Moved to" in card.text, "the pointer")
    assert f"by <@{ana.id}>" in card.message["text"]
    assert not fill(ben, there.dialog(ben, "reroute", menu=True), reroute__department="brand")
    office.card("says ibex", "#brand")
    until(lambda: "Moved to" in there.text, "the second pointer")
    assert f"by <@{ben.id}>" in there.message["text"]
    assert f"by <@{ana.id}>" in card.message["text"], "who took it away from here"
    office.settle()
    assert len(everywhere(office, "says ibex")) == 1
    assert not is_card(card.message)
