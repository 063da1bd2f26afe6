"""What people see of the model's doubts: irony, and numbers in a language that it is weak in."""

from typing import Any

import pytest

from bot.domain.label import LabelKind, Score
from bot.slack.blocks.answer import answer_modal
from bot.slack.blocks.card import card_message, copy_message
from bot.slack.blocks.why import why_modal
from tests.slack.examples import NOW, PERMALINK, a_card, a_label, a_page
from tests.slack.limits import faults_of_message, said

PRAISE = {"detractor": 0.08, "promoter": 0.9, "triage": {"positive": 0.95, "other": 0.05}, "irony": 0.82}
"""Glowing words, most likely meant the other way round."""

WEAK = {"topic_trusted": False, "score_trusted": False}
FRENCH = {"language": "fr"}


def card(**wanted: Any) -> str:
    message = card_message(a_card(**wanted), now=NOW)
    assert not faults_of_message(message)
    return said(message.blocks)


def test_praise_that_may_be_ironic_is_shown_as_a_doubt() -> None:
    text = card(verdict=PRAISE)
    assert (
        "Estimated 8% detractor · estimated 90% promoter · may be ironic: the score may be the wrong way round" in text
    )
    assert "*Recommended: Positive or balanced → Share our story (share success), if meant seriously*" in text


def test_irony_below_the_bound_is_not_mentioned_on_the_card() -> None:
    text = card(verdict=PRAISE | {"irony": 0.79})
    assert "ironic" not in text
    assert "*Recommended: Positive or balanced → Share our story (share success)*" in text


def test_a_score_that_has_seen_through_it_is_not_called_the_wrong_way_round() -> None:
    text = card(verdict={"detractor": 0.9, "irony": 0.8})
    assert "Estimated 90% detractor · may be ironic" in text
    assert "wrong way round" not in text


def test_a_person_who_named_the_score_has_settled_it() -> None:
    text = card(verdict=PRAISE, corrections={LabelKind.SCORE: a_label(LabelKind.SCORE, score=Score.DETRACTOR)})
    assert "may be ironic" not in text


def test_a_copy_carries_the_doubt_too() -> None:
    copy = copy_message(a_card(verdict=PRAISE), PERMALINK)
    assert "may be ironic: the score may be the wrong way round" in said(copy.blocks)


def test_why_here_gives_the_percent_of_irony_where_the_model_has_one() -> None:
    assert "Irony: estimated 82%; that is shown as a doubt, and decides nothing" in said(
        why_modal(a_card(verdict=PRAISE))
    )
    assert "Irony: estimated 30%" in said(why_modal(a_card(verdict=PRAISE | {"irony": 0.3})))
    assert "Irony" not in said(why_modal(a_card(verdict=PRAISE | {"irony": 0.0})))


def test_thanks_are_advised_only_if_it_is_meant_seriously() -> None:
    text = said(answer_modal(a_page(a_card(verdict=PRAISE))))
    assert "The response flow advises: Share our story (share success), if meant seriously" in text
    assert "If meant seriously: Thank them" in text


def test_numbers_in_a_language_that_the_model_is_weak_in_say_so() -> None:
    text = card(**WEAK, verdict=PRAISE | FRENCH, route_rule="language", route_why="the model is not trusted in “fr”")
    assert (
        "Estimated 8% detractor (unreliable) · topic billing, 81% sure (unreliable) · estimated 90% promoter (unr"
        in text
    )
    assert "written in French" in text
    assert "*Recommended (unreliable): Positive or balanced → Share our story" in text
    assert "may be ironic" not in text, "one that cannot read the language cannot tell irony in it"


@pytest.mark.parametrize(
    ("trusted", "words"),
    [
        (WEAK, "Language: French; in it the model is not trusted with the topic and the score"),
        ({"score_trusted": False}, "Language: French; in it the model is not trusted with the score"),
        ({"topic_trusted": False}, "Language: French; in it the model is not trusted with the topic"),
    ],
)
def test_why_here_says_what_is_weak_in_the_language(trusted: dict[str, bool], words: str) -> None:
    assert words in said(why_modal(a_card(**trusted, verdict=FRENCH)))
    assert "not trusted" not in said(why_modal(a_card(verdict=FRENCH)))


def test_the_answer_dialog_marks_advice_from_unreliable_scores() -> None:
    assert "The response flow advises (unreliable): Put it right" in said(
        answer_modal(a_page(a_card(**WEAK, verdict=FRENCH)))
    )
