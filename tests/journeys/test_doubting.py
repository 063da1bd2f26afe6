"""What the model is not sure of: to triage, with the doubt said on the card, and settled by a person."""

from sandbox.person import visible_text
from tests.journeys.office import Office


def test_a_topic_below_its_own_floor_goes_to_triage_and_one_click_settles_it(office: Office) -> None:
    office.hears("an outage, so a rumour says, says aardwolf")
    card = office.card("says aardwolf", "#triage")
    card.shows("Why here? Triage: only 90% sure, 95% is asked of outage: outage or ")
    assert card.guesses[0] == "→ Engineering (outage, 90%)"
    card.click(office.person("ana"), "guess_1")
    there = office.card("says aardwolf", "#engineering")
    assert office.learnt(there) == [("topic", "outage", office.person("ana").id)]


def test_the_same_confidence_is_enough_for_a_topic_with_a_lower_floor(office: Office) -> None:
    office.hears("billing, so a rumour says, says badger")
    office.card("says badger", "#billing").shows("topic billing, 90% sure")


def test_praise_that_may_be_ironic_is_routed_as_ever_and_doubted_on_the_card(office: Office) -> None:
    ana = office.person("ana")
    office.hears("I love it, praise: another hour on hold, just what I needed, says civet")
    card = office.card("says civet", "#brand")
    card.shows("may be ironic: the score may be the wrong way round", "if meant seriously")
    why = visible_text(card.dialog(ana, "why", menu=True))
    assert "estimated 80%; that is shown as a doubt, and decides nothing" in why
    card.shows("Unclaimed")
    office.hears("I love it, praise, says dingo")
    assert "ironic" not in office.card("says dingo", "#brand").text


def test_a_foreign_mention_goes_to_triage_with_its_numbers_marked(office: Office) -> None:
    office.hears("Die Rechnung, billing, says ermine")
    card = office.card("says ermine", "#triage")
    card.shows(
        "Why here? Triage: the model is not trusted in language “de”",
        "Estimated 10% detractor (unreliable)",
        "topic billing, 90% sure (unreliable)",
        "written in German",
        "Recommended (unreliable)",
    )
    why = visible_text(card.dialog(office.person("ben"), "why", menu=True))
    assert "German; in it the model is not trusted with the topic and the score" in why


def test_what_a_search_found_is_ours_only_by_name(office: Office) -> None:
    office.publish("lookout", "the Acme river is high, billing me for it, says fossa")
    office.publish("lookout", "Acme, my billing is wrong by the Acme river, says gerbil")
    card = office.card("says fossa", "#triage")
    card.shows("Why here? Triage: a search found it, and “Acme river” means somebody else")
    assert card.guesses[0] == "→ Billing (billing, 90%)"
    office.card("says gerbil", "#billing")
