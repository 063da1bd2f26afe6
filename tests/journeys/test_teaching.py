"""People teach the model by what they do in Slack: reroutes, "not about us", the score, and doubts settled by a click."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, until
from tests.journeys.test_claiming import whispers

FIRST, SECOND = "guess_1", "guess_2"


def moves_of(office: Office, card: Card) -> list[tuple[str, str]]:
    """Who moved it where, as the log tells."""
    return [(event.actor, event.detail["after"]) for event in office.log(card) if event.what == "reroute"]


def test_a_reroute_teaches_the_topic(office: Office, ana: Person) -> None:
    office.hears("billing awful, says aphid")
    card = office.card("says aphid")
    dialog = card.dialog(ana, "reroute", menu=True)
    assert "The model said billing (90%). Earshot learns from it." in visible_text(dialog)
    assert not fill(ana, dialog, reroute__department="engineering", reroute__topic="outage")
    there = office.card("says aphid", "#engineering")
    there.shows("topic outage, corrected by")
    assert ana.id in str(there.message["blocks"])
    assert office.learnt(there) == [("topic", "outage", ana.id)]


def test_a_team_with_one_topic_needs_no_topic_and_the_way_back_replaces_it(office: Office, ana: Person) -> None:
    office.hears("billing awful, says beetle")
    card = office.card("says beetle")
    assert not fill(ana, card.dialog(ana, "reroute", menu=True), reroute__department="engineering")
    there = office.card("says beetle", "#engineering")
    assert office.learnt(there) == [("topic", "outage", ana.id)]
    assert not fill(ana, there.dialog(ana, "reroute", menu=True), reroute__department="billing")
    card.shows("topic billing, confirmed by")
    assert office.learnt(card) == [("topic", "billing", ana.id)]


def test_the_topic_alone_is_corrected_in_its_place(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says cricket")
    card = office.card("says cricket")
    card.click(ben, "claim")
    card.shows("Claimed")
    dialog = card.dialog(ben, "reroute", menu=True)
    assert fill(ben, dialog, reroute__department="billing") == {
        "reroute.department": "It is with Billing already. To correct only its topic, choose another topic."
    }
    assert not fill(ben, dialog, reroute__department="billing", reroute__topic="praise")
    card.shows("Claimed", "topic praise, corrected by", "Why here? Billing: topic billing")
    assert office.learnt(card) == [("topic", "praise", ben.id)]
    assert moves_of(office, card) == []


def test_not_about_us_teaches_and_reopening_takes_it_back(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says dragonfly")
    card = office.card("says dragonfly")
    dialog = card.dialog(ana, "dismiss", menu=True)
    assert not fill(ana, dialog, decision__preset="Another company or product of the same name")
    card.offers("Reopen", "History")
    assert office.learnt(card) == [("not_about_us", "", ana.id)]
    card.click(ben, "reopen")
    card.shows("Unclaimed")
    assert office.learnt(card) == []


def test_a_wrong_score_is_corrected_and_everybody_sees_by_whom(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says froghopper")
    card = office.card("says froghopper").shows("Estimated 90% detractor")
    card.click(ana, "claim")
    card.shows("Claimed")
    dialog = card.dialog(ben, "score", menu=True)
    assert "The model estimated 90% detractor, 10% promoter." in visible_text(dialog)
    assert fill(ben, dialog) != {}, "one must be chosen"
    assert not fill(ben, dialog, score__choice="passive")
    card.shows("*Passive*, corrected by", "Claimed")
    assert "Estimated 90%" not in card.text
    assert office.learnt(card) == [("score", "passive", ben.id)]

    again = card.dialog(ana, "score", menu=True)
    assert fill(ana, again, score__choice="passive")["score.choice"].startswith(
        "It says passive already. Ben said so at"
    )
    assert not fill(ana, again, score__choice="estimated")
    card.shows("Estimated 90% detractor")
    assert office.learnt(card) == []


def test_why_here_tells_everything_and_leads_to_the_score(office: Office, ana: Person) -> None:
    office.hears("billing awful, or an outage, says gnat")
    card = office.card("says gnat").shows("words: billing; else: outage 10%")
    why = card.dialog(ana, "why", menu=True)
    seen = visible_text(why)
    for words in (
        "It is with Billing",
        "billing 90%",
        "outage 10%",
        "English",
        "fake-1",
        "Nobody has",
    ):
        assert words in seen
    ana.click_in_view(why["id"], "mention.score")
    dialog = ana.expect_modal(callback_id="mention.score", within=PATIENCE)
    assert not fill(ana, dialog, score__choice="promoter")
    until(lambda: "Score said to be promoter by" in visible_text(ana.expect_modal(within=PATIENCE)), "the new score")
    card.shows("*Promoter*, corrected by")


def test_why_here_is_there_for_a_closed_card_too(office: Office, ana: Person) -> None:
    office.hears("billing awful, says hawkmoth")
    card = office.card("says hawkmoth")
    dialog = card.dialog(ana, "let_stand", menu=True)
    assert not fill(ana, dialog, decision__preset="It is already settled")
    card.offers("Reopen", "History").click(ana, "history")
    history = ana.expect_modal(callback_id="mention.history", within=PATIENCE)
    ana.click_in_view(history["id"], "mention.why")
    why = ana.expect_modal(callback_id="mention.why", within=PATIENCE)
    ana.click_in_view(why["id"], "mention.score")
    score = ana.expect_modal(callback_id="mention.score", within=PATIENCE)
    assert not fill(ana, score, score__choice="passive")
    card.shows("*Passive*, corrected by", "Let stand")


def test_a_doubt_is_settled_by_one_click_and_teaches(office: Office, ana: Person) -> None:
    office.hears("nobody can place this, says inchworm")
    card = office.card("says inchworm", "#triage").shows("Whose is it?")
    assert card.guesses == ["→ Billing (billing, 25%)", "→ Engineering (outage, 25%)"]
    card.click(ana, SECOND)
    there = office.card("says inchworm", "#engineering")
    there.shows("Unclaimed", "topic outage, corrected by")
    there.offers("Let stand (recommended)…", "Claim", "Answer", "Escalate")
    assert there.guesses == []
    until(lambda: "Moved to" in card.text, "the pointer")
    assert office.learnt(there) == [("topic", "outage", ana.id)]
    assert moves_of(office, there) == [(ana.id, "engineering")]


def test_a_doubt_in_a_foreign_language_is_asked_about_too(office: Office) -> None:
    office.hears("billing Rechnung, says june beetle")
    card = office.card("june beetle", "#triage").shows("the model is not trusted in language “de”; words: billing")
    assert card.guesses[0] == "→ Billing (billing, 90%)"


def test_a_double_click_moves_once_and_says_so(office: Office, ana: Person) -> None:
    office.hears("nobody can place this, says katydid")
    card = office.card("says katydid", "#triage")
    with office.cards_stay_as_they_are():
        card.click(ana, FIRST)
        card.click(ana, FIRST)
        ana.expect_message("#triage", containing="It is with Billing already. You moved it at", within=PATIENCE)
    there = office.card("says katydid")
    assert moves_of(office, there) == [(ana.id, "billing")]


def told_too_late(person: Person) -> list[str]:
    """What somebody was told who settled a doubt that was none any more."""
    return whispers(person, "#triage", "moved it at")


def test_slack_delivering_the_click_twice_moves_and_teaches_once(office: Office, ana: Person) -> None:
    office.hears("nobody can place this, says lacewing")
    card, before = office.card("says lacewing", "#triage"), told_too_late(ana)
    with office.everything_twice():
        card.click(ana, FIRST)
        there = office.card("says lacewing")
    office.settle()
    assert moves_of(office, there) == [(ana.id, "billing")]
    assert told_too_late(ana) == before


def test_of_two_people_who_settle_a_doubt_the_second_is_told_who_was_first(
    office: Office, ana: Person, ben: Person
) -> None:
    office.hears("nobody can place this, says mayfly")
    card = office.card("says mayfly", "#triage")
    before = {person.id: len(told_too_late(person)) for person in (ana, ben)}
    with office.cards_stay_as_they_are(), ThreadPoolExecutor(2) as both:
        list(both.map(card.click, (ana, ben), (FIRST, SECOND)))
        (loser,) = until(
            lambda: [each for each in (ana, ben) if len(told_too_late(each)) > before[each.id]], "one to be told"
        )
    winner, name, place = (ben, "Ben", "Engineering") if loser is ana else (ana, "Ana", "Billing")
    assert told_too_late(loser)[-1].startswith(f"It is with {place} already. {name} moved it at")
    there = office.card("says mayfly", f"#{place.casefold()}")
    assert moves_of(office, there) == [(winner.id, place.casefold())]
    assert [by for _, _, by in office.learnt(there)] == [winner.id]
