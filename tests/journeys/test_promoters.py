"""Who praises us: marked on the card, thanked, and shared with everybody by one click."""

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Office


def test_praise_is_marked_and_shared_with_one_click(office: Office, ana: Person) -> None:
    office.hears("billing is great, I love it, says otter")
    card = office.card("says otter").shows("💚 Praise")
    assert "Thank…" in card.buttons
    with office.everything_twice():
        card.choose(ana, "share")
    shared = ana.expect_message("#feedback", containing="says otter", within=PATIENCE)
    assert "A copy for this channel." in visible_text(shared)
    card.choose(ana, "share")
    ana.expect_message("#billing", containing="It was shared in #feedback already.", within=PATIENCE)
    copies = [each for each in office.slack.messages("#feedback") if "says otter" in visible_text(each)]
    assert len(copies) == 1


def test_a_complaint_is_not_offered_to_be_shared(office: Office, ana: Person) -> None:
    office.hears("billing awful, says panda")
    card = office.card("says panda")
    assert "Praise" not in card.text
    assert "share" not in card.choices
