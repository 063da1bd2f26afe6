"""From what a customer wrote to the card in the right channel."""

import json

import pytest

from sandbox.person import visible_text
from tests.journeys.office import Card, Office, until

PLACES = {"chirrup": "Chirrup", "spoonful": "Spoonful", "appery": "The Appery"}
"""Places of the sandbox and the names of the sources that read them: a JSON feed, RSS and Atom."""


def dates_in(card: Card) -> list[int]:
    """The moments that a card shows, as Unix seconds."""
    shown = json.dumps(card.message["blocks"])
    return [int(part.split("^")[1]) for part in shown.split("<!date")[1:]]


@pytest.mark.parametrize("place", PLACES)
def test_a_post_in_a_feed_becomes_a_card_with_all_that_one_needs(office: Office, place: str) -> None:
    author = (
        {"author_name": "Ruth Keller", "followers": "4200"} if place == "chirrup" else {"author_name": "Ruth Keller"}
    )
    stars = {} if place == "chirrup" else {"stars": "1"}
    path = office.publish(place, f"The billing is awful at {place}, I was charged twice", **author, **stars)
    card = office.card(f"awful at {place}")
    now = office.clock().timestamp()
    card.shows("Ruth Keller", f" on {PLACES[place]}", "I was charged twice", "Unclaimed")
    card.shows("Estimated 90% detractor")
    card.shows(
        "Why here? Billing: topic billing, 90% sure", "Recommended: Unhappy customer → Put it right (restoration)"
    )
    assert card.buttons == ["Claim", "Answer", "Escalate"]
    decisions = ["reroute", "snooze", "let_stand", "dismiss", "answer_elsewhere", "monitor"]
    assert card.choices == [*decisions, "issue", "history", "why", "flow", "score", "rate"]
    assert path in json.dumps(card.message["blocks"]), "the link to the source"
    decide, answer = dates_in(card)
    assert 50 * 60 < decide - now <= 60 * 60
    assert answer - decide == 3 * 60 * 60
    assert "Ruth Keller" in card.message["text"], "a notification tells who"
    if place == "chirrup":
        card.shows("reach 4,200")
    else:
        card.shows("★☆☆☆☆ 1 of 5")


def test_every_topic_goes_to_its_own_department(office: Office) -> None:
    office.hears("a great outage since ten, says crow")
    office.hears("I love it, praise from crow")
    office.card("outage since ten", "#engineering")
    office.card("praise from crow", "#brand")


def test_a_public_channel_is_joined_before_the_first_card(office: Office) -> None:
    office.hears("praise for the lark")
    office.card("praise for the lark", "#brand")
    brand = next(each for each in office.person("fay").channels() if each["name"] == "brand")
    assert brand["bot_is_member"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nothing that one could name, says heron", "only 25% sure, 50% is asked of billing: billing or other?"),
        ("Die Rechnung heisst billing, sagt der Reiher", "the model is not trusted in language “de”"),
    ],
)
def test_the_unsure_and_the_foreign_go_to_triage(office: Office, text: str, why: str) -> None:
    office.hears(text)
    office.card(text, "#triage").shows(f"Why here? Triage: {why}")


def test_what_the_model_cannot_judge_goes_to_triage_and_says_so(office: Office) -> None:
    office.hears("unreadable billing, says egret")
    # The model gets a pause after each failure: let it pass.
    until(lambda: office.clock.forward(minutes=0.1) or office.cards("says egret", "#triage"), "a card in #triage")
    card = office.card("says egret", "#triage")
    card.shows("Not judged: the model could not read this one", "Why here? Triage: the model could not judge it")


def test_what_a_rule_filters_is_posted_nowhere(office: Office) -> None:
    office.hears("free crypto for all, billing, says magpie")
    office.hears("billing is awful, says the one after the magpie")
    office.card("the one after the magpie")
    for channel in ("#billing", "#triage", "#engineering", "#brand"):
        assert not any("free crypto" in visible_text(each) for each in office.slack.messages(channel))


def test_an_urgent_rule_is_named_on_the_card(office: Office) -> None:
    office.hears("my lawyer will write, outage again, says kite")
    office.card("says kite").shows("🔴 Urgent", "rule “legal threats”")


def test_customers_cannot_call_anybody_by_their_words(office: Office) -> None:
    office.hears("billing <!channel> <@U123> *bold* &amp; says thrush", author_name="<!here>")
    card = office.card("says thrush")
    card.shows("billing <!channel> <@U123> *bold* &amp; says thrush")
    assert "<!channel>" not in card.message["text"]
    assert "<!here>" not in card.message["text"]
    assert "&lt;!channel&gt;" in card.message["text"]


def test_an_edit_at_the_source_reopens_a_decided_mention(office: Office) -> None:
    ana = office.person("ana")
    path = office.publish("chirrup", "billing is fine, says plover")
    card = office.card("says plover")
    dialog = card.dialog(ana, "let_stand", menu=True)
    assert not ana.submit(dialog["id"], {"decision.preset": {"decision.preset": "It is already settled"}})
    card.shows("Let stand")
    office.edit(path, "billing was awful, says plover angrily")
    card.shows("says plover angrily", "edited ", "Unclaimed", "Decision due").offers("Claim", "Answer", "Escalate")
    assert office.cards("plover", "#billing") == [card.ts], "the same card, not a second one"
