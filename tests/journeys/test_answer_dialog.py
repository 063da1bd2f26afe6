"""The answer dialog: what whoever answers can see, insert and count, and what stops them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.saved_reply import SavedReply
from bot.errors import Retry
from bot.flow.reply import TRIES
from bot.store import saved_replies
from bot.store.schema_desk import SavedReplyRow
from sandbox.person import Person, visible_text
from tests.fakes import START
from tests.journeys.office import LONGEST_ANSWER, PATIENCE, Card, Json, Office, fill, until

SORRY = "I am sorry, Customer. I work for Acme, and the second charge goes back to you today."
INSERT = "answer.insert"


def shown(person: Person, *words: str) -> Json:
    """The open dialog, once it shows all of this."""

    def look() -> Json | None:
        found: Json | None = next(iter(person.modals()[-1:]), None)
        return found if found and all(word in visible_text(found) for word in words) else None

    seen: Json = until(look, lambda: f"{words} in:\n{visible_text(person.modals())}")
    return seen


def typed(dialog: Json) -> tuple[str, str]:
    """The id of the text input's block, and what stands in it when it is drawn."""
    block = next(one for one in dialog["blocks"] if one.get("element", {}).get("action_id") == "answer.text")
    return block["block_id"], block["element"].get("initial_value", "")


def carried(office: Office, text: str) -> list[str]:
    return [sent for _, sent, _ in office.forum.sends if sent == text]


def opened(office: Office, person: Person, text: str, **fields: object) -> tuple[Card, Json]:
    office.hears(text, source="forum", **fields)
    card = office.card(text)
    return card, card.dialog(person, "answer")


@pytest.fixture
def saved(office: Office) -> Iterator[SavedReply]:
    text = "Dear {author}, thank you for telling us. I am {agent} of {company}."
    reply = SavedReply(id=0, title="Thanks", text=text, department="billing", created_at=START, updated_at=START)
    with office.bot.database.write() as session:
        kept = saved_replies.add(session, reply)
    yield kept
    with office.bot.database.write() as session:
        row = session.get(SavedReplyRow, kept.id)
        assert row is not None
        session.delete(row)


def test_it_shows_the_authors_other_posts_and_how_each_ended(office: Office, ana: Person) -> None:
    for word in ("ant", "bee", "cat", "doe"):
        office.hears(f"billing awful, says {word} of nora", source="forum", author="nora", author_name="Nora")
    office.card("says cat of nora").click(ana, "claim")
    office.card("says cat of nora").shows("Claimed")
    card = office.card("says doe of nora")
    office.hears("billing awful, says eft of nora", source="forum", author="nora", author_name="Nora")
    office.hears("billing awful, says somebody else of nora", source="blog", author="nora")
    office.card("says eft of nora")
    dialog = card.dialog(ana, "answer")
    seen = visible_text(dialog)
    assert "4 other posts by this author" in seen, (
        "those of this source: the same handle elsewhere may be somebody else"
    )
    assert "says eft of nora" in seen
    assert "says ant of nora" not in seen, "only the newest three"
    ana.click_in_view(dialog["id"], "author.posts", None)
    every = ana.expect_modal(callback_id="author.posts", within=PATIENCE)
    assert "says ant of nora" in visible_text(every)
    assert "claimed" in visible_text(every)
    ana.close(every["id"], whole_stack=True)


def test_it_shows_the_conversation_that_the_post_stands_in(office: Office, ana: Person) -> None:
    office.hears("billing awful, asks fox of the thread", source="forum", thread="thread-fox")
    office.card("asks fox of the thread")
    _, dialog = opened(office, ana, "billing awful, adds gnu of the thread", thread="thread-fox")
    assert "In the same conversation" in visible_text(dialog)
    assert "asks fox of the thread" in visible_text(dialog)
    ana.close(dialog["id"])


def test_a_saved_reply_comes_after_what_was_typed_and_counts_as_used(
    office: Office, ana: Person, saved: SavedReply
) -> None:
    card, dialog = opened(office, ana, "billing awful, says hen")
    ana.click_in_view(dialog["id"], "answer.text", "Hello.")
    shown(ana, "6 of 600 characters, 594 left")
    ana.click_in_view(dialog["id"], INSERT, f"reply:{saved.id}")
    dialog = shown(ana, "thank you for telling us. I am Ana")
    block, text = typed(dialog)
    assert text.startswith("Hello.\n\nDear Customer")
    assert "of Acme." in text
    assert not ana.submit(dialog["id"], {block: {"answer.text": text}})
    card.shows("Answered", "See it on forum.test", "thank you for telling us")
    assert carried(office, text) == [text]
    with office.bot.database.read() as session:
        used = saved_replies.load(session, saved.id)
    assert used is not None
    assert used.used == 1


def test_inserted_twice_it_stands_there_twice(office: Office, ana: Person, saved: SavedReply) -> None:
    _, dialog = opened(office, ana, "billing awful, says ibis")
    for times in (1, 2):
        ana.click_in_view(dialog["id"], INSERT, f"reply:{saved.id}")
        until(lambda times=times: typed(ana.modals()[-1])[1].count("thank you") == times, "the text to be inserted")
    ana.close(dialog["id"])


def test_what_is_too_long_for_the_source_is_refused_and_never_cut(office: Office, ana: Person) -> None:
    card, dialog = opened(office, ana, "billing awful, says jay")
    long = f"{SORRY} " * 8
    ana.click_in_view(dialog["id"], "answer.text", long)
    over = len(long.strip()) - LONGEST_ANSWER
    shown(ana, f"{over} too many")
    errors = fill(ana, dialog, answer__text=long)
    assert errors == {"answer.text": f"forum takes 600 characters at most: shorten your answer by {over}."}
    exact = long[: LONGEST_ANSWER - 1] + "!"
    assert not fill(ana, dialog, answer__text=exact)
    card.shows("Answered", "See it on forum.test")
    assert carried(office, exact) == [exact]


def test_an_edit_stops_the_answer_shows_both_texts_and_lets_it_go_on_purpose(office: Office, ana: Person) -> None:
    written = office.hears("billing awful, says kid of before", source="forum")
    card = office.card("says kid")
    dialog = card.dialog(ana, "answer")
    office.hears_again(replace(written, text="billing awful, says kid of now"), source="forum")
    text = f"{SORRY} To kid."
    assert not fill(ana, dialog, answer__text=text)
    stopped = shown(ana, "Not sent: something happened", "of before", "of now", "Your draft is kept")
    assert stopped["submit"]["text"] == "Send it all the same"
    assert not carried(office, text)
    with office.everything_twice():
        assert not fill(ana, stopped, answer__text=text)
    card.shows("Answered", "See it on forum.test")
    assert carried(office, text) == [text]


def test_an_edit_stops_it_again_when_it_comes_after_the_stop(office: Office, ana: Person) -> None:
    written = office.hears("billing awful, says lamb one", source="forum")
    card = office.card("says lamb")
    dialog = card.dialog(ana, "answer")
    text = f"{SORRY} To lamb."
    for word in ("two", "three"):
        office.hears_again(replace(written, text=f"billing awful, says lamb {word}"), source="forum")
        assert not fill(ana, dialog, answer__text=text)
        shown(ana, "Not sent", f"says lamb {word}")
    assert not carried(office, text)
    ana.close(dialog["id"])


def test_what_the_author_wrote_again_stops_the_answer(office: Office, ana: Person) -> None:
    first = {"thread": "thread-mew", "author": "mew", "author_name": "Mew"}
    card, dialog = opened(office, ana, "billing awful, says mew", **first)
    office.hears("billing awful, and now it is three times", source="forum", **first)
    card.shows("three times")
    text = f"{SORRY} To mew."
    assert not fill(ana, dialog, answer__text=text)
    stopped = shown(ana, "The author wrote again", "three times")
    assert not carried(office, text)
    assert not fill(ana, stopped, answer__text=text)
    card.shows("Answered", "See it on forum.test")


def test_another_answer_stops_the_answer_and_is_shown(office: Office, ana: Person, ben: Person) -> None:
    card, late = opened(office, ben, "billing awful, says nit")
    text = f"{SORRY} To nit."
    assert not fill(ana, card.dialog(ana, "answer"), answer__text=text)
    card.shows("Answered", "See it on forum.test")
    card.click(ana, "reopen")
    card.shows("Unclaimed")
    assert not fill(ben, late, answer__text="Mine comes second.")
    stopped = shown(ben, "Not sent", text)
    assert not carried(office, "Mine comes second.")
    assert not fill(ben, stopped, answer__text="Mine comes second.")
    until(lambda: carried(office, "Mine comes second."), "the second answer, sent on purpose")


def test_an_answer_that_may_have_arrived_is_not_doubled_by_another(own_office: Office) -> None:
    office, ana = own_office, own_office.person("ana")
    broke = Retry("the forum does not answer", after=timedelta(seconds=2), ambiguous=True)
    office.forum.trouble.extend([broke] * TRIES)
    card, dialog = opened(office, ana, "billing awful, says owl")
    text = f"{SORRY} To owl."
    assert not fill(ana, dialog, answer__text=text)
    # Nobody waits for the pauses between tries: the clock moves on until the last one is over.
    until(lambda: len(carried(office, text)) == TRIES or office.clock.forward(minutes=1), "all tries")
    card.shows("Answer not sent", "it may have arrived all the same").offers("Send again", "Change answer", "Escalate")
    dialog = card.dialog(ana, "answer")
    assert "The first answer may have arrived on forum all the same." in visible_text(dialog)
    assert set(fill(ana, dialog, answer__text="Another one, Customer.")) == {"answer.looked"}
    values = {"answer.text": {"answer.text": "Another one, Customer."}, "answer.looked": {"answer.looked": ["looked"]}}
    assert not ana.submit(dialog["id"], values)
    card.shows("Answered", "See it on forum.test", "Another one")
    assert carried(office, "Another one, Customer.") == ["Another one, Customer."]


def test_a_link_that_is_no_web_address_is_refused(office: Office, ana: Person) -> None:
    office.hears("billing awful, says pup")
    card = office.card("says pup")
    dialog = card.dialog(ana, "answer_elsewhere", menu=True)
    assert set(fill(ana, dialog, elsewhere__link="https://")) == {"elsewhere.link"}
    assert not fill(ana, dialog, elsewhere__link="", elsewhere__text="Said it on the phone.")
    card.shows("Answered elsewhere", "Said it on the phone.")
