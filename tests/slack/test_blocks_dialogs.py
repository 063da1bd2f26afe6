import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.domain.card import AnswerState, Card, History
from bot.domain.escalation import Plan, Position, Target, TargetKind
from bot.domain.event import EARSHOT, NOTES, Event
from bot.domain.label import Dismissal, LabelKind, Score
from bot.domain.lifecycle import Action
from bot.domain.routing import Topic
from bot.slack import ids
from bot.slack.blocks.corrections import AS_ESTIMATED, reroute_modal, score_modal
from bot.slack.blocks.decisions import decision_modal
from bot.slack.blocks.dialogs import (
    FOR_CUSTOMER,
    OTHER_REASON,
    elsewhere_modal,
    notice_modal,
    snooze_modal,
    snooze_presets,
)
from bot.slack.blocks.escalation import escalate_modal
from bot.slack.blocks.history import PAGE, history_modal
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.why import TOPICS_SHOWN, why_modal
from tests.slack.examples import (
    BILLING,
    CARE,
    NOW,
    a_card,
    a_label,
    an_answer,
    an_escalation,
    hostile,
    hostile_long,
)
from tests.slack.limits import elements_of, faults_of_view, said

TOPICS = (
    Topic(name="billing", department="billing", description="Invoices and refunds"),
    Topic(name="service", department="care"),
    Topic(name="product", department="product"),
)
PLAN = Plan(position=Position(level=1), told=(Target(reference="@eve", called="U0EVE", kind=TargetKind.PERSON),))
ORIGIN = Origin("C0CARE", "1772452800.000100")
DECISIONS = (Action.LET_STAND, Action.MONITOR, Action.DISMISS)


def every_dialog(card: Card, text: str = "") -> list[Json]:
    return [
        escalate_modal(card, PLAN, within=timedelta(minutes=30), origin=ORIGIN),
        reroute_modal(card, (CARE, BILLING), TOPICS, origin=ORIGIN),
        *(decision_modal(card, action, origin=ORIGIN) for action in DECISIONS),
        score_modal(card, origin=ORIGIN),
        snooze_modal(card, NOW, origin=ORIGIN),
        elsewhere_modal(card, origin=ORIGIN),
    ]


def inputs(view: Json) -> dict[str, Json]:
    return {one["action_id"]: one for one in elements_of(view["blocks"])}


def test_every_dialog_remembers_the_mention_and_where_it_was_opened() -> None:
    for view in every_dialog(a_card()):
        assert not faults_of_view(view)
        remembered = json.loads(view["private_metadata"])
        assert remembered == {"mention_id": 7, "version": 3, "channel": "C0CARE", "ts": "1772452800.000100"}


def test_every_dialog_is_called_by_its_action() -> None:
    called = [view["callback_id"] for view in every_dialog(a_card())]
    first = (Action.ESCALATE, Action.REROUTE, *DECISIONS)
    last = (Action.SNOOZE, Action.ANSWER_ELSEWHERE)
    assert called == [*map(ids.action_id, first), ids.SCORE, *map(ids.action_id, last)]


def test_rerouting_offers_the_likeliest_teams_first_and_the_present_one_for_its_topic() -> None:
    places = [CARE, BILLING, *(CARE.__class__(name=f"t{n}", title=f"Team {n}", channel="#x") for n in range(3))]
    guesses, rest, stays = inputs(reroute_modal(a_card(), places, TOPICS))[ids.REROUTE_DEPARTMENT]["option_groups"]
    assert [(one["text"]["text"], one["value"]) for one in guesses["options"]] == [
        ("Billing (billing, 81%)", "billing")
    ]
    assert [one["value"] for one in rest["options"]] == ["t0", "t1", "t2"]
    assert stays["label"]["text"] == "It stays, only the topic is wrong"
    assert [one["value"] for one in stays["options"]] == ["care"]


def test_the_topic_field_says_what_is_known_so_far() -> None:
    said_by_model = said(reroute_modal(a_card(), (CARE, BILLING), TOPICS))
    assert "The model said billing (81%). Earshot learns from it." in said_by_model
    label = a_label(LabelKind.TOPIC, topic="late_orders")
    said_by_person = said(reroute_modal(a_card(corrections={LabelKind.TOPIC: label}), (CARE, BILLING), TOPICS))
    assert "So far: late orders, as a person said." in said_by_person


def test_the_score_dialog_asks_for_one_of_three_and_says_what_the_model_said() -> None:
    view = score_modal(a_card())
    assert not faults_of_view(view)
    assert "The model estimated 82% detractor, 5% promoter." in said(view)
    assert [one["value"] for one in inputs(view)[ids.SCORE_CHOICE]["options"]] == list(Score)


def test_a_corrected_score_can_be_given_back_to_the_model() -> None:
    label = a_label(LabelKind.SCORE, score=Score.PASSIVE)
    view = score_modal(a_card(corrections={LabelKind.SCORE: label}))
    assert "Corrected to passive by U0BO" in said(view)
    assert [one["value"] for one in inputs(view)[ids.SCORE_CHOICE]["options"]] == [*Score, AS_ESTIMATED]


def test_a_score_can_be_given_where_the_model_gave_none() -> None:
    view = score_modal(a_card(verdict=None, triage=None))
    assert "The model could not judge this one." in said(view)
    assert len(inputs(view)[ids.SCORE_CHOICE]["options"]) == len(Score)


def test_why_here_tells_all_that_led_here() -> None:
    label = a_label(LabelKind.SCORE, score=Score.PASSIVE)
    view = why_modal(a_card(corrections={LabelKind.SCORE: label}))
    assert not faults_of_view(view)
    text = said(view)
    for words in (
        "It is with Customer care",
        "Rule: the team that owns the topic gets it",
        "Reason: topic billing, 81% sure",
        "billing 81%",
        "service 19%",
        "Words that moved it: charged, twice",
        "Score: estimated 82% detractor, 5% promoter",
        "Language: English",
        "Model: test-1",
        "Response flow: Put it right",
        "Score said to be passive by U0BO",
    ):
        assert words in text
    assert "Nobody has corrected" not in text
    assert inputs(view)[ids.SCORE]["value"] == "7"


def test_why_here_sums_up_topics_beyond_the_likeliest() -> None:
    topics = {f"t{number}": 0.1 for number in range(10)}
    text = said(why_modal(a_card(verdict={"topics": topics, "language": "und", "why": ()})))
    assert text.count("10%") == TOPICS_SHOWN
    assert "4 others, 40% together" in text
    assert "none stands out" in text
    assert "too short or too odd to tell" in text
    assert "Nobody has corrected this reading." in text


def test_why_here_lists_no_topic_at_nothing() -> None:
    text = said(why_modal(a_card(verdict={"topics": {"billing": 0.998, "service": 0.001, "product": 0.001}})))
    assert "2 others, under 1% together" in text
    assert "service" not in text


def test_why_here_names_the_companys_own_rule() -> None:
    assert "Rule: your rule “press”" in said(why_modal(a_card(route_rule="press", route_why="a journalist")))


def test_why_here_without_a_verdict_says_so() -> None:
    view = why_modal(a_card(verdict=None, triage=None, route_rule="unjudged", route_why=""))
    assert not faults_of_view(view)
    assert "The model could not judge this one" in said(view)


def test_dismissals_are_chosen_from_those_that_the_labels_know() -> None:
    values = [one["value"] for one in inputs(decision_modal(a_card(), Action.DISMISS))[ids.DECISION_PRESET]["options"]]
    assert values == [*Dismissal, OTHER_REASON]


def test_rerouting_without_a_verdict_lists_the_teams() -> None:
    view = reroute_modal(a_card(verdict=None, triage=None), (CARE, BILLING), ())
    assert not faults_of_view(view)
    assert [one["value"] for one in inputs(view)[ids.REROUTE_DEPARTMENT]["options"]] == ["billing"]
    assert ids.REROUTE_TOPIC not in inputs(view)


def test_rerouting_where_there_is_only_one_team_is_refused_in_words() -> None:
    assert "There is no other team" in said(reroute_modal(a_card(), (CARE,), ()))
    view = reroute_modal(a_card(), (CARE,), TOPICS)
    assert [one["value"] for one in inputs(view)[ids.REROUTE_DEPARTMENT]["options"]] == ["care"], "for its topic"


def test_more_choices_than_slack_lists_are_counted() -> None:
    places = [CARE.__class__(name=f"t{n}", title=f"Team {n}", channel="#x") for n in range(130)]
    topics = [Topic(name=f"topic {n}", department="care") for n in range(130)]
    view = reroute_modal(a_card(), places, topics)
    assert not faults_of_view(view)
    assert "The list shows 100 of 130 teams." in said(view)
    assert "The list shows 100 of 130 topics." in said(view)


@pytest.mark.parametrize("action", DECISIONS)
def test_a_decision_asks_for_a_reason_from_presets_or_own_words(action: Action) -> None:
    view = decision_modal(a_card(), action)
    options = inputs(view)[ids.DECISION_PRESET]["options"]
    assert len(options) >= 4
    assert [one["value"] for one in options[:-1]] == [one["text"]["text"] for one in options[:-1]]
    assert options[-1]["value"] == OTHER_REASON
    assert ids.DECISION_REASON in inputs(view)


def test_mornings_are_the_persons_own_and_an_hour_is_an_hour_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The night in which Berlin's clocks go forward: a Sunday, 01:30 is followed by 03:30 an hour later.
    presets = dict(snooze_presets(datetime(2026, 3, 29, 1, 30, tzinfo=berlin)))
    assert presets["In 1 hour"].astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert presets["Tomorrow at 9:00"].astimezone(UTC) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert "Monday at 9:00" not in presets, "tomorrow is Monday: one choice is enough"


def test_snoozing_on_a_monday_offers_the_next_one() -> None:
    assert dict(snooze_presets(NOW))["Monday at 9:00"] == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


def test_a_snooze_choice_is_its_moment() -> None:
    *moments, customer = inputs(snooze_modal(a_card(), NOW))[ids.SNOOZE_PRESET]["options"]
    assert customer["value"] == FOR_CUSTOMER
    values = [one["value"] for one in moments]
    assert values[1] == str(int((NOW + timedelta(hours=1)).timestamp()))
    assert values == sorted(values)


def test_marking_as_answered_elsewhere_starts_from_the_text_that_was_to_be_copied() -> None:
    view = elsewhere_modal(a_card(answer=an_answer(AnswerState.COPIED)))
    assert inputs(view)[ids.ELSEWHERE_TEXT]["initial_value"] == "We refunded it today."
    assert all(block["optional"] for block in view["blocks"] if block["type"] == "input")


def test_a_refusal_is_a_sentence_and_asks_for_nothing() -> None:
    view = notice_modal("Not possible", "Bo has claimed this one. Ask Bo, or escalate it.")
    assert not faults_of_view(view)
    assert "submit" not in view
    assert "Ask Bo" in said(view)


def an_event(number: int, what: str = "claim", actor: str = "U0ANA", **detail: str) -> Event:
    at = NOW + timedelta(minutes=number)
    return Event(id=number, mention_id=7, at=at, actor=actor, what=what, detail=detail)


def test_history_tells_who_did_what_and_why_newest_first() -> None:
    events = (an_event(1, "ingested", EARSHOT, source="reviews"), an_event(2, "escalate", "U0GONE", reason="Too hard"))
    text = said(history_modal(History(card=a_card(), events=events), {"U0GONE": "Gerd (left)"})["blocks"])
    assert "Earshot found it" in text
    assert "Gerd (left) escalated it" in text
    assert "Reason: “Too hard”" in text
    assert text.index("escalated it") < text.index("found it")


def test_every_event_has_words() -> None:
    events = tuple(an_event(n, what) for n, what in enumerate([*NOTES, *Action]))
    text = said(history_modal(History(card=a_card(), events=events), {})["blocks"])
    assert not [what for what in [*NOTES, *Action] if f" {what}" in text and "_" in what]


def test_history_begins_with_the_whole_text() -> None:
    words = " ".join(f"word{n}" for n in range(2_000))
    view = history_modal(History(card=a_card(mention={"text": words}), events=()), {})
    assert not faults_of_view(view)
    assert words in said(view["blocks"])
    assert "Nothing is recorded here." in said(view["blocks"])


def test_a_long_history_has_pages_that_say_how_much_they_leave_out() -> None:
    history = History(card=a_card(), events=tuple(an_event(n) for n in range(PAGE * 2 + 5)))
    pages = [history_modal(history, {}, page=page) for page in range(3)]
    assert not [fault for view in pages for fault in faults_of_view(view)]
    assert "and 35 older events on the next pages" in said(pages[0])
    assert [[one["value"] for one in elements_of(view["blocks"])] for view in pages] == [
        ["7", "7", "7:1"],
        ["7:0", "7:2"],
        ["7:1"],
    ]
    assert said(pages[2]).count("claimed it") == 5


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_a_dialog(body: str, short: str) -> None:
    card = a_card(
        mention={"text": body, "title": short, "parent": body, "author": short, "author_url": short, "url": short},
        answer=an_answer(AnswerState.COPIED, text=body),
        source_title=short,
        escalation=an_escalation(reason=body),
        route_rule=short,
        route_why=body,
        verdict={"language": short, "why": (short,), "model": short, "topics": {short: 0.6, f"{short}2": 0.4}},
        corrections={
            LabelKind.TOPIC: a_label(LabelKind.TOPIC, topic=short, by=short),
            LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.PASSIVE, by=short),
            LabelKind.NOT_ABOUT_US: a_label(LabelKind.NOT_ABOUT_US, by=short),
        },
    )
    events = (an_event(1, short, short, reason=body, **{short or "x": body}),) * (PAGE + 5)
    views = [
        *every_dialog(card, body),
        notice_modal("Refused", body),
        history_modal(History(card=card, events=events), {}),
        why_modal(card),
    ]
    for view in views:
        assert not faults_of_view(view)
