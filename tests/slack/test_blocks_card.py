from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.card import AnswerState, Card, Guess, Place
from bot.domain.event import EARSHOT
from bot.domain.label import LabelKind, Score
from bot.domain.lifecycle import Action, State, available
from bot.domain.promise import Promise, PromiseKind
from bot.domain.undo import Undo
from bot.slack import ids
from bot.slack.blocks.card import card_message, copy_message, pointer_message
from bot.slack.blocks.message import Json, Message
from sandbox.person import visible_text
from tests.hostile.trying import tried
from tests.slack.examples import (
    BILLING,
    CARE,
    HOUR,
    NOW,
    PERMALINK,
    TRIAGE,
    a_card,
    a_claim,
    a_decision,
    a_label,
    an_answer,
    an_escalation,
    hostile,
    hostile_long,
)
from tests.slack.limits import elements_of, faults_of_message, objects, said

CLAIMED = {"state": State.CLAIMED, "claim": a_claim()}
FAILED = an_answer(AnswerState.FAILED, problem="The site says: token expired.")
COPIED = an_answer(AnswerState.COPIED)

SHOWN: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "unclaimed": ({}, ["Unclaimed"], ["Claim", "Answer", "Escalate", "More…"]),
    "claimed": (CLAIMED, ["Claimed by U0ANA until 2026-03-02 13:00 UTC"], ["Answer", "Escalate", "More…"]),
    "waiting for the customer": (
        {
            "state": State.SNOOZED,
            "snoozed_until": NOW + HOUR,
            "waiting_for": "customer",
            "promises": (Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW, paused_at=NOW - 2 * HOUR),),
            "time_left": {PromiseKind.ANSWER: 2 * HOUR},
        },
        ["Waiting for the customer", "Standing still: answer with 2 hours left"],
        ["Claim", "Answer", "Escalate", "Wake now", "More…"],
    ),
    "snoozed": (
        {"state": State.SNOOZED, "snoozed_until": NOW + HOUR},
        ["Snoozed until 2026-03-02 13:00 UTC"],
        ["Claim", "Answer", "Escalate", "Wake now", "More…"],
    ),
    "escalated": (
        {"escalation": an_escalation()},
        ["Unclaimed", "Escalated to level 1 of 2 by U0ANA", "“Needs finance”", "told U0EVE"],
        ["Claim", "Answer", "Escalate", "More…"],
    ),
    "escalated to the top by the clock": (
        {"escalation": an_escalation(level=2, by=EARSHOT, notified=())},
        ["level 2 of 2 by Earshot", "nobody could be told"],
        ["Claim", "Answer", "More…"],
    ),
    "being sent": (
        {**CLAIMED, "answer": an_answer(AnswerState.SENDING)},
        ["Claimed by U0ANA", "Answer on its way by U0ANA", "We refunded it today."],
        ["Escalate", "More…"],
    ),
    "answered": (
        {"state": State.ANSWERED, "answer": an_answer(AnswerState.SENT, permalink="https://example.org/r/7#a")},
        ["Answered by U0ANA", "See it on example.org", "We refunded it today."],
        ["Reopen", "History"],
    ),
    "not sent": (
        {**CLAIMED, "answer": FAILED},
        [
            "Claimed by U0ANA",
            "Answer not sent, written by U0ANA",
            "The site says: token expired.",
            "We refunded it today.",
        ],
        ["Send again", "Change answer", "Escalate", "More…"],
    ),
    "to be copied": (
        {**CLAIMED, "answer": COPIED, "can_reply": False},
        [
            "Claimed by U0ANA",
            "Answer not posted yet",
            "Copy the text, post it on example.org, then press “Mark as answered there”.",
        ],
        ["Mark as answered there", "Change answer", "Escalate", "More…"],
    ),
    "answered elsewhere": (
        {"state": State.ANSWERED, "answer": an_answer(AnswerState.ELSEWHERE, text="")},
        ["Answered elsewhere by U0ANA"],
        ["Reopen", "History"],
    ),
    "let stand": (
        {"state": State.LET_STAND, "decision": a_decision(Action.LET_STAND)},
        ["Let stand by U0BO", "“It is fair”"],
        ["Reopen", "History"],
    ),
    "monitored": (
        {"state": State.MONITORED, "decision": a_decision(Action.MONITOR, "A troll")},
        ["Monitored, not answered by U0BO", "“A troll”"],
        ["Reopen", "History"],
    ),
    "dismissed": (
        {"state": State.DISMISSED, "decision": a_decision(Action.DISMISS, "")},
        ["Not about us by U0BO"],
        ["Reopen", "History"],
    ),
    "filtered": (
        {"state": State.FILTERED, "route_rule": "jobs"},
        ["Kept out of every channel by rule “jobs”"],
        ["Bring back", "History"],
    ),
    "judged": ({"state": State.JUDGED}, ["On its way to a department"], ["History"]),
}


def shown(card: Card) -> tuple[str, Message]:
    message = card_message(card, now=NOW)
    return said(message.blocks), message


def labels(blocks: list[Json]) -> list[str]:
    return [(one.get("placeholder") or one["text"])["text"] for one in elements_of(blocks)]


def menu_of(message: Message) -> Json:
    return next(one for one in elements_of(message.blocks) if one["action_id"] == ids.MENU)


@pytest.mark.parametrize("name", SHOWN)
def test_each_state_says_where_it_stands_and_offers_what_is_possible(name: str) -> None:
    wanted, sentences, buttons = SHOWN[name]
    text, message = shown(a_card(**wanted))
    assert not faults_of_message(message)
    for sentence in sentences:
        assert sentence in text
    assert labels(message.blocks) == buttons


@pytest.mark.parametrize("name", SHOWN)
def test_the_fallback_text_says_who_where_what_and_the_state(name: str) -> None:
    wanted, sentences, _ = SHOWN[name]
    text = card_message(a_card(**wanted), now=NOW).text
    state = sentences[0].split(" by ")[0].split(" until ")[0]
    for word in ("Ana K. (ana_k)", "App reviews", "They charged me twice", state):
        assert word in text


def test_a_card_shows_what_an_employee_needs_to_decide() -> None:
    text, _ = shown(a_card(urgent=True, verdict={"language": "de"}))
    for words in (
        "🔴 Urgent",
        "Ana K. (ana_k) on App reviews",
        "★★☆☆☆ 2 of 5",
        "reach 12,300",
        "2026-03-02 10:00 UTC",
        "Open on example.org",
        "Double charge",
        "They charged me twice and nobody answers the phone.",
        "Estimated 82% detractor",
        "written in German",
        "Why here? Customer care: topic billing, 81% sure, words: charged, twice; else: service 19%",
        "Recommended: Unhappy customer → Put it right (restoration)",
        "Decision due",
        "answer due",
    ):
        assert words in text
    assert "Late" not in text
    assert "promoter" not in text


def test_a_reach_of_nobody_is_not_worth_a_word() -> None:
    texts = [card_message(a_card(mention={"reach": reach}), now=NOW) for reach in (None, 0, 1_204)]
    assert ["reach" in visible_text({"blocks": each.blocks}) for each in texts] == [False, False, True]


def test_a_late_promise_says_so_and_a_settled_one_is_gone() -> None:
    late = Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW)
    settled = Promise(kind=PromiseKind.DECISION, warn_at=None, due_at=NOW + HOUR, settled_at=NOW)
    text, _ = shown(a_card(promises=(settled, late)))
    assert "*Late:* the answer was due <!date^1772452800^" in text
    assert "ecision due" not in text


def test_a_closed_card_is_short_and_admits_a_broken_promise() -> None:
    promise = Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW - HOUR, settled_at=NOW)
    text, message = shown(a_card(state=State.ANSWERED, answer=an_answer(AnswerState.SENT), promises=(promise,)))
    assert "The answer came late" in text
    assert "Recommended" not in text
    assert len(message.blocks) < len(card_message(a_card(), now=NOW).blocks)


def test_a_mention_that_the_model_could_not_read_has_no_estimate() -> None:
    text, _ = shown(a_card(verdict=None, triage=None, route_rule="unjudged", route_why="the model could not judge it"))
    assert "Not judged" in text
    assert "detractor" not in text
    assert "Why here? Customer care: the model could not judge it" in text


def test_the_rule_is_named_once() -> None:
    unnamed, _ = shown(a_card(route_rule="press", route_why="a journalist"))
    named, _ = shown(a_card(route_rule="press", route_why="rule “press”; topic billing"))
    assert "Customer care: rule “press”; a journalist" in unnamed
    assert named.count("press") == 1


DOUBT = {"route_rule": "unsure", "route_why": "only 41% sure: billing or service?", "place": TRIAGE}
GUESSES = (Guess(place=BILLING, topic="billing", share=0.41), Guess(place=CARE, topic="late_orders", share=0.3))


def test_what_the_model_doubts_offers_its_two_guesses_as_buttons() -> None:
    message = card_message(a_card(**DOUBT, guesses=GUESSES), now=NOW)
    assert not faults_of_message(message)
    buttons = elements_of(message.blocks)[:2]
    assert [(one["text"]["text"], one["action_id"], one["value"]) for one in buttons] == [
        ("→ Billing (billing, 41%)", "mention.guess_1", "7:billing:billing"),
        ("→ Customer care (late orders, 30%)", "mention.guess_2", "7:care:late_orders"),
    ]
    assert "Whose is it? One click moves it there, and the model learns the topic." in said(message.blocks)
    assert "41% sure: billing or service? words: charged, twice" in said(message.blocks)
    assert "else:" not in said(message.blocks)


def test_nobody_is_asked_about_what_is_closed_or_reads_only_a_copy() -> None:
    closed = a_card(**DOUBT, guesses=GUESSES, state=State.LET_STAND, decision=a_decision(Action.LET_STAND))
    for message in (card_message(closed, now=NOW), copy_message(a_card(**DOUBT, guesses=GUESSES), PERMALINK)):
        assert "Whose is it?" not in said(message.blocks)


def corrected(**wanted: Any) -> str:
    return shown(a_card(**wanted))[0]


def test_a_corrected_score_stands_in_the_place_of_the_estimate_with_who_said_so() -> None:
    text = corrected(corrections={LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.PASSIVE)})
    assert "*Passive*, corrected by <@U0BO>" in text
    assert "82%" not in text
    unjudged = {"verdict": None, "triage": None, "route_rule": "unjudged", "route_why": "the model could not judge it"}
    text = corrected(
        corrections={LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.DETRACTOR, model="")}, **unjudged
    )
    assert "*Detractor*, said by <@U0BO>" in text


@pytest.mark.parametrize(
    ("topic", "words"), [("late_orders", "late orders, corrected"), ("billing", "billing, confirmed")]
)
def test_a_topic_that_a_person_named_is_theirs(topic: str, words: str) -> None:
    text = corrected(corrections={LabelKind.TOPIC: a_label(LabelKind.TOPIC, topic=topic)})
    assert f"Estimated 82% detractor · topic {words} by <@U0BO>" in text


def test_a_runner_up_that_nobody_would_think_of_is_not_named() -> None:
    assert "else:" not in corrected(verdict={"topics": {"billing": 0.996, "service": 0.004}})


def test_a_long_text_is_cut_and_the_card_says_where_the_whole_is() -> None:
    long = "word " * 1_000
    linked, _ = shown(a_card(mention={"text": long}))
    unlinked, _ = shown(a_card(mention={"text": long, "url": "javascript:alert(1)"}))
    assert "The text is cut here. Read the whole on example.org" in linked
    assert "The text is cut here. History, under More…, shows the whole." in unlinked
    assert "javascript" not in unlinked


def test_a_text_that_fits_is_not_said_to_be_cut() -> None:
    assert "cut here" not in shown(a_card(mention={"text": "and so on…"}))[0]


def test_parent_edit_withdrawal_and_attachments_are_told() -> None:
    mention = {"parent": "What do you think?", "edited_at": NOW, "withdrawn_at": NOW, "media": ("a", "b")}
    text, _ = shown(a_card(mention=mention))
    for words in ("In reply to: What do you think?", "edited 2026", "took this post down", "2 attachments"):
        assert words in text


def test_what_is_attached_without_an_address_is_named_and_cannot_disturb_the_line() -> None:
    files = tuple(f"page-{number}.pdf (2 kB)" for number in range(1, 8))
    evil = "<!channel>\u202egpj.exe (1 kB)"
    text, _ = shown(a_card(mention={"media": (evil, *files)}))
    assert "8 attachments" in text
    assert "Attached: <!channel>gpj.exe (1 kB), page-1.pdf (2 kB)" in text
    assert "page-4.pdf (2 kB) and 3 more" in text


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("https://files.example/media/2026/photo.jpg", "files.example/…/photo.jpg"),
        ("https://files.example/photo.jpg?width=9", "files.example/photo.jpg"),
        ("https://files.example/", "files.example"),
        ("https://evil.example/a/\u202ebank.example", "evil.example/…/bank.example"),
        ("https://evil.example/" + "b" * 500, "evil.example/" + "b" * 37 + "…"),
    ],
)
def test_what_is_attached_with_an_address_is_a_link_that_says_where_it_leads(address: str, label: str) -> None:
    _, message = shown(a_card(mention={"media": (address,)}))
    assert not faults_of_message(message)
    assert str({"type": "link", "url": address, "text": label}) in str(message.blocks)


def test_what_no_browser_may_open_is_no_link() -> None:
    text, message = shown(a_card(mention={"media": ("javascript:alert(1)",)}))
    assert "Attached: javascript:alert(1)" in text
    assert "'url': 'javascript" not in str(message)


def test_a_title_that_the_text_repeats_is_shown_once() -> None:
    text, _ = shown(a_card(mention={"title": "They charged", "text": "They charged me twice"}))
    assert text.count("They charged") == 1


def test_an_empty_post_by_nobody_is_still_a_card() -> None:
    bare = {"text": "", "title": " ", "author": "", "author_name": "", "rating": float("nan"), "posted_at": None}
    text, message = shown(a_card(mention=bare))
    assert not faults_of_message(message)
    assert "Somebody on App reviews" in text
    assert "(no text)" in text
    assert "received" in text


@pytest.mark.parametrize("state", State)
def test_all_that_is_possible_can_be_reached_from_the_card(state: State) -> None:
    card = a_card(state=state, escalation=an_escalation())
    message = card_message(card, now=NOW)
    clicks = {one["action_id"] for one in elements_of(message.blocks) if one["type"] == "button"}
    menus = [one for one in elements_of(message.blocks) if one["action_id"] == ids.MENU]
    choices = {one["value"] for menu in menus for one in menu["options"]}
    for action in available(state):
        assert ids.action_id(action) in clicks or f"{action.value}:7" in choices
    assert ids.HISTORY in clicks or {"history:7", "why:7", "score:7"} <= choices


def test_a_team_without_a_chain_is_offered_no_escalation() -> None:
    assert "Escalate" not in labels(card_message(a_card(escalation_levels=0), now=NOW).blocks)


def choices_of(card: Card) -> list[str]:
    return [one["value"].partition(":")[0] for one in menu_of(card_message(card, now=NOW))["options"]]


def test_the_menu_begins_with_what_is_used_most() -> None:
    claimed = a_card(**CLAIMED)
    assert choices_of(a_card())[:4] == ["reroute", "snooze", "let_stand", "dismiss"]
    assert choices_of(claimed)[:5] == ["release", "hand_over", "reroute", "snooze", "let_stand"]
    undone = Undo(what=Action.CLAIM, by="U0ANA", at=NOW, until=NOW + HOUR)
    assert choices_of(replace(claimed, undo=undone))[:2] == ["undo", "release"]


def test_no_recommendation_is_offered_where_there_is_none() -> None:
    assert "flow" in choices_of(a_card())
    assert "flow" not in choices_of(replace(a_card(), triage=None))


def test_the_menu_forgets_its_choice_when_the_card_changes() -> None:
    card = a_card()
    messages = [card_message(each, now=NOW) for each in (card, replace(card, version=4))]
    rows = [block["block_id"] for message in messages for block in message.blocks if block["type"] == "actions"]
    assert rows == ["card.7.3", "card.7.4"]


@pytest.mark.parametrize("name", SHOWN)
def test_at_most_one_button_stands_out(name: str) -> None:
    buttons = elements_of(card_message(a_card(**SHOWN[name][0]), now=NOW).blocks)
    assert [one.get("style") for one in buttons].count("primary") <= 1
    assert all("style" not in one for one in buttons[1:])


def test_every_button_carries_the_mention() -> None:
    buttons = elements_of(card_message(a_card(), now=NOW).blocks)[:-1]
    assert [one["value"] for one in buttons] == ["7"] * 3


def test_a_text_to_copy_is_shown_to_the_letter() -> None:
    answer = an_answer(AnswerState.COPIED, text="Dear Ana,\n\n  we are *sorry* & <refunded> it.")
    _, message = shown(a_card(state=State.ANSWERED, answer=answer))
    copied = [one["elements"] for one in objects(message.blocks) if one.get("type") == "rich_text_preformatted"]
    assert copied == [[{"type": "text", "text": answer.text}]]


def test_a_reopened_mention_remembers_the_answer_that_was_given() -> None:
    text, message = shown(a_card(answer=an_answer(AnswerState.SENT)))
    assert "Unclaimed" in text
    assert "Earlier: answered by U0ANA" in text
    assert "Mark as answered there" not in labels(message.blocks)


def test_a_copy_can_only_be_read_and_rated_and_leads_to_the_live_card() -> None:
    message = copy_message(a_card(**CLAIMED), PERMALINK)
    text = said(message.blocks)
    assert not faults_of_message(message)
    assert {each["action_id"] for each in elements_of(message.blocks)} == {ids.RATE_USEFUL, ids.RATE_NOT_USEFUL}
    for words in ("A copy for this channel. The live card is with Customer care", "Open the card", "Claimed by U0ANA"):
        assert words in text
    assert "Claimed by <@U0ANA>" in message.text


def test_a_copy_without_a_link_yet_still_says_whose_it_is() -> None:
    assert "Open the card" not in said(copy_message(a_card(), "").blocks)


def test_a_pointer_says_where_the_card_went_and_who_moved_it() -> None:
    message = pointer_message(a_card(place=BILLING), PERMALINK, by="U0ANA")
    assert not faults_of_message(message)
    assert "Moved to C0BILLING (Billing) by U0ANA. Open the card" in said(message.blocks)
    assert "Moved to <#C0BILLING> (Billing) by <@U0ANA>" in message.text


@tried(60)
@given(state=st.sampled_from(State), body=hostile_long, short=hostile, answered=st.sampled_from([*AnswerState, None]))
def test_no_text_breaks_a_card(state: State, body: str, short: str, answered: AnswerState | None) -> None:
    card = a_card(
        state=state,
        mention={"text": body, "title": short, "parent": body, "author": short, "author_name": short, "url": short},
        verdict={"language": short, "why": (short,)},
        route_rule=short,
        route_why=body,
        claim=a_claim(short),
        escalation=an_escalation(reason=body, notified=(short,), by=short),
        answer=an_answer(answered, text=body, problem=body, permalink=short) if answered else None,
        decision=a_decision(Action.LET_STAND, body),
        source_title=short,
        guesses=(Guess(place=Place(name="x", title=short, channel=short), topic=short, share=0.4),) * 2,
        corrections={
            LabelKind.TOPIC: a_label(LabelKind.TOPIC, topic=short, by=short),
            LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.PASSIVE, by=short),
        },
    )
    for message in (card_message(card, now=NOW), copy_message(card, short), pointer_message(card, short, by=short)):
        assert not faults_of_message(message)
