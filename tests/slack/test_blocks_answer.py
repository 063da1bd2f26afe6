"""The answer dialog in blocks: what it shows, what it remembers, and what it says when it stops an answer."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain.approval import Need
from bot.domain.card import AnswerState, Approval, Card
from bot.domain.lifecycle import State
from bot.domain.seen import Change, Edit, News, Seen, changes_since, seen_of
from bot.slack import ids
from bot.slack.blocks.answer import (
    AnswerPage,
    Insertable,
    Offer,
    answer_modal,
    answer_preview,
    inserted,
    retyped,
    review_modal,
)
from bot.slack.blocks.answer_memory import memory_of
from bot.slack.blocks.approvals import request_message, return_modal, verdict_message
from bot.slack.blocks.card import card_message
from bot.slack.blocks.past import author_modal
from bot.slack.blocks.stopped import refused, stopped
from tests.slack.examples import (
    HOUR,
    NOW,
    PERMALINK,
    a_card,
    a_claim,
    a_page,
    a_past,
    an_answer,
    hostile,
    hostile_long,
)
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

OFFER = Offer(
    saved=(Insertable(value="reply:4", label="We are on it"),),
    drafts=(Insertable(value="draft:9", label="91% alike: Sorry, [name]"),),
)
HELD = Approval(rule="trainees", why="who wrote it", approvers=("U0LEA", "S0LEADS"))


def waiting(**wanted: object) -> Card:
    answer = an_answer(AnswerState.WAITING, approval=HELD, **wanted)
    return a_card(state=State.CLAIMED, claim=a_claim(), answer=answer)


def text_block(view: dict[str, object]) -> dict[str, object]:
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    return next(one for one in blocks if one["type"] == "input" and one["element"]["action_id"] == ids.ANSWER_TEXT)


def test_it_shows_the_post_the_advice_and_where_the_answer_goes() -> None:
    view = answer_modal(a_page())
    assert not faults_of_view(view)
    for words in (
        "They charged me twice",
        "The response flow advises: Put it right (restoration)",
        "own the problem and offer a reasonable solution",
        "Say that you belong to the company.",
        "It will be sent to Ana K. (ana_k) on App reviews.",
    ):
        assert words in said(view["blocks"])
    assert view["submit"]["text"] == "Send"


def test_what_it_remembers_comes_back_as_it_was() -> None:
    memory = replace(
        a_page().memory,
        seen=Seen(answer=3, edited_at=NOW - HOUR, followed_at=NOW - timedelta(microseconds=5)),
        number=2,
        saved=4,
    )
    view = answer_modal(a_page(memory=memory))
    assert memory_of(json.loads(view["private_metadata"])) == memory
    assert text_block(view)["block_id"] == "answer.text.2"


def test_the_input_reports_each_change_so_that_the_preview_follows() -> None:
    block = text_block(answer_modal(a_page(draft="Dear Ana")))
    assert block["dispatch_action"] is True
    assert block["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}  # type: ignore[index]
    assert block["element"]["initial_value"] == "Dear Ana"  # type: ignore[index]


def test_a_preview_shows_the_draft_to_the_letter_and_its_length() -> None:
    draft = "Dear *Ana*,\n<!channel> sorry & thanks"
    text = said(answer_preview(a_card(), draft))
    assert draft in text
    assert f"{len(draft)} characters" in text
    assert "left" not in text


def test_a_preview_counts_what_the_source_takes() -> None:
    card = a_card(answer_max=20)
    assert "15 of 20 characters, 5 left" in said(answer_preview(card, "  We are so sorry"))
    assert "23 of 20 characters: *3 too many*, it cannot be sent" in said(
        answer_preview(card, "We are so very sorry :(")
    )


def test_a_preview_of_a_long_draft_is_whole() -> None:
    draft = "word " * 599
    shown = answer_preview(a_card(), draft)
    whole = "".join(
        one["elements"][0]["text"] for block in shown if block["type"] == "rich_text" for one in block["elements"]
    )
    assert whole == draft.strip()


def test_an_answer_that_nobody_but_a_person_can_post_is_said_to_be_copied() -> None:
    view = answer_modal(a_page(a_card(can_reply=False)))
    assert "Earshot cannot write on App reviews: you will copy it from the card and post it there." in said(view)
    assert view["submit"]["text"] == "Save to copy"


def test_an_answer_without_a_verdict_has_no_advice() -> None:
    assert "The response flow has no advice" in said(answer_modal(a_page(a_card(verdict=None, triage=None))))


def test_the_conversation_and_the_authors_other_posts_are_told_with_how_each_ended() -> None:
    around = {
        "thread": (a_past(words="Where is my parcel?", state=State.OPEN, by=""),),
        "thread_total": 6,
        "author": (a_past(),),
        "author_total": 12,
    }
    view = answer_modal(a_page(dossier=around))
    assert not faults_of_view(view)
    text = said(view)
    assert "In the same conversation, the last 1 of 6" in text
    assert "“Where is my parcel?”" in text
    assert "12 other posts by this author" in text
    assert "answered by " in text
    assert "See all 12" in text


def test_the_authors_posts_come_in_pages() -> None:
    page = a_page(dossier={"author": (a_past(), a_past(answer="")), "author_total": 45}).dossier
    view = author_modal(page, 1, 20)
    assert not faults_of_view(view)
    assert "21–22 of 45, the newest first" in said(view)
    assert [(one["action_id"], one["value"]) for one in elements_of(view["blocks"])] == [
        (ids.AUTHOR_NEWER, "7:0"),
        (ids.AUTHOR_OLDER, "7:2"),
    ]
    assert "Nothing else by this author is known." in said(author_modal(a_page().dossier, 0, 20))


def test_saved_replies_and_drafts_can_be_inserted() -> None:
    view = answer_modal(a_page(offer=OFFER))
    assert not faults_of_view(view)
    select = next(one for one in elements_of(view["blocks"]) if one["action_id"] == ids.ANSWER_INSERT)
    groups = [(each["label"]["text"], [one["value"] for one in each["options"]]) for each in select["option_groups"]]
    assert groups == [("From answers to like mentions", ["draft:9"]), ("Saved replies", ["reply:4"])]


def test_where_no_draft_is_near_enough_it_says_so() -> None:
    offer = Offer(why_none="No draft: nothing like it was answered before.")
    assert "No draft: nothing like it" in said(answer_modal(a_page(offer=offer)))


def test_an_inserted_text_takes_a_new_input_and_the_choice_forgets() -> None:
    page = a_page(offer=OFFER, need=Need(rule="all", why="every answer"))
    view = answer_modal(page)
    fresh = page.memory.after_inserting(4)
    after = inserted(view, fresh, page.dossier.card, "Sorry, Ana.", [])
    assert not faults_of_view(after)
    assert text_block(after)["block_id"] == "answer.text.1"
    assert text_block(after)["element"]["initial_value"] == "Sorry, Ana."  # type: ignore[index]
    assert memory_of(json.loads(after["private_metadata"])) == fresh
    assert {"insert.1"} < {block.get("block_id") for block in after["blocks"]}
    assert "waits for approval" in said(after)
    assert "11 characters" in said(after)


def test_typing_draws_only_what_follows_the_text() -> None:
    page = a_page(a_card(answer=an_answer(AnswerState.FAILED, unclear=True)), offer=OFFER)
    view = answer_modal(page)
    once = retyped(view, page.dossier.card, "We are")
    twice = retyped(once, page.dossier.card, "We are sorry")
    assert not faults_of_view(twice)
    assert said(twice).count("Preview") == 1
    assert "I looked on App reviews: it is not there" in said(twice)
    assert [block["type"] for block in twice["blocks"]].count("input") == 2
    empty = retyped(twice, page.dossier.card, "")
    assert said(empty["blocks"]) == said(view["blocks"])


def test_an_answer_that_may_have_arrived_asks_for_a_look_first() -> None:
    unclear = an_answer(AnswerState.FAILED, unclear=True, problem="the forum does not answer")
    text = said(answer_modal(a_page(a_card(answer=unclear))))
    assert "The first answer may have arrived on App reviews all the same." in text
    clear = an_answer(AnswerState.FAILED, problem="the thread is locked")
    assert "may have arrived" not in said(answer_modal(a_page(a_card(answer=clear))))


def test_what_has_to_be_approved_is_said_before_it_is_sent() -> None:
    view = answer_modal(a_page(need=Need(rule="trainees", why="who wrote it"), approvers=("U0LEA",)))
    assert not faults_of_view(view)
    assert view["submit"]["text"] == "Ask for approval"
    assert "This answer waits for approval by U0LEA. Rule “trainees”: who wrote it." in said(view)


def test_a_returned_answer_tells_why_it_came_back() -> None:
    back = an_answer(AnswerState.RETURNED, approval=replace(HELD, returned="Say who you are."))
    view = answer_modal(a_page(a_card(answer=back), draft=back.text))
    assert "Your answer came back: Say who you are." in said(view)


# -- what stops it ----------------------------------------------------------------------------------------------------


def news(*changes: Change, card: Card | None = None, before: str = "", after: str = "") -> News:
    return News(card=card or a_card(), changes=changes, edit=Edit(before=before, after=after))


def test_what_changed_is_shown_old_and_new() -> None:
    text = said(stopped(news(Change.EDITED, before="Bad shop", after="Worst shop")))
    assert text.index("Not sent") < text.index("Bad shop") < text.index("Worst shop") < text.index("Your draft is kept")


def test_another_answer_is_shown_with_its_words() -> None:
    theirs = a_card(answer=an_answer(AnswerState.SENT, text="We refunded it."))
    text = said(stopped(news(Change.ANSWERED, card=theirs)))
    assert "answered" in text
    assert "We refunded it." in text
    text = said(refused("It was decided meanwhile.", theirs))
    assert "It was decided meanwhile." in text
    assert "We refunded it." in text
    assert "Nothing was sent." in text


def test_going_on_after_a_stop_is_a_step_of_its_own() -> None:
    page = a_page(stop=stopped(news(Change.WITHDRAWN)), draft="Sorry", goes_on=True)
    view = answer_modal(page)
    assert not faults_of_view(view)
    assert view["submit"]["text"] == "Send it all the same"


@pytest.mark.parametrize(
    ("later", "change"),
    [
        ({"mention": {"edited_at": NOW}}, Change.EDITED),
        ({"mention": {"withdrawn_at": NOW}}, Change.WITHDRAWN),
        ({"followed_at": NOW}, Change.FOLLOWED_UP),
        ({"answer": an_answer(AnswerState.SENT)}, Change.ANSWERED),
    ],
)
def test_each_change_counts_that_its_writer_has_not_seen(later: dict[str, object], change: Change) -> None:
    seen = seen_of(a_card())
    assert changes_since(seen, a_card(**later)) == (change,)
    assert changes_since(seen_of(a_card(**later)), a_card(**later)) == ()
    assert changes_since(seen, a_card(version=99, urgent=True)) == (), "what the writer need not know stops nobody"


# -- approval ---------------------------------------------------------------------------------------------------------


def test_an_approver_sees_the_post_and_the_answer_and_can_do_three_things() -> None:
    message = request_message(waiting(), 1, PERMALINK)
    assert not faults_of_message(message)
    assert "They charged me twice" in said(message.blocks)
    assert "We refunded it today." in said(message.blocks)
    assert "Rule “trainees”: who wrote it." in said(message.blocks)
    assert [(one["action_id"], one["value"]) for one in elements_of(message.blocks)] == [
        (ids.APPROVE, "7:1"),
        (ids.REVIEW, "7:1"),
        (ids.RETURN, "7:1"),
    ]


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (
            a_card(answer=an_answer(AnswerState.SENDING, approval=replace(HELD, by="U0LEA", at=NOW))),
            "Approved by U0LEA",
        ),
        (a_card(answer=an_answer(AnswerState.RETURNED, approval=replace(HELD, returned="Shorter"))), "“Shorter”"),
        (a_card(answer=an_answer(AnswerState.WAITING, id=2, approval=HELD)), "replaced or taken back"),
        (a_card(state=State.LET_STAND, answer=an_answer(AnswerState.WAITING, approval=HELD)), "nothing to approve"),
    ],
)
def test_a_settled_request_says_what_became_of_it_and_offers_nothing(card: Card, words: str) -> None:
    message = request_message(card, 1, PERMALINK)
    assert not faults_of_message(message)
    assert words in said(message.blocks)
    assert not list(elements_of(message.blocks))


def test_the_card_says_for_whom_an_answer_waits_and_why() -> None:
    message = card_message(waiting(), now=NOW)
    assert not faults_of_message(message)
    text = said(message.blocks)
    assert "Answer waits for approval, written by U0ANA" in text
    assert "by U0LEA, S0LEADS (rule “trainees”: who wrote it)" in text
    assert "Review answer…" in text
    assert "Change answer" in text


def test_the_writer_is_told_of_both_ends() -> None:
    back = verdict_message(a_card(), PERMALINK, by="U0LEA", reason="Say who you are.", returned=True)
    assert not faults_of_message(back)
    assert "U0LEA returned your answer to Ana K. (ana_k)." in said(back.blocks)
    assert "Say who you are." in said(back.blocks)
    assert [one["action_id"] for one in elements_of(back.blocks)] == [ids.ANSWER]
    gone = verdict_message(a_card(can_reply=False), PERMALINK, by="U0LEA", reason="", returned=False)
    assert "approved your answer to" in said(gone.blocks)
    assert "copy it from the card and post it" in said(gone.blocks)


@settings(max_examples=25, deadline=None)
@given(text=hostile, long=hostile_long)
def test_whatever_people_write_every_surface_stays_valid(text: str, long: str) -> None:
    card = a_card(mention={"text": long, "author_name": text, "title": text, "author": text})
    held = replace(HELD, why=text, rule=text, returned=long[:3_000])
    theirs = replace(card, answer=an_answer(AnswerState.WAITING, text=long[:3_000], approval=held))
    around = {"thread": (a_past(words=long, answer=long),) * 4, "author": (a_past(words=text),) * 3, "author_total": 9}
    offer = Offer(saved=(Insertable(value="reply:1", label=text or "x"),), why_none="None.")
    page = a_page(theirs, dossier=around, draft=long[:3_000], offer=offer, stop=refused(text, theirs))
    page = replace(page, need=Need(rule=text or "r", why=text), approvers=("U0LEA",) * 9)
    views = [
        answer_modal(page),
        review_modal(page),
        return_modal(theirs, page.memory),
        author_modal(page.dossier, 0, 3),
    ]
    views += [retyped(views[0], theirs, text), inserted(views[0], page.memory.after_inserting(1), theirs, text, [])]
    for view in views:
        assert not faults_of_view(view)
    stop = stopped(News(card=theirs, changes=tuple(Change), edit=Edit(before=long, after=text)))
    assert not faults_of_view(answer_modal(replace(page, stop=stop)))
    for message in (
        request_message(theirs, 1, PERMALINK),
        verdict_message(theirs, PERMALINK, by="U0LEA", reason=long[:3_000], returned=True),
        card_message(theirs, now=NOW),
    ):
        assert not faults_of_message(message)


def test_a_page_without_anything_else_is_the_plain_dialog() -> None:
    assert isinstance(a_page(), AnswerPage)
    assert [block["type"] for block in answer_modal(a_page())["blocks"]][-2:] == ["input", "context"]
