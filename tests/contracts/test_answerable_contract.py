"""What every source that takes answers must do. A new one adds a file to `cases` and passes."""

from datetime import UTC, datetime

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable, Keyless, Source, Traceable
from tests.contracts.case import AnswererCase, Trait
from tests.contracts.case import every_answerer as every

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@every()
def test_it_says_that_it_takes_answers(case: AnswererCase) -> None:
    assert isinstance(case.source, Source)
    assert isinstance(case.source, Answerable)


@every()
def test_an_answer_stands_at_the_place_as_it_was_written_and_has_a_link(case: AnswererCase) -> None:
    text = "I am sorry, “Žofie”.\n\nUse <b> & </b>. 🐎"
    replied = case.source.reply(case.post, text, key="k1")
    assert case.standing() == [text]
    assert not replied.permalink or replied.permalink.startswith(("http://", "https://"))


@every(lacks=Trait.KEYLESS)
def test_the_same_key_again_leaves_one_answer_and_gives_its_link(case: AnswererCase) -> None:
    first = case.source.reply(case.post, "Sorry.", key="k1")
    assert case.source.reply(case.post, "Sorry.", key="k1") == first
    assert case.standing() == ["Sorry."]


@every(lacks=Trait.ONE_ANSWER)
def test_another_text_under_another_key_is_another_answer(case: AnswererCase) -> None:
    case.source.reply(case.post, "Sorry.", key="k1")
    case.source.reply(case.post, "Sorry, again.", key="k2")
    assert case.standing() == ["Sorry.", "Sorry, again."]


@every(Trait.ONE_ANSWER)
def test_where_a_post_has_one_answer_the_last_one_stands(case: AnswererCase) -> None:
    case.source.reply(case.post, "Sorry.", key="k1")
    case.source.reply(case.post, "Sorry, again.", key="k2")
    assert case.standing() == ["Sorry, again."]


@every(lacks=Trait.ONE_ANSWER)
def test_another_key_is_another_answer(case: AnswererCase) -> None:
    case.source.reply(case.post, "Sorry.", key="k1")
    case.source.reply(case.post, "Sorry.", key="k2")
    assert case.standing() == ["Sorry.", "Sorry."]


@every()
def test_a_lost_confirmation_is_an_ambiguous_retry(case: AnswererCase) -> None:
    case.lose_next_reply()
    with pytest.raises(Retry) as caught:
        case.source.reply(case.post, "Sorry.", key="k1")
    assert caught.value.ambiguous
    assert case.standing() == ["Sorry."]


@every(lacks=Trait.KEYLESS)
def test_the_retry_after_a_lost_confirmation_leaves_one_answer_and_gives_its_link(case: AnswererCase) -> None:
    case.lose_next_reply()
    with pytest.raises(Retry):
        case.source.reply(case.post, "Sorry.", key="k1")
    again = case.source.reply(case.post, "Sorry.", key="k1")
    assert again == case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == ["Sorry."]


@every()
def test_a_busy_place_is_a_retry_and_took_nothing(case: AnswererCase) -> None:
    case.be_busy_once()
    with pytest.raises(Retry):
        case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == []
    case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == ["Sorry."]


@every()
def test_a_refusal_is_the_places_reason_and_the_same_key_can_be_sent_again(case: AnswererCase) -> None:
    case.refuse_once("The thread is locked.")
    with pytest.raises(GiveUp):
        case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == []
    case.source.reply(case.post, "Sorry.", key="k1")
    assert case.standing() == ["Sorry."]


@every(Trait.LINKS)
def test_an_answer_has_an_address_of_its_own(case: AnswererCase) -> None:
    assert case.source.reply(case.post, "Sorry.", key="k1").permalink.startswith(("http://", "https://"))


@every(Trait.SAYS_WHY)
def test_a_refusal_has_the_places_own_reason(case: AnswererCase) -> None:
    case.refuse_once("The thread is locked.")
    with pytest.raises(GiveUp, match=r"The thread is locked\."):
        case.source.reply(case.post, "Sorry.", key="k1")


@every(lacks=Trait.KEYLESS)
def test_a_lost_answer_can_be_traced_where_the_source_says_that_it_can(case: AnswererCase) -> None:
    source = case.source
    assert not isinstance(source, Keyless)
    if not isinstance(source, Traceable):
        assert not hasattr(source, "find_reply")
        return
    assert source.find_reply(case.post, "Sorry.", key="k1") is None
    case.lose_next_reply()
    with pytest.raises(Retry):
        source.reply(case.post, "Sorry.", key="k1")
    found = source.find_reply(case.post, "Sorry.", key="k1")
    assert found is not None
    assert source.reply(case.post, "Sorry.", key="k1") == found
    assert case.standing() == ["Sorry."]


@every(Trait.KEYLESS)
def test_without_keys_every_answer_of_a_text_is_told_by_the_address_that_it_has(case: AnswererCase) -> None:
    source = case.source
    assert isinstance(source, Keyless)
    assert not isinstance(source, Traceable)
    assert list(source.find_replies(case.post, "Sorry.", since=LONG_AGO).permalinks) == []
    sent = [source.reply(case.post, "Sorry.", key=key).permalink for key in ("k1", "k2")]
    source.reply(case.post, "Sorry, again.", key="k3")
    case.lose_next_reply()
    with pytest.raises(Retry):
        source.reply(case.post, "Sorry.", key="k4")
    found = source.find_replies(case.post, "Sorry.", since=LONG_AGO).permalinks
    assert len(found) == len(set(found)) == 3
    assert {*sent, *found} == set(found)
    assert all(each.startswith(("http://", "https://")) for each in found)


@every()
def test_what_is_too_long_is_said_beforehand(case: AnswererCase) -> None:
    assert case.source.max_answer is None or case.source.max_answer >= 100
