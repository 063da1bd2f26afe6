"""GitHub written by hand, over real HTTP: one repository with issues, comments and discussions, by REST and by GraphQL.

Shapes, headers and the order of lists are those of GitHub's REST reference (2022-11-28) and its public GraphQL schema.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, Wire, said, wire

REPOSITORY = "acme/kettle"
TOKEN = "hunter2-github"
WEB = "https://github.example/acme/kettle"
SHOWN = 50
Fields = dict[str, Any]


@dataclass(kw_only=True)
class Written:
    """An issue, a comment or a discussion. `on` is the number of what a comment is about, `below` the node it answers."""

    number: int
    body: str
    created: datetime
    updated: datetime
    title: str = ""
    login: str = "jo"
    link: str = ""
    kind: str = "User"
    association: str = "NONE"
    on: int = 0
    below: str = ""
    is_pull: bool = False
    is_deleted: bool = False
    reactions: int = 0

    @property
    def node(self) -> str:
        return f"{'DC' if self.on else 'D'}_{self.number}"


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class FakeGithub(Moods):
    issues: list[Written] = field(default_factory=list)
    comments: list[Written] = field(default_factory=list)
    discussions: list[Written] = field(default_factory=list)
    discussed: list[Written] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hidden: bool = False
    most_discussions: int = 100
    """More than so many at once are too heavy."""

    def speak(self, asked: Asked) -> Answer | None:
        if self.always is not None:
            return self.always
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return said({"message": "Bad credentials"}, 401)
        if asked.path == "/api/graphql":
            return self._graphql(json.loads(asked.body))
        found = self._rest(asked)
        return (
            found
            if found is None or found.status >= 400
            else Answer(body=found.body, headers=found.headers | self.headers)
        )

    def _rest(self, asked: Asked) -> Answer | None:
        if self.hidden or not asked.path.startswith(f"/api/v3/repos/{REPOSITORY}"):
            return said({"message": "Not Found"}, 404)
        path = asked.path.removeprefix(f"/api/v3/repos/{REPOSITORY}")
        single = re.fullmatch(r"/issues/(comments/)?(\d+)", path)
        of_one = re.fullmatch(r"/issues/(\d+)/comments", path)
        if not path:
            return said({"full_name": REPOSITORY})
        if asked.method == "POST" and of_one:
            return self._take(int(of_one[1]), json.loads(asked.body)["body"])
        if single:
            shelf = self.comments if single[1] else self.issues
            found = next((each for each in shelf if each.number == int(single[2])), None)
            return said(self._json(found)) if found else said({"message": "Not Found"}, 404 if single[1] else 410)
        if of_one:
            return self._list(asked, [each for each in self.comments if each.on == int(of_one[1])])
        return self._list(asked, self.comments if path == "/issues/comments" else self.issues)

    def _list(self, asked: Asked, shelf: list[Written]) -> Answer:
        since = asked.query.get("since", "")
        newer = sorted((each for each in shelf if stamp(each.updated) > since), key=lambda each: each.updated)
        size, page = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
        return said([self._json(each) for each in newer[(page - 1) * size : page * size]])

    def _take(self, number: int, body: str) -> Answer | None:
        refusal = self.refusal()
        if refusal:
            return refusal
        now = datetime.now(UTC)
        written = Written(
            number=9_000 + len(self.comments), body=body, created=now, updated=now, login="acme-care", on=number
        )
        self.comments.append(written)
        return None if self.lost() else said(self._json(written), 201)

    def _json(self, each: Written) -> Fields:
        person = {"login": each.login, "type": each.kind, "html_url": f"https://github.example/{each.login}"}
        about: Fields = {
            "id": 1_000_000 + each.number if not each.on else each.number,
            "body": each.body or None,
            "user": person if each.login else None,
            "created_at": stamp(each.created),
            "updated_at": stamp(each.updated),
            "author_association": each.association,
            "reactions": {"total_count": each.reactions},
            "html_url": each.link or (f"{WEB}/{'pull' if each.is_pull else 'issues'}/{each.on or each.number}"),
        }
        if each.on:
            return about | {"issue_url": f"https://api.github.example/repos/{REPOSITORY}/issues/{each.on}"}
        pull = {"pull_request": {"url": "https://x.example"}} if each.is_pull else {}
        return about | {"number": each.number, "title": each.title} | pull

    def _graphql(self, asked: Fields) -> Answer | None:
        text, named = asked["query"], asked["variables"]
        if "addDiscussionComment" in text:
            return self._add(named)
        if "discussions(first" in text and named["first"] > self.most_discussions:
            fault = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}
            return said({"data": {"repository": None}, "errors": [fault]})
        if "discussions(first" in text:
            return (
                said({"data": {"repository": self._shelf(named["after"], named["first"])}})
                if not self.hidden
                else said(
                    {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Could not resolve"}]}
                )
            )
        if "nodes(ids" in text:
            found = [self._node(each) for each in named["ids"]]
            faults = [{"type": "NOT_FOUND", "message": "Could not resolve to a node"} for each in found if each is None]
            return said({"data": {"nodes": found}} | ({"errors": faults} if faults else {}))
        if named["id"].startswith("DC_"):
            below = [self._about(each) for each in self.discussed if each.below == named["id"]]
            return said({"data": {"node": {"replies": {"nodes": below[-SHOWN:]}}}})
        return said({"data": {"node": {"comments": self._below(int(named["id"].removeprefix("D_")))}}})

    def _shelf(self, after: str | None, size: int) -> Fields:
        newest = sorted(self.discussions, key=lambda each: each.updated, reverse=True)
        begin = int(after or 0)
        end = begin + size
        nodes = [self._about(each) | {"comments": self._below(each.number)} for each in newest[begin:end]]
        return {"discussions": {"pageInfo": {"hasNextPage": end < len(newest), "endCursor": str(end)}, "nodes": nodes}}

    def _below(self, number: int) -> Fields:
        of_it = [each for each in self.discussed if each.on == number]
        return {
            "nodes": [
                self._about(above)
                | {"replies": {"nodes": [self._about(each) for each in of_it if each.below == above.node][-SHOWN:]}}
                for above in [each for each in of_it if not each.below][-SHOWN:]
            ]
        }

    def _about(self, each: Written) -> Fields:
        deleted = stamp(each.updated) if each.is_deleted else None
        named = {"deletedAt": deleted} if each.on else {"number": each.number, "title": each.title}
        return named | {
            "id": each.node,
            "body": "" if each.is_deleted else each.body,
            "url": each.link or f"{WEB}/discussions/{each.on or each.number}",
            "createdAt": stamp(each.created),
            "updatedAt": stamp(each.updated),
            "authorAssociation": each.association,
            "upvoteCount": each.reactions,
            "author": {"__typename": each.kind, "login": each.login, "url": f"https://github.example/{each.login}"},
        }

    def _node(self, node: str) -> Fields | None:
        found = next((each for each in (*self.discussions, *self.discussed) if each.node == node), None)
        if found is None:
            return None
        about = next((each for each in self.discussions if each.number == found.on), None)
        return self._about(found) | ({"discussion": self._about(about)} if about else {})

    def _add(self, named: Fields) -> Answer | None:
        refusal = self.refusal()
        if refusal:
            return (
                said({"data": None, "errors": [{"type": "FORBIDDEN", "message": json.loads(refusal.body)["message"]}]})
                if (refusal.status == 403 and b"rate" not in refusal.body)
                else refusal
            )
        now, number = datetime.now(UTC), int(named["discussion"].removeprefix("D_"))
        link = f"{WEB}/discussions/{number}#discussioncomment-{len(self.discussed)}"
        written = Written(
            number=9_000 + len(self.discussed), body=named["body"], created=now, updated=now, on=number, link=link,
            below=named["above"] or "", login="acme-care",
        )  # fmt: skip
        self.discussed.append(written)
        return None if self.lost() else said({"data": {"addDiscussionComment": {"comment": {"url": link}}}})


def newest(posts: Iterable[Written]) -> datetime:
    return max(each.updated for each in posts)


@contextmanager
def fake_github() -> Iterator[tuple[FakeGithub, Wire]]:
    github = FakeGithub()
    with wire(github.speak) as served:
        yield github, served
