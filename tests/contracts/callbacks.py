"""The sandbox's forum, which takes signed answers: what stands behind the callback of every source that has one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot.sources.base import Answerable
from bot.sources.net.callback import Callback
from sandbox.places import routes
from sandbox.serve import running_sandbox
from tests.answering_place import SECRET, Door, our_answers

DEMO = Path(__file__).parents[2] / "sandbox" / "demo"
FORUM = "/places/hobnob"


class CallbackCase:
    post, neighbour = "tag:hobnob.example,2026:hobnob-001", "tag:hobnob.example,2026:hobnob-002"

    def __init__(self, source: Answerable, forum: str, door: Door) -> None:
        self.source = source
        self._page = f"{forum}/hobnob-001"
        self._door = door
        self.lose_next_reply = door.lose_next_reply

    def standing(self) -> list[str]:
        return our_answers(httpx.get(self._page, trust_env=False).text)

    def be_busy_once(self) -> None:
        self._door.say_once(503)

    def refuse_once(self, reason: str) -> None:
        self._door.say_once(422, reason)


@contextmanager
def answering_forum(build: Callable[[str, Callback], Answerable]) -> Iterator[CallbackCase]:
    """`build` makes the source of the forum's address and the callback to it."""
    door = Door()
    places = door.put_before(routes(DEMO / "mentions.jsonl", speed=1.0, company="Simmerwick", reply_secret=SECRET))
    seed = {"manifest": DEMO / "slack-manifest.yaml", "workspace": DEMO / "workspace.toml"}
    with running_sandbox(**seed, extra_routes=places) as sandbox:
        forum = sandbox.url + FORUM
        callback = Callback(url=f"{forum}/answers", secret=SECRET, allow_private=True)
        yield CallbackCase(build(forum, callback), forum, door)
