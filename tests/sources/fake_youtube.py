"""A hand-written YouTube that speaks the Data API v3 over HTTP, as far as comments go."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.contracts.feeds import Post
from tests.sources.google_places import TOKEN, refused, token
from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, said

CHANNEL = "UCours"
VIDEO = "vid1"
KEY = "hunter2-key"
A_PAGE = 25
SHOWN_REPLIES = 5


def comment(id: str, text: str, at: datetime | None, author: str = "jo", **more: object) -> dict[str, Any]:
    """A comment as the API gives it; `more` goes into its snippet."""
    snippet: dict[str, Any] = {
        "channelId": CHANNEL,
        "videoId": VIDEO,
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": author,
        "authorChannelId": {"value": f"UC-{author}"[:100]},
        "likeCount": 3,
    }
    if at:
        snippet |= {"publishedAt": at.isoformat(), "updatedAt": at.isoformat()}
    return {"kind": "youtube#comment", "etag": "e", "id": id, "snippet": snippet | more}


class FakeYouTube:
    def __init__(self) -> None:
        self.tops: list[dict[str, Any]] = []
        self.replies: dict[str, list[dict[str, Any]]] = {}
        self.moods = Moods()
        self.units = 0

    def publish(self, posts: Sequence[Post]) -> None:
        self.tops = [comment(id_of(post), post.text, post.at, post.author) for post in posts]

    def ours(self) -> list[str]:
        return [
            each["snippet"]["textDisplay"]
            for replies in self.replies.values()
            for each in replies
            if each["snippet"]["authorChannelId"]["value"] == CHANNEL
        ]

    def speak(self, asked: Asked) -> Answer | None:
        if asked.path == "/token":
            return token(asked)
        if self.moods.always:
            return self.moods.always
        if asked.headers.get("authorization") != f"Bearer {TOKEN}" and asked.query.get("key") != KEY:
            return refused(400, "badRequest", "API key not valid. Please pass a valid API key.")
        if asked.method == "POST":
            return self._take(asked)
        listed = {"/youtube/v3/commentThreads": self._threads, "/youtube/v3/comments": self._comments}
        found = listed.get(asked.path)
        self.units += 1
        return found(asked) if found else refused(404, "notFound", "Not Found")

    def _threads(self, asked: Asked) -> Answer:
        if asked.query["allThreadsRelatedToChannelId"] != CHANNEL:
            return refused(404, "channelNotFound", "The channel cannot be found.")
        return _paged(asked, self.tops, "youtube#commentThreadListResponse", self._thread)

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        replies = self.replies.get(top["id"], [])
        video = top["snippet"]["videoId"]
        snippet = {"channelId": CHANNEL, "videoId": video, "topLevelComment": top, "totalReplyCount": len(replies)}
        thread = {"kind": "youtube#commentThread", "etag": "e", "id": top["id"], "snippet": snippet}
        return thread | ({"replies": {"comments": replies[:SHOWN_REPLIES]}} if replies else {})

    def _comments(self, asked: Asked) -> Answer:
        if "id" in asked.query:
            wanted = asked.query["id"].split(",")
            if len(wanted) > 50:
                return refused(400, "invalidParameter", "too many ids")
            known = [*self.tops, *(each for replies in self.replies.values() for each in replies)]
            found = [each for each in known if each["id"] in wanted]
        else:
            parent = asked.query["parentId"]
            if all(each["id"] != parent for each in self.tops):
                return refused(404, "commentNotFound", "The comment cannot be found.")
            found = self.replies.get(parent, [])
        return _paged(asked, found, "youtube#commentListResponse", lambda each: each)

    def _take(self, asked: Asked) -> Answer | None:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused(401, "authError", "Request had invalid authentication credentials.")
        if refusal := self.moods.refusal():
            return refusal
        snippet = json.loads(asked.body)["snippet"]
        replies = self.replies.setdefault(snippet["parentId"], [])
        made = comment(f"{snippet['parentId']}.r{len(replies)}", snippet["textOriginal"], datetime.now().astimezone())
        made["snippet"] |= {"authorChannelId": {"value": CHANNEL}, "parentId": snippet["parentId"]}
        replies.append(made)
        return None if self.moods.lost() else said(made)


def _paged(asked: Asked, found: list[Any], kind: str, shown: Callable[[Any], dict[str, Any]]) -> Answer:
    begin = int(asked.query.get("pageToken", "0"))
    size = min(A_PAGE, int(asked.query.get("maxResults", "50")))
    more = {"nextPageToken": str(begin + size)} if begin + size < len(found) else {}
    items = [shown(each) for each in found[begin : begin + size]]
    return said({"kind": kind, "etag": "e", "pageInfo": {"totalResults": len(found)}, "items": items} | more)


def id_of(post: Post) -> str:
    return "Ug" + post.id.replace(":", "-")
