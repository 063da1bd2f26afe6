"""Rate limits with a moved clock, and over HTTP with Slack's own client."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from sandbox.limits import BURST, METHOD_TIERS, SPECIAL_PER_MINUTE, TIERS, Limits
from sandbox.serve import RunningSandbox, running_sandbox
from sandbox.web_api.call import METHODS
from tests.sandbox.conftest import HERE


class MovedClock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_every_method_has_a_limit() -> None:
    assert set(METHODS) == set(METHOD_TIERS) | set(SPECIAL_PER_MINUTE)


@pytest.mark.parametrize("method", ["conversations.list", "chat.update", "views.open", "apps.connections.open"])
def test_a_tier_lets_so_many_through_in_a_minute(method: str) -> None:
    clock = MovedClock()
    limits = Limits(clock, 1.0)
    tier = METHOD_TIERS[method]
    allowed = TIERS[tier] + BURST[tier]
    assert [limits.retry_after(method, "") for _ in range(allowed)] == [0] * allowed
    assert limits.retry_after(method, "") == 60
    clock.now += 59
    assert limits.retry_after(method, "") == 1
    clock.now += 1
    assert limits.retry_after(method, "") == 0


def test_a_channel_takes_a_burst_and_then_one_a_second() -> None:
    clock = MovedClock()
    limits = Limits(clock, 1.0)
    waits = [limits.retry_after("chat.postMessage", "C1") for _ in range(6)]
    assert waits == [0, 0, 0, 0, 1, 1]
    assert limits.retry_after("chat.postMessage", "C2") == 0
    for _ in range(20):
        clock.now += 1.0
        assert limits.retry_after("chat.postMessage", "C1") == 0
        assert limits.retry_after("chat.postMessage", "C1") == 1


def test_limits_scale_and_go_off() -> None:
    clock = MovedClock()
    double = Limits(clock, 2.0)
    assert sum(double.retry_after("conversations.list", "") == 0 for _ in range(100)) == 2 * (TIERS["2"] + BURST["2"])
    off = Limits(clock, None)
    assert all(off.retry_after("chat.postMessage", "C1") == 0 for _ in range(500))


@pytest.fixture
def strict() -> Iterator[RunningSandbox]:
    with running_sandbox(manifest=HERE / "manifest.yaml", workspace=HERE / "workspace.toml") as running:
        yield running


def test_too_fast_is_429_with_retry_after(strict: RunningSandbox) -> None:
    web = WebClient(token=strict.bot_token, base_url=strict.api_url, retry_handlers=[])
    for _ in range(4):
        web.chat_postMessage(channel="#billing", text="x")
    with pytest.raises(SlackApiError) as refused:
        web.chat_postMessage(channel="#billing", text="x")
    answer = refused.value.response
    assert (answer.status_code, answer["error"], answer.headers["retry-after"]) == (429, "ratelimited", "1")
    patient = WebClient(
        token=strict.bot_token, base_url=strict.api_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)]
    )
    assert patient.chat_postMessage(channel="#billing", text="waited")["ok"]
    report = strict.within(lambda running: running.stats.report())
    assert report["calls"]["chat.postMessage"]["errors"]["ratelimited"] >= 1
    assert [len(posts) for posts in report["posts"].values()] == [5]
