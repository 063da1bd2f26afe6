"""A Slack that outlives the process: every channel's history is a file, one line a message, written before the answer."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import Retry
from bot.flow.deliver import Content, Shown
from tests.fakes import id_of


class Shelf:
    """The Messenger of flow/deliver over a folder. Each `lose_every`-th post is committed and its answer lost."""

    def __init__(self, folder: Path, *, lose_every: int = 0) -> None:
        self._folder = folder
        self._lose_every = lose_every
        self._posts = 0

    def channel_id(self, reference: str) -> str:
        return id_of(reference)

    def post(self, channel_id: str, content: Shown, *, delivery_id: str) -> str:
        ts = f"{datetime.now(UTC).timestamp():.6f}"
        about = {"kind": "bulletin", "mention": 0}
        if isinstance(content, Content):
            about = {"kind": content.kind, "mention": content.card.mention.id}
        kept = {"ts": ts, "delivery_id": delivery_id, **about}
        with (self._folder / channel_id).open("a") as file:
            file.write(json.dumps(kept) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._posts += 1
        if self._lose_every and self._posts % self._lose_every == 0:
            raise Retry("the connection to Slack broke", after=timedelta(0), ambiguous=True)
        return ts

    def update(self, channel_id: str, ts: str, content: Shown) -> None:
        assert any(each["ts"] == ts for each in self.history(channel_id))

    def find(self, channel_id: str, delivery_id: str, *, since: datetime) -> str:
        found = (each for each in self.history(channel_id) if each["delivery_id"] == delivery_id)
        return next((str(each["ts"]) for each in found), "")

    def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://slack.test/archives/{channel_id}/p{ts}"

    def history(self, channel_id: str) -> list[dict[str, object]]:
        path = self._folder / channel_id
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def everything(self) -> list[dict[str, object]]:
        return [each for path in sorted(self._folder.iterdir()) for each in self.history(path.name)]
