"""Detractors won over, against those nobody answered: counted once each, like with like."""

from datetime import timedelta
from itertools import count

import pytest

from bot.domain.conversion import ENOUGH, Conversion, conversion_of
from bot.domain.facts import MentionFacts
from bot.domain.lifecycle import State
from tests.fakes import START

DAY = timedelta(days=1)
NOW = START + 100 * DAY
numbers = count(1)


def said(
    author: str, day: float, *, detractor: float = 0.9, promoter: float = 0.0, answered: float | None = None, **of: str
) -> MentionFacts:
    return MentionFacts(
        mention_id=next(numbers),
        author=author,
        department="care",
        source=of.get("source", "forum"),
        topic=of.get("topic", "billing"),
        received_at=START + day * DAY,
        state=State.OPEN,
        detractor=detractor,
        promoter=promoter,
        answered_at=None if answered is None else START + answered * DAY,
    )


def glad(author: str, day: float, **of: str) -> MentionFacts:
    return said(author, day, detractor=0.05, promoter=0.9, **of)


def four(conversion: Conversion) -> tuple[int, int, int, int]:
    return (conversion.answered, conversion.answered_won, conversion.unanswered, conversion.unanswered_won)


def test_answered_and_unanswered_authors_are_counted_apart() -> None:
    found = conversion_of(
        [said("a", 0, answered=1), glad("a", 9), said("b", 0, answered=1), said("c", 0), said("d", 0), glad("d", 3)],
        NOW,
    )
    assert four(found) == (2, 1, 2, 1)
    assert (found.answered_rate, found.unanswered_rate) == (0.5, 0.5)


def test_an_answer_after_the_praise_did_not_bring_it_about() -> None:
    assert four(conversion_of([said("a", 0, answered=5), glad("a", 3), said("b", 0, answered=1)], NOW)) == (1, 0, 1, 1)


def test_praise_after_the_time_does_not_count() -> None:
    late = [said("a", 0, answered=1), glad("a", 91), said("b", 0)]
    assert four(conversion_of(late, START + 170 * DAY)) == (1, 0, 1, 0)


def test_an_author_counts_once_however_often_they_complain() -> None:
    rant = [said("a", day) for day in range(20)]
    assert four(conversion_of([*rant, said("b", 0, answered=1)], NOW)) == (1, 0, 1, 0)


def test_the_same_name_at_another_source_is_another_author() -> None:
    both = [said("a", 0), said("b", 0, answered=1), glad("a", 2, source="reviews")]
    assert four(conversion_of(both, NOW)) == (1, 0, 1, 0)


@pytest.mark.parametrize("author", ["", "quiet"])
def test_the_nameless_and_the_content_are_left_out(author: str) -> None:
    found = conversion_of([glad(author, 0), said("", 0), said("", 0, answered=1)], NOW)
    assert four(found) == (0, 0, 0, 0)
    assert (found.answered_rate, found.unanswered_rate, found.enough) == (None, None, False)


def test_what_has_no_counterpart_is_not_compared() -> None:
    found = conversion_of([said("a", 0, answered=1, topic="outage"), said("b", 0, answered=1), said("c", 0)], NOW)
    assert (four(found), found.left_out) == ((1, 0, 1, 0), 1)


def test_an_easy_source_does_not_look_like_good_work() -> None:
    """Everybody comes round in reviews and nobody in the forum, answered or not; we answer the reviews."""
    names = [f"e{n}" for n in range(20)]
    easy = [said(name, 0, source="reviews", answered=1 if n < 18 else None) for n, name in enumerate(names)]
    easy += [glad(name, 5, source="reviews") for name in names]
    hard = [said(f"h{n}", 0) for n in range(18)] + [said(f"k{n}", 0, answered=1) for n in range(2)]
    found = conversion_of(easy + hard, NOW)
    assert found.answered_rate == pytest.approx(0.9)
    assert found.unanswered_rate == pytest.approx(0.9)
    assert found.unanswered_won / found.unanswered == pytest.approx(0.1), "the plain share would flatter us"


def test_a_handful_says_nothing() -> None:
    few = [said(f"a{n}", 0, answered=1) for n in range(ENOUGH)] + [said(f"b{n}", 0) for n in range(ENOUGH - 1)]
    assert not conversion_of(few, NOW).enough
    assert conversion_of([*few, said("b9", 0)], NOW).enough
