import json
from typing import Any

from hypothesis import given, settings

from bot.domain.card import Subscription
from bot.domain.routing import Topic
from bot.slack import ids
from bot.slack.blocks.subscriptions import (
    ANY_SCORE,
    LISTED,
    subscribe_modal,
    subscribed_message,
    subscriptions_message,
    unsubscribed_message,
)
from tests.slack.examples import NOW, hostile
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

TOPICS = (Topic(name="billing", department="care", description="Invoices"), Topic(name="service", department="care"))
SOURCES = {"reviews": "App reviews", "forum": ""}


def a_subscription(**wanted: Any) -> Subscription:
    known: dict[str, Any] = {"id": 4, "channel": "C0PRODUCT", "created_by": "U0ANA", "created_at": NOW}
    return Subscription(**(known | wanted))


def test_the_dialog_asks_what_the_channel_wants_and_remembers_it() -> None:
    view = subscribe_modal("C0PRODUCT", TOPICS, SOURCES)
    inputs = {one["action_id"]: one for one in elements_of(view["blocks"])}
    assert not faults_of_view(view)
    assert json.loads(view["private_metadata"]) == {"channel": "C0PRODUCT"}
    assert [one["value"] for one in inputs[ids.SUBSCRIBE_TOPICS]["options"]] == ["billing", "service"]
    assert [one["text"]["text"] for one in inputs[ids.SUBSCRIBE_SOURCES]["options"]] == ["App reviews", "forum"]
    assert inputs[ids.SUBSCRIBE_DETRACTOR]["initial_option"]["value"] == ANY_SCORE
    assert "<#C0PRODUCT>" in said(view)
    assert "(estimated)" in said(view)


def test_a_company_without_topics_or_sources_is_asked_for_scores_only() -> None:
    view = subscribe_modal("C0PRODUCT", (), {})
    assert not faults_of_view(view)
    assert [one["action_id"] for one in elements_of(view["blocks"])] == [
        ids.SUBSCRIBE_DETRACTOR,
        ids.SUBSCRIBE_PROMOTER,
    ]


def test_more_choices_than_slack_lists_are_counted() -> None:
    view = subscribe_modal("C0PRODUCT", [Topic(name=f"t{n}", department="care") for n in range(120)], SOURCES)
    assert not faults_of_view(view)
    assert "The list shows 100 of 120." in said(view)


def test_a_subscription_reads_as_a_sentence_and_can_be_ended() -> None:
    wish = a_subscription(topics=("billing", "service"), sources=("reviews",), min_detractor=0.7, min_promoter=0.5)
    message = subscriptions_message([wish, a_subscription(id=5)], SOURCES)
    text = said(message.blocks)
    assert not faults_of_message(message)
    assert (
        "Mentions about billing or service from App reviews, at least 70% detractor and at least 50% promoter (estimated)"
        in text
    )
    assert "Every mention" in text
    assert [(one["action_id"], one["value"]) for one in elements_of(message.blocks)] == [
        (ids.UNSUBSCRIBE, "4"),
        (ids.UNSUBSCRIBE, "5"),
    ]


def test_no_subscriptions_says_how_to_make_one() -> None:
    assert "/mentions subscribe" in subscriptions_message([]).text


def test_more_subscriptions_than_a_message_holds_are_counted() -> None:
    message = subscriptions_message([a_subscription(id=n) for n in range(LISTED + 3)])
    assert not faults_of_message(message)
    assert "and 3 more" in said(message.blocks)


def test_beginning_and_ending_are_confirmed_in_words() -> None:
    wish = a_subscription(topics=("billing",))
    begun, ended = subscribed_message(wish), unsubscribed_message(wish)
    assert begun.text == "<#C0PRODUCT> now gets a copy of mentions about billing."
    assert ended.text == "<#C0PRODUCT> no longer gets copies of mentions about billing."
    assert not faults_of_message(begun) + faults_of_message(ended)


@settings(max_examples=40, deadline=None)
@given(name=hostile)
def test_no_name_breaks_a_list(name: str) -> None:
    wish = a_subscription(topics=(name, "x") * 8, sources=(name,) * 30, created_by=name, channel=name)
    for message in (
        subscriptions_message([wish] * 60, {name: name}),
        subscribed_message(wish),
        unsubscribed_message(wish, {name: name}),
    ):
        assert not faults_of_message(message)
