"""When quiet mentions add up, and which they join."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.shared_words import shared_words
from bot.domain.signal import JOINING, QuietMention, SignalTerms, adds_up, joins, owner_of, pattern

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
TERMS = SignalTerms()


def quiet(number: int, **fields: object) -> QuietMention:
    base: dict[str, object] = {
        "mention_id": number,
        "source": f"s{number % 3}",
        "author": f"a{number}",
        "at": AT + timedelta(days=number),
        "department": "care",
        "topic": "outage",
    }
    return QuietMention(**{**base, **fields})  # type: ignore[arg-type]


def alike(*numbers: int, by: float = 0.7) -> dict[tuple[int, int], float]:
    return {(low, high): by for low in numbers for high in numbers if low < high}


def test_five_that_are_alike_are_a_pattern_oldest_first() -> None:
    rest = [quiet(number) for number in (4, 2, 1, 3, 9)]
    found = pattern(quiet(5), rest, alike(1, 2, 3, 4, 5), TERMS, ZONE)
    assert [each.mention_id for each in found] == [1, 2, 3, 4, 5]


def test_a_pattern_is_found_also_where_the_newest_stands_at_its_edge() -> None:
    edges = alike(1, 2, 3, 4) | {(1, 5): 0.9, (2, 5): 0.55, (3, 5): 0.55, (4, 5): 0.55}
    assert len(pattern(quiet(5), [quiet(number) for number in range(1, 5)], edges, TERMS, ZONE)) == 5


def test_a_chain_is_no_pattern() -> None:
    chain = {(number, number + 1): 0.9 for number in range(1, 6)}
    assert pattern(quiet(6), [quiet(number) for number in range(1, 6)], chain, TERMS, ZONE) == ()


def test_members_of_a_signal_are_not_taken_again() -> None:
    rest = [quiet(1, signal=7), *(quiet(number) for number in (2, 3, 4))]
    assert pattern(quiet(5), rest, alike(1, 2, 3, 4, 5), TERMS, ZONE) == ()


def test_voices_days_and_sources_are_counted() -> None:
    group = [quiet(number) for number in range(1, 6)]
    assert adds_up(group, TERMS, ZONE)
    assert not adds_up([quiet(number, author="wilf", source="s") for number in range(1, 6)], TERMS, ZONE)
    assert not adds_up([quiet(number, at=AT) for number in range(1, 6)], TERMS, ZONE)
    assert not adds_up([quiet(number, source="s") for number in range(1, 6)], TERMS, ZONE)
    assert adds_up([quiet(number, author="") for number in range(1, 6)], TERMS, ZONE), "nobody knows that they are one"


def test_days_are_those_of_the_companys_calendar() -> None:
    late = AT.replace(hour=23)
    group = [quiet(number, at=late + timedelta(hours=number // 3 * 2)) for number in range(1, 6)]
    two = SignalTerms(days=2)
    assert adds_up(group, two, ZONE)
    assert not adds_up(group, two, ZoneInfo("America/New_York"))


def test_a_mention_joins_the_signal_that_is_likest_and_like_enough() -> None:
    others = [quiet(1, signal=7), quiet(2, signal=7), quiet(3, signal=8)]
    near = TERMS.likeness + JOINING
    assert joins(quiet(5), others, {(1, 5): near, (2, 5): near, (3, 5): near - 0.01}, TERMS) == 7
    assert joins(quiet(5), others, {(1, 5): 0.9, (2, 5): 0.1, (3, 5): 0.2}, TERMS) == 0
    assert joins(quiet(5), [quiet(1)], {(1, 5): 1.0}, TERMS) == 0


def test_it_belongs_to_whom_most_of_them_went() -> None:
    group = [quiet(1), quiet(2, department="product", topic="wish"), quiet(3, department="product", topic="wish")]
    assert owner_of(group) == ("product", "wish")
    assert owner_of(group[:2]) == ("product", "wish"), "of equals the newest"


def test_shared_words_are_those_of_many_without_what_says_nothing() -> None:
    said = ["The cases get warm, Acme!", "my case was warm", "warm again and again", "A case of its own"]
    assert shared_words(said, ["Acme"]) == ("case", "warm")
    assert shared_words(["nothing", "in common"]) == ()
