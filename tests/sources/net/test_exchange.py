"""Requests to APIs: what is certain of them when the answer does not come."""

import socket
import threading

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net.fetch import Limits, exchange, only_asking
from tests.sources.loopback import Answer, place, raw_place

SMALL = Limits(max_bytes=1_000)


def hang_up(connection: socket.socket, over: threading.Event) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(("method", "ambiguous"), [("GET", False), ("POST", True), ("PUT", True)])
def test_only_what_changes_something_may_have_been_done_unseen(method: str, ambiguous: bool) -> None:
    with raw_place(hang_up) as url, pytest.raises(Retry) as caught:
        exchange(method, url, allow_private=True)
    assert caught.value.ambiguous is ambiguous


def test_a_question_that_is_asked_by_post_changes_nothing() -> None:
    with raw_place(hang_up) as url, pytest.raises(Retry) as caught, only_asking():
        exchange("POST", url, b"{}", allow_private=True)
    assert not caught.value.ambiguous


def test_an_answer_that_is_too_large_to_read_does_not_say_that_ours_was_refused() -> None:
    with place() as web:
        web.answers["/"] = Answer(body=b"x" * 2_000)
        with pytest.raises(GiveUp, match="MiB"):
            exchange("GET", web.url(), limits=SMALL, allow_private=True)
        with pytest.raises(Retry, match="MiB") as caught:
            exchange("POST", web.url(), b"words", limits=SMALL, allow_private=True)
    assert caught.value.ambiguous
