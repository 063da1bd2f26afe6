"""What comes back from Slack, read into values."""

import pytest

from bot.errors import Refused
from bot.slack.blocks.dialogs import OTHER_REASON
from bot.slack.payloads import Form, two_numbers


def a_form(**values: str) -> Form:
    return Form(user="UANA", key="form:V1", callback_id="decision", memory={}, values=values)


@pytest.mark.parametrize(
    ("chosen", "own_words", "reason"),
    [
        ("It is settled", "", "It is settled"),
        ("It is settled", "since Monday", "It is settled; since Monday"),
        (OTHER_REASON, "They asked us not to", "They asked us not to"),
        (OTHER_REASON, " ", ""),
        ("", "Only words", "Only words"),
    ],
)
def test_a_reason_is_what_was_chosen_with_own_words_after_it(chosen: str, own_words: str, reason: str) -> None:
    assert a_form(preset=chosen, words=own_words).reason("preset", "words") == reason


def test_a_pair_out_of_our_own_button_is_read() -> None:
    assert two_numbers("12:3") == (12, 3)


@pytest.mark.parametrize("made_up", ["12", "12:", ":3", "12:3:4", "12:-1", "a:b"])
def test_a_pair_that_somebody_made_up_is_refused(made_up: str) -> None:
    with pytest.raises(Refused, match="not one of mine any more"):
        two_numbers(made_up)
