"""Posts that say the same in Slack: one card with a count, the list behind it, and one click that takes one out."""

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Office, fill, until

WORDS = "charged me twice for one month and the billing people are awful, they never write back to anybody at all"


def hear(office: Office, name: str, *authors: str, source: str = "blog", **fields: object) -> None:
    for author in authors:
        office.hears(f"{name} {WORDS}", source=source, author=author, author_name=author, **fields)


def seen(view: object) -> str:
    """A view's words in one line."""
    return " ".join(visible_text(view).split())


def test_a_campaign_is_one_card_that_counts(office: Office, ana: Person) -> None:
    hear(office, "Axolotl", "mara")
    card = office.card("Axolotl charged")
    hear(office, "Axolotl", "joe", "lin", reach=1_200)
    hear(office, "Axolotl", "joe", source="forum", reach=300)
    card.shows("and 3 more that say the same (3 people, 2 places)", "reach 2,700, the largest 1,200")
    card.click(ana, "claim")
    card.shows("Claimed")
    ana.click(card.channel, card.ts, "repeats", str(card.mention_id))
    dialog = ana.expect_modal(callback_id="repeats", within=PATIENCE)
    assert "joe on forum" in seen(dialog)
    assert "Claimed by" in seen(dialog)
    assert len([each for each in dialog["blocks"] if each["type"] == "actions"]) == 3
    assert len(office.cards("Axolotl charged", "#billing")) == 1
    ana.close(dialog["id"])


def test_not_the_same_is_one_click_and_given_twice_counts_once(office: Office, ana: Person) -> None:
    hear(office, "Bushbaby", "mara")
    card = office.card("Bushbaby charged")
    hear(office, "Bushbaby", "joe", "lin")
    card.shows("and 2 more that say the same")
    ana.click(card.channel, card.ts, "repeats", str(card.mention_id))
    dialog = ana.expect_modal(callback_id="repeats", within=PATIENCE)
    first = next(each for each in dialog["blocks"] if each["type"] == "actions")["elements"][0]
    with office.everything_twice():
        ana.click_in_view(dialog["id"], "repeats.out", first["value"])
    shown = until(lambda: _noted(ana), "the list without it")
    assert "joe on" not in shown
    assert "lin on" in shown
    until(lambda: len(office.cards("Bushbaby charged", "#billing")) == 2, "a card of its own")
    card.shows("and 1 more that says the same")
    assert [each.what for each in office.log(card)].count("repeat_taken_out") == 1
    own = [ts for ts in office.cards("Bushbaby charged", "#billing") if ts != card.ts]
    assert len(own) == 1
    ana.close(dialog["id"])


def _noted(person: Person) -> str:
    shown = " ".join(seen(each) for each in person.modals())
    return shown if "gets a card of its own now" in shown else ""


def test_what_was_answered_shows_on_the_list_and_in_the_search(office: Office, ana: Person) -> None:
    hear(office, "Capybara", "mara", source="forum")
    card = office.card("Capybara charged")
    hear(office, "Capybara", "joe")
    card.shows("and 1 more that says the same (1 person, 1 place)")
    assert not fill(ana, card.dialog(ana, "answer"), answer__text="We put it right.")
    card.shows("Answered").offers("Reopen", "History")
    ana.click(card.channel, card.ts, "repeats", str(card.mention_id))
    dialog = ana.expect_modal(callback_id="repeats", within=PATIENCE)
    assert "What was decided on it holds for them." in seen(dialog)
    assert "Answered" in seen(dialog)
    ana.close(dialog["id"])
    ana.command("/mentions find Capybara author:joe", "#billing")
    found = ana.expect_modal(callback_id="find", within=PATIENCE)
    assert "on the card of a first post: answered" in seen(found)
