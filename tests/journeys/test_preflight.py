"""Before an answer goes out: what there is to think of, by its words; and no hashtag goes unseen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.config import Config
from bot.domain.preflight.finding import Mode
from bot.store.database import Database
from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Json, Office, fill, open_office, until

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
VERDICT = (
    "acquitted of murder, I cannot believe it #notguilty",
    "that jury. a child is dead #NotGuilty",
    "no justice for a murdered child #notguilty",
    "the whole court gasped at the verdict #notguilty",
)


def card_of(office: Office, animal: str) -> Card:
    office.hears(f"billing awful, says {animal}", source="forum")
    return office.card(f"says {animal}")


def types(person: Person, dialog: Json, text: str) -> None:
    """Type into the answer, letter by letter as far as Slack is concerned."""
    person.click_in_view(dialog["id"], "answer.text", text)


def seen(person: Person) -> str:
    return visible_text(person.modals()[-1])


def sees(person: Person, *words: str) -> None:
    until(lambda: all(word in seen(person) for word in words), lambda: f"{words} in:\n{seen(person)}")


def boxes(person: Person) -> Json:
    """The block with the ticks; fails where there is none."""
    return next(block for block in person.modals()[-1]["blocks"] if "preflight.tick." in block.get("block_id", ""))


def sent(office: Office) -> list[str]:
    return [text for _, text, _ in office.forum.sends]


def test_not_guilty_is_stopped_until_somebody_has_looked(office: Office, ana: Person) -> None:
    """July 2011: a bakery joined a trending tag, and it was a murder trial's."""
    for number, words in enumerate(VERDICT):
        office.hears(words, author=f"watcher{number}")
    card = card_of(office, "adder")
    text = f"{SORRY} We are #notguilty of the croissants, though."
    dialog = card.dialog(ana, "answer")
    types(ana, dialog, text)
    sees(ana, "#notguilty is used where people speak of “", "“murder", "4 posts by 4 people on blog")

    errors = fill(ana, dialog, answer__text=text)
    assert errors["answer.text"].startswith("Hashtag: #notguilty is used where people speak of ")
    assert text not in sent(office), "nothing leaves before somebody has looked"

    ana.click_in_view(dialog["id"], "preflight.hashtag")
    posts = ana.expect_modal(callback_id="preflight.hashtag", within=PATIENCE)
    assert "acquitted of murder" in visible_text(posts)
    ana.close(posts["id"])

    ticks = boxes(ana)
    (tick,) = ticks["element"]["options"]
    assert tick["text"]["text"] == "Hashtag: #notguilty"
    filled = {"answer.text": {"answer.text": text}, ticks["block_id"]: {ticks["element"]["action_id"]: [tick["value"]]}}
    assert not ana.submit(dialog["id"], filled)
    card.shows("See it on forum.test")
    assert text in sent(office)
    written = next(event for event in office.log(card) if event.what == "answer_written")
    assert "hashtag.grave" in written.detail["preflight"]


def test_a_tag_that_nobody_used_is_unknown_and_never_safe(office: Office, ana: Person) -> None:
    card = card_of(office, "boa")
    dialog = card.dialog(ana, "answer")
    types(ana, dialog, f"{SORRY} #crumbday")
    sees(ana, "#crumbday is unknown to us: nobody we hear has used it. That does not make it safe")
    errors = fill(ana, dialog, answer__text=f"{SORRY} #crumbday")
    assert "unknown" in errors["answer.text"]
    assert not fill(ana, dialog, answer__text=SORRY), "without the tag there is nothing to tick"
    card.shows("See it on forum.test")


def test_a_tag_that_people_use_for_harmless_things_is_told_and_passes(office: Office, ana: Person) -> None:
    for number in range(4):
        office.hears(f"billing should be quieter #quietbill {number}", author=f"quiet{number}")
    office.card("#quietbill 3")
    card = card_of(office, "cobra")
    dialog = card.dialog(ana, "answer")
    types(ana, dialog, f"{SORRY} #QuietBill")
    sees(ana, "#quietbill is known: 4 posts by 4 people on blog", "detractors (estimated)")
    assert not fill(ana, dialog, answer__text=f"{SORRY} #QuietBill")
    card.shows("See it on forum.test")


def test_hints_name_the_words_and_go_when_they_are_mended(office: Office, ana: Person) -> None:
    card = card_of(office, "dace")
    dialog = card.dialog(ana, "answer")
    types(ana, dialog, "You should have read the manual.")
    sees(ana, "“You should have” and “read the manual”: that puts it on the customer")
    sees(ana, "Transparency: ", "Nothing in it says that you belong to Acme", "there is no word of regret")
    types(ana, dialog, SORRY)
    until(lambda: "puts it on the customer" not in seen(ana), "the hints to go")
    assert "Transparency: " not in seen(ana)
    ana.close(dialog["id"])


def test_a_hint_does_not_stop_an_answer(office: Office, ana: Person) -> None:
    card = card_of(office, "eel")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="The second charge goes back to you.")
    card.shows("See it on forum.test")
    written = next(event for event in office.log(card) if event.what == "answer_written")
    assert "transparency.affiliation" in written.detail["preflight"]
    assert "tone.no_apology" in written.detail["preflight"]


def test_a_blank_that_nobody_filled_never_goes_out(office: Office, ana: Person) -> None:
    card = card_of(office, "flea")
    dialog = card.dialog(ana, "answer")
    errors = fill(ana, dialog, answer__text=f"Dear [name], {SORRY}")
    assert "“[name]”: still to be filled in" in errors["answer.text"]
    assert not fill(ana, dialog, answer__text=SORRY)


def strict(config: Config) -> Config:
    return replace(config, departments=tuple(replace(each, preflight=Mode.BLOCK) for each in config.departments))


@pytest.fixture
def strict_office(sqlite_database: Database) -> Iterator[Office]:
    with open_office(sqlite_database, change=strict) as opened:
        yield opened


def test_a_strict_department_sends_nothing_that_is_not_mended_or_ticked(strict_office: Office) -> None:
    ana = strict_office.person("ana")
    card = card_of(strict_office, "gnat")
    dialog = card.dialog(ana, "answer")
    text = "The second charge goes back to you."
    types(ana, dialog, text)
    sees(
        ana,
        "I looked at this and want to send it",
        "Tone: it needs no apology",
        "Transparency: it need not say who we are",
    )
    assert set(fill(ana, dialog, answer__text=text)) >= {"answer.text"}
    ticks = boxes(ana)
    chosen = [each["value"] for each in ticks["element"]["options"]]
    part = {"answer.text": {"answer.text": text}, ticks["block_id"]: {ticks["element"]["action_id"]: chosen[:1]}}
    assert ana.submit(dialog["id"], part)
    assert not sent(strict_office)
    whole = {"answer.text": {"answer.text": text}, ticks["block_id"]: {ticks["element"]["action_id"]: chosen}}
    assert not ana.submit(dialog["id"], whole)
    card.shows("See it on forum.test")
    assert sent(strict_office) == [text]
