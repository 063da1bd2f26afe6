"""What people say of the use of a subscription, and how it could bring less of what is not useful."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.card import Subscription
from bot.domain.rating import Rated, Rating, Unhelpful, Usefulness, narrower, usefulness
from tests.fakes import START, TOPICS, verdict

EVERYTHING = Subscription(id=1, channel="C1", created_by="U1", created_at=START)
LATER = START + timedelta(hours=1)


def rated(number: int, *, topic: str = "billing", useful: bool, reason: str = "", detractor: float = 0.2) -> Rated:
    rating = Rating(mention_id=number, channel="C1", by="U1", at=LATER, useful=useful, reason=reason)
    return Rated(rating=rating, source="forum", verdict=verdict(topic, detractor=detractor))


def not_useful(number: int, reason: str = Unhelpful.NOISY, **fields: object) -> Rated:
    return rated(number, useful=False, reason=reason, **fields)  # type: ignore[arg-type]


def test_counts_and_the_commonest_reason() -> None:
    said = [
        rated(1, useful=True),
        not_useful(2, Unhelpful.KNOWN),
        not_useful(3, Unhelpful.NOISY),
        not_useful(4, Unhelpful.NOISY),
        not_useful(5, "our own words for it"),
    ]
    assert usefulness(EVERYTHING, said) == Usefulness(useful=1, not_useful=4, top_reason="too noisy")
    assert usefulness(EVERYTHING, []) == Usefulness()


def test_a_subscription_answers_for_what_it_brought_only() -> None:
    said = [not_useful(1, topic="billing"), rated(2, topic="outage", useful=True)]
    assert usefulness(replace(EVERYTHING, topics=("outage",)), said) == Usefulness(useful=1)
    younger = replace(EVERYTHING, created_at=LATER + timedelta(seconds=1))
    assert usefulness(younger, said) == Usefulness()


def test_a_topic_that_nobody_wants_is_left_out() -> None:
    said = [*(not_useful(number, topic="billing") for number in range(4)), rated(9, topic="outage", useful=True)]
    found = narrower(EVERYTHING, said, TOPICS)
    assert found is not None
    assert found.wish == replace(EVERYTHING, topics=tuple(topic for topic in TOPICS if topic != "billing"))
    assert found.why == "4 of 4 that were not useful are about billing, 0 of the useful ones."


def test_a_topic_that_some_want_stays() -> None:
    said = [*(not_useful(number, detractor=0.95) for number in range(4)), *(rated(n, useful=True) for n in (7, 8))]
    assert narrower(EVERYTHING, said, TOPICS) is None


def test_low_scores_are_left_out_where_the_useful_ones_are_high() -> None:
    low = [not_useful(number, detractor=0.3) for number in range(3)]
    high = [rated(number, useful=True, detractor=0.8) for number in range(5, 8)]
    found = narrower(EVERYTHING, [*low, *high], TOPICS)
    assert found is not None
    assert found.wish == replace(EVERYTHING, min_detractor=0.5)
    assert found.why == "3 of 3 that were not useful are less than 50% detractor (estimated)."


def test_the_last_topic_is_never_left_out() -> None:
    wish = replace(EVERYTHING, topics=("billing",))
    found = narrower(wish, [not_useful(number, detractor=0.9) for number in range(4)], TOPICS)
    assert found is None


def test_one_word_against_it_narrows_nothing() -> None:
    assert narrower(EVERYTHING, [not_useful(1)], TOPICS) is None
