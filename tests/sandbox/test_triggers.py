"""What an interaction lends the app: for how long, and how often."""

import pytest

from sandbox.triggers import ResponseAddresses, TriggerRefused, Triggers
from tests.sandbox.test_limits import MovedClock


def test_a_trigger_lives_three_seconds() -> None:
    clock = MovedClock()
    triggers = Triggers(clock)
    in_time, late = triggers.issue("U1"), triggers.issue("U1")
    clock.now += 3.0
    assert triggers.redeem(in_time).user_id == "U1"
    clock.now += 0.1
    with pytest.raises(TriggerRefused, match="expired_trigger_id"):
        triggers.redeem(late)
    with pytest.raises(TriggerRefused, match="exchanged_trigger_id"):
        triggers.redeem(in_time)


def test_a_response_address_lives_half_an_hour_and_takes_five_answers() -> None:
    clock = MovedClock()
    addresses = ResponseAddresses(clock)
    name, late = (addresses.issue(user_id="U1", channel_id="C1") for _ in range(2))
    clock.now += 30 * 60
    for _ in range(5):
        assert addresses.use(name).channel_id == "C1"
    with pytest.raises(TriggerRefused, match="used_url"):
        addresses.use(name)
    clock.now += 1
    with pytest.raises(TriggerRefused, match="expired_url"):
        addresses.use(late)
    with pytest.raises(TriggerRefused, match="invalid_url"):
        addresses.use("made up")
