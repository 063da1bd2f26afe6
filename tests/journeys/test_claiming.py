"""One owner at a time, and everybody else is told who it is."""

from concurrent.futures import ThreadPoolExecutor

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, until

EIGHT = ("ana", "ben", "cleo", "dan", "eve", "fay", "gus", "hal")


def whispers(person: Person, channel: str, words: str) -> list[str]:
    """What only this person saw."""
    seen = [each for each in person.messages(channel) if each.get("is_ephemeral")]
    return [each["text"] for each in seen if words in visible_text(each)]


def claims_of(office: Office, card: Card) -> list[str]:
    """Who claimed it, as the log tells."""
    return [event.actor for event in office.log(card) if event.what == "claim"]


def test_a_claim_shows_its_owner_and_offers_the_next_steps(office: Office, ana: Person) -> None:
    office.hears("billing awful, says auk")
    card = office.card("says auk")
    card.click(ana, "claim")
    card.shows("Claimed", " until ").offers("Answer", "Escalate")
    assert ana.id in str(card.message["blocks"])
    assert "release" in card.choices


def test_of_eight_people_at_once_one_wins_and_seven_are_told_who_and_since_when(office: Office) -> None:
    people = [office.person(handle) for handle in EIGHT]
    office.hears("billing awful, says bittern")
    card = office.card("says bittern")
    with office.cards_stay_as_they_are(), ThreadPoolExecutor(len(people)) as crowd:
        list(crowd.map(lambda person: card.click(person, "claim"), people))
        told = until(
            lambda: len(found := [p for p in people if whispers(p, "#billing", "has this one since")]) == 7 and found,
            "seven people to be told",
        )
    (winner,) = (person for person in people if person not in told)
    card.shows("Claimed")
    assert claims_of(office, card) == [winner.id]
    for person in told:
        (said,) = whispers(person, "#billing", "has this one since")
        assert said.startswith(f"🔵 <@{winner.id}> has this one since <!date^")
        assert "It comes back for everyone at <!date^" in said
    assert not whispers(winner, "#billing", "")


def test_a_double_click_claims_once_and_says_so(office: Office, ana: Person) -> None:
    office.hears("billing awful, says coot")
    card = office.card("says coot")
    with office.cards_stay_as_they_are():
        card.click(ana, "claim")
        card.click(ana, "claim")
        ana.expect_message("#billing", containing="You have it already.", within=PATIENCE)
    card.shows("Claimed")
    assert claims_of(office, card) == [ana.id]


def test_buttons_that_only_the_owner_may_press_name_the_owner(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says dunlin")
    card = office.card("says dunlin")
    card.click(ana, "claim")
    card.shows("Claimed")
    card.click(ben, "answer")
    told = ben.expect_message("#billing", containing="Somebody else has it.", within=PATIENCE)
    assert "Ana has it since " in visible_text(told)
    assert not ben.modals()


def test_a_stale_button_does_nothing_but_say_what_happened(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says egret")
    card = office.card("says egret")
    with office.cards_stay_as_they_are():
        dialog = card.dialog(ana, "dismiss", menu=True)
        assert not ana.submit(dialog["id"], {"decision.preset": {"decision.preset": "Spam or advertising"}})
        card.click(ben, "claim")
        told = ben.expect_message("#billing", containing="It was decided meanwhile.", within=PATIENCE)
    assert "Ana decided it at " in visible_text(told)
    card.shows("Not about us")
    assert claims_of(office, card) == []


def test_a_released_mention_is_back_for_everyone(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says finch")
    card = office.card("says finch")
    card.click(ana, "claim")
    card.shows("Claimed")
    card.choose(ana, "release")
    card.shows("Unclaimed").offers("Claim", "Answer", "Escalate")
    card.click(ben, "claim")
    card.shows("Claimed")
    assert claims_of(office, card) == [ana.id, ben.id]


def test_nobody_but_the_owner_releases(office: Office, ana: Person, ben: Person) -> None:
    office.hears("billing awful, says godwit")
    card = office.card("says godwit")
    card.click(ana, "claim")
    card.shows("Claimed")
    card.choose(ben, "release")
    ben.expect_message("#billing", containing="Ana has it since", within=PATIENCE)
    card.shows("Claimed")


def test_a_click_that_slack_delivers_twice_has_one_effect(office: Office, ana: Person) -> None:
    office.hears("billing awful, says hoopoe")
    card = office.card("says hoopoe")
    with office.everything_twice():
        card.click(ana, "claim")
        card.shows("Claimed")
        card.choose(ana, "release")
        card.shows("Unclaimed")
    assert claims_of(office, card) == [ana.id]
    assert not whispers(ana, "#billing", "hoopoe")
