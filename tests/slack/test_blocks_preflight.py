"""What the preflight shows, within Slack's limits whatever somebody typed; and the row and dialogs about use."""

from dataclasses import replace

import pytest
from hypothesis import given

from bot.domain.preflight.finding import Mode, Preflight
from bot.domain.preflight.review import review
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.usage import Usage, Use
from bot.domain.preflight.voice import Voice
from bot.domain.rating import Narrower, Opinion, Unhelpful, Usefulness
from bot.domain.triage import Outcome
from bot.slack import ids
from bot.slack.blocks.elements import modal
from bot.slack.blocks.preflight import checks_of, hashtag_modal, held_back, preflight_blocks, ticked_in
from bot.slack.blocks.ratings import rated_message, rating_modal, rating_row
from bot.slack.blocks.subscriptions import subscribe_modal, subscriptions_message
from tests.slack.examples import NOW, a_card, hostile, hostile_long
from tests.slack.limits import faults_of_message, faults_of_view, said
from tests.slack.test_blocks_subscriptions import a_subscription

TAGS = {f"tag{number}": Usage(tag=f"tag{number}") for number in range(10)}
SITUATION = Situation(
    now=NOW,
    text="It leaks.",
    author_name="Bert",
    outcome=Outcome.RESTORATION,
    voice=Voice(names=("Simmerwick",)),
    usages=TAGS | {"quietpip": Usage(tag="quietpip", uses=9, seen=9, authors=7, beside=("beep",))},
)
BAD = "Hi Tom, calm down. [name] #tag1 #quietpip 4111 1111 1111 1111"


def flight(draft: str, mode: Mode = Mode.ADVISE) -> Preflight:
    return review(draft, SITUATION, mode)


def view(found: Preflight, ticked: frozenset[str] = frozenset()) -> dict[str, object]:
    return modal("x", "x", preflight_blocks(found, ticked) or preflight_blocks(flight(BAD)), submit="Send")


def test_stops_hints_known_tags_and_ticks_stand_in_that_order() -> None:
    text = said(preflight_blocks(flight(BAD)))
    order = [
        "🛑 Blank: ",
        "🛑 Hashtag: #tag1 is unknown",
        "🛑 Personal data: ",
        "💡 Transparency: ",
        "#quietpip is known",
        "I looked at this",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "9 posts by 7 people" in text


def test_nothing_is_said_of_an_empty_draft_or_a_good_one() -> None:
    assert preflight_blocks(flight("")) == []
    assert preflight_blocks(flight("Sorry, Bert! Teo, Simmerwick")) == []


def test_what_only_other_words_can_mend_has_no_tick() -> None:
    (boxes,) = [block for block in preflight_blocks(flight(BAD)) if block["type"] == "input"]
    labels = [option["text"]["text"] for option in boxes["element"]["options"]]
    assert labels == ["Hashtag: #tag1", "Personal data: 4111 1111 1111 1111"]
    assert boxes["optional"]


def test_ticks_survive_a_drawing_while_the_boxes_stay_the_same() -> None:
    found = flight(BAD)
    tick = found.to_tick[0].tick
    (before,) = [block for block in preflight_blocks(found) if block["type"] == "input"]
    (after,) = [block for block in preflight_blocks(found, {tick}) if block["type"] == "input"]
    assert before["block_id"] == after["block_id"]
    assert [each["value"] for each in after["element"]["initial_options"]] == [tick]
    (other,) = [block for block in preflight_blocks(flight("Hi #tag2")) if block["type"] == "input"]
    assert other["block_id"] != before["block_id"]
    state = {
        "state": {
            "values": {before["block_id"]: {before["element"]["action_id"]: {"selected_options": [{"value": tick}]}}}
        }
    }
    assert ticked_in(state) == {tick}
    assert ticked_in({}) == frozenset()


def test_why_it_is_held_and_what_was_passed_over() -> None:
    found = flight(BAD)
    assert held_back(found, ()).endswith("Mend it, then send again.")
    ticks = {each.tick for each in found.to_tick}
    assert "still to be filled in" in held_back(found, ticks)
    mended = flight(BAD.replace("[name]", ""))
    assert "or tick below that you looked" in held_back(mended, ())
    assert held_back(mended, {each.tick for each in mended.to_tick}) == ""
    passed = checks_of(mended, {each.tick for each in mended.to_tick})["preflight"]
    assert "hashtag.unknown" in passed
    assert "tone.rude" in passed
    assert checks_of(flight("Sorry, Bert! Teo, Simmerwick"), ()) == {}


def test_more_ticks_than_slack_takes_in_one_block_go_into_several() -> None:
    found = flight(" ".join(f"#extra{number}" for number in range(25)))
    blocks = [block for block in preflight_blocks(found) if block["type"] == "input"]
    assert [len(block["element"]["options"]) for block in blocks] == [10, 10, 5]
    assert not faults_of_view(view(found))


@given(hostile)
def test_any_draft_is_shown_within_limits(draft: str) -> None:
    for mode in (Mode.ADVISE, Mode.BLOCK):
        found = flight(f"{draft} {BAD} #{draft}", mode)
        assert not faults_of_view(view(found))
        assert len(held_back(found, ())) < 2_000


@given(hostile_long)
def test_any_posts_with_a_tag_are_shown_within_limits(text: str) -> None:
    use = Use(mention_id=1, source=text, author=text, text=text, at=NOW, detractor=0.4, url=text)
    shown = hashtag_modal(text[:100] or "x", [use] * 5, page=1, older=1_000, newer=5)
    assert not faults_of_view(shown)


def test_a_tag_that_nobody_used_says_so() -> None:
    assert "Nobody we hear has used it" in said(hashtag_modal("x", [], page=0, older=0, newer=0))


def test_the_row_under_a_copy_is_new_with_every_version() -> None:
    card = a_card()
    row = rating_row(card)
    assert row["block_id"] != rating_row(replace(card, version=card.version + 1))["block_id"]
    assert [each["action_id"] for each in row["elements"]] == [ids.RATE_USEFUL, ids.RATE_NOT_USEFUL]


@given(hostile)
def test_dialog_and_word_about_use_are_within_limits(words: str) -> None:
    assert not faults_of_view(rating_modal(a_card(mention={"text": words})))
    assert not faults_of_message(rated_message(useful=False, reason=words))


@pytest.mark.parametrize("chosen", Unhelpful)
def test_the_dialog_begins_with_the_reason_that_was_chosen(chosen: Unhelpful) -> None:
    blocks = rating_modal(a_card(), reason=chosen.name)["blocks"]
    (choice,) = [each["element"] for each in blocks if each.get("block_id") == ids.RATING_CHOICE]
    assert choice["initial_option"]["value"] == chosen.name


def test_a_subscription_is_listed_with_what_people_say_and_how_to_narrow_it() -> None:
    wish = a_subscription(id=1)
    narrow = Narrower(
        wish=replace(wish, min_detractor=0.7),
        why="3 of 4 that were not useful are below.",
    )
    opinion = Opinion(usefulness=Usefulness(useful=1, not_useful=4, top_reason="too noisy"), narrower=narrow)
    message = subscriptions_message([wish], {}, {wish.id: opinion})
    assert not faults_of_message(message)
    assert "1 useful, 4 not (mostly too noisy)" in said(message.blocks)
    assert "3 of 4 that were not useful" in said(message.blocks)
    dialog = subscribe_modal("C1", [], {}, narrower=narrow)
    assert not faults_of_view(dialog)
    assert "At least 70% detractor" in str(
        [each["element"]["initial_option"] for each in dialog["blocks"] if "element" in each]
    )


def test_many_subscriptions_to_narrow_fit_into_one_message() -> None:
    wishes = [a_subscription(id=number) for number in range(1, 40)]
    said_of = {
        each.id: Opinion(
            usefulness=Usefulness(not_useful=9, top_reason="x" * 300), narrower=Narrower(wish=each, why="y" * 300)
        )
        for each in wishes
    }
    assert not faults_of_message(subscriptions_message(wishes, {}, said_of))
