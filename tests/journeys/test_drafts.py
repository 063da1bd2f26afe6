"""A draft out of an answer that a like mention was given: offered in the dialog, refused while a blank is left in it."""

from bot.store import vectors
from sandbox.person import Person, visible_text
from tests.journeys.office import Card, Office, fill, until
from tests.journeys.test_answer_dialog import INSERT, typed

TEXT = "billing awful: charged my credit card two times for the same yellow kettle"


def answered_there(office: Office, ana: Person, text: str, answer: str) -> Card:
    office.hears(text, author_name="Olga Otter")
    card = office.card(text)
    assert not fill(ana, card.dialog(ana, "answer_elsewhere", menu=True), elsewhere__text=answer)
    card.shows("Answered elsewhere")
    return card


def compared(office: Office, card: Card) -> bool:
    with office.bot.database.read() as session:
        return vectors.has_vector(session, card.mention_id)


def filled_in(person: Person) -> tuple[str, str] | None:
    """The open dialog's text field once something stands in it: the draft itself stands above it from the start."""
    block, text = typed(person.modals()[-1])
    return (block, text) if text else None


def test_a_draft_goes_out_once_its_blanks_are_filled(office: Office, ana: Person) -> None:
    before = answered_there(office, ana, f"{TEXT}, says otter", "Hi Olga, we sent back £79 today. Ana")
    office.hears(f"{TEXT}, says osprey", source="forum", author_name="Petra")
    card = office.card("says osprey")
    until(lambda: compared(office, card) and compared(office, before), "both to be compared")
    dialog = card.dialog(ana, "answer")
    assert "alike: Hi [name], we sent back" in visible_text(dialog)
    choices = [
        option["value"]
        for block in dialog["blocks"]
        for element in [block.get("accessory") or {}, *block.get("elements", ())]
        if element.get("action_id") == INSERT
        for group in element.get("option_groups") or [element]
        for option in group["options"]
    ]
    draft = next(each for each in choices if each.startswith("draft:"))
    ana.click_in_view(dialog["id"], INSERT, draft)
    block, text = until(lambda: filled_in(ana), "the draft to stand in the field")
    assert text == "Hi [name], we sent back [amount] [date]. [your name]"

    told = ana.submit(dialog["id"], {block: {"answer.text": text}})
    assert "[name]" in told[block]
    assert "to be filled in" in told[block]
    assert not office.forum.answers or all(text != said for _, said in office.forum.answers.values())

    whole = "Hi Petra, I work for Acme. We sent it back and are sorry. Ana"
    assert not ana.submit(dialog["id"], {block: {"answer.text": whole}})
    card.shows("Answered", whole)


def test_nothing_alike_is_said(office: Office, ana: Person) -> None:
    office.hears("billing: zebra crossing quartz umbrella voyage", source="forum")
    card = office.card("zebra crossing quartz")
    until(lambda: compared(office, card), "it to be compared")
    dialog = card.dialog(ana, "answer")
    assert "No draft: nothing like it was answered before." in visible_text(dialog)
    ana.close(dialog["id"])
