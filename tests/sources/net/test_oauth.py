"""Access tokens: kept while they are good, asked for again when they are not."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net.api import Api
from bot.sources.net.oauth import Client, Manner, Tokens
from tests.sources.loopback import Answer
from tests.sources.wire import Asked, Wire, said, wire

SECRET = "hunter2"


def granted(number: int, **more: object) -> Answer:
    return said({"access_token": f"token-{number}", "token_type": "bearer"} | more)


class Place:
    """Gives tokens by number, and answers whoever has the newest."""

    def __init__(self) -> None:
        self.given = 0
        self.refusal: Answer | None = None
        self.more: dict[str, object] = {"expires_in": 1_800}

    def speak(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            if self.refusal:
                return self.refusal
            self.given += 1
            return granted(self.given, **self.more)
        is_newest = asked.headers.get("authorization") == f"Bearer token-{self.given}"
        return said({"heard": json.loads(asked.body or b"null")}) if is_newest else said({}, 401)


@contextmanager
def opened(clock: Callable[[], float] = lambda: 0.0) -> Iterator[tuple[Place, Api, Wire]]:
    place = Place()
    with wire(place.speak) as served:
        client = Client(address=f"{served.url}/token", client_id="app", client_secret=SECRET, advice="look there",
                        allow_private=True)  # fmt: skip
        tokens = Tokens(client, clock=clock)
        yield place, Api(base=served.url, tokens=tokens, allow_private=True), served


def test_a_token_is_kept_until_shortly_before_it_runs_out() -> None:
    moments = iter([0.0, 1_000.0, 1_739.0, 1_741.0, 1_741.0])
    with opened(lambda: next(moments)) as (place, api, _):
        for expected in (1, 1, 1, 2):
            api.get("/posts")
            assert place.given == expected


@pytest.mark.parametrize("lives", [None, "soon", -5, 0, 10**30, "1800"])
def test_an_odd_lifetime_is_no_fault(lives: object) -> None:
    with opened() as (place, api, _):
        place.more = {"expires_in": lives}
        api.get("/posts")


def test_a_revoked_token_is_replaced_and_what_was_asked_is_asked_again() -> None:
    with opened() as (place, api, _):
        api.get("/posts")
        place.given += 1
        assert api.send("POST", "/reply", "Sorry.").value == {"heard": "Sorry."}


def test_a_new_token_that_is_refused_is_not_replaced_for_ever() -> None:
    with opened() as (place, api, served):
        place.more = {"access_token": "other"}
        with pytest.raises(GiveUp, match="401"):
            api.get("/posts")
        assert served.paths() == ["/token", "/posts"]


def test_no_token_means_that_nothing_was_sent() -> None:
    with opened() as (place, api, served):
        for refusal in (said({}, 503), said({}, 429), Answer(body=b"<html>"), said({"access_token": "a b"}), said([])):
            place.refusal = refusal
            with pytest.raises(Retry) as caught:
                api.send("POST", "/reply", "Sorry.")
            assert not caught.value.ambiguous
        place.refusal = said({"error": "odd", "error_description": "Unknown client."}, 401)
        with pytest.raises(GiveUp, match=r"gives no token \(odd\): look there\. It says: Unknown client\."):
            api.send("POST", "/reply", "Sorry.")
        assert set(served.paths()) == {"/token"}


def test_nothing_secret_shows() -> None:
    with opened() as (_, api, _):
        api.get("/posts")
        assert SECRET not in repr(api) + repr(api.tokens)
        assert "token-1" not in repr(api) + repr(api.tokens)


def test_many_who_need_a_token_at_once_ask_for_one() -> None:
    with opened() as (place, api, _):
        threads = [Thread(target=api.get, args=("/posts",)) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert place.given == 1


def test_what_is_asked_for_a_token_is_what_the_standard_says() -> None:
    def asked(refresh_token: str = "", **keys: Any) -> Asked:
        with wire(lambda _: said({"access_token": "t"})) as place:
            client = Client(address=f"{place.url}/tenant/token", advice="", allow_private=True, **keys)
            client.ask(refresh_token)
        return place.asked[0]

    application = {"client_id": "a b", "client_secret": "s&", "scope": "x/.default"}
    first = asked(**application)
    assert first.path == "/tenant/token"
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.form == {"grant_type": "client_credentials", **application}
    assert asked("r", client_id="app").form == {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "r"}

    in_a_header = asked(manner=Manner.BASIC, **application)
    assert in_a_header.form == {"grant_type": "client_credentials", "scope": "x/.default"}
    assert base64.b64decode(in_a_header.headers["authorization"].removeprefix("Basic ")) == b"a+b:s%26"

    in_json = asked(manner=Manner.JSON, **application)
    assert in_json.headers["content-type"] == "application/json"
    assert json.loads(in_json.body) == {"grant_type": "client_credentials", **application}
