"""Issues, their comments and discussions of GitHub, as posts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.mention import Incoming
from bot.sources.formats.dates import believed, read_date
from bot.sources.formats.fields import count, line, prose, shortened, web_address
from bot.sources.formats.json_values import inner, object_of, objects_of, text_at

MARK = "<!-- earshot:{key} -->"
TEAM = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})

_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
"""What a template tells its writer, and our own mark."""
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_ENTITY = re.compile(r"&(?=#?\w{1,31};)", re.ASCII)
_NUMBER = re.compile(r"/issues/([1-9]\d{0,9})$")
_ID = re.compile(
    r"(?P<repository>[\w.-]+/[\w.-]+)/(?:(?P<issues>issues)/(?P<issue>\d{1,10})(?:#(?P<comment>\d{1,18}))?"
    r"|discussions/(?P<discussion>\d{1,10})(?P<nodes>(?: [\w=-]{1,120}){1,3}))",
    re.ASCII,
)

SHOWN = 50
"""Of a discussion's comments, and of the answers to each."""
_ABOUT = "id body url createdAt updatedAt authorAssociation upvoteCount author { __typename login url }"
_COMMENT = f"{_ABOUT} deletedAt"
"""A comment that was answered leaves an empty one behind when it is deleted."""
DISCUSSIONS = f"""
query($owner: String!, $name: String!, $after: String, $first: Int!) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: $first, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{ {_ABOUT} number title
        comments(last: {SHOWN}) {{ nodes {{ {_COMMENT} replies(last: {SHOWN}) {{ nodes {{ {_COMMENT} }} }} }} }}
      }}
    }}
  }}
}}"""
NODES = f"""
query($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Discussion {{ {_ABOUT} number title }}
    ... on DiscussionComment {{ {_COMMENT} discussion {{ id number title body }} }}
  }}
}}"""
STANDING = """
query($id: ID!) {
  node(id: $id) {
    ... on Discussion { comments(last: 100) { nodes { body url } } }
    ... on DiscussionComment { replies(last: 100) { nodes { body url } } }
  }
}"""
ADD = """
mutation($discussion: ID!, $above: ID, $body: String!) {
  addDiscussionComment(input: {discussionId: $discussion, replyToId: $above, body: $body}) { comment { url } }
}"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an external id says: `acme/kettle/issues/7`, `…/7#345` for a comment, `…/discussions/7 D_x DC_above DC_own`."""

    repository: str
    shelf: str
    number: str
    rest: tuple[str, ...]

    @classmethod
    def parse(cls, external_id: str) -> "Place | None":
        found = _ID.fullmatch(external_id)
        if found is None:
            return None
        nodes = found["nodes"].split() if found["nodes"] else list(filter(None, [found["comment"]]))
        return cls(
            repository=found["repository"],
            shelf="issues" if found["issues"] else "discussions",
            number=found["issue"] or found["discussion"],
            rest=tuple(nodes),
        )

    @property
    def issue_path(self) -> str:
        return f"/repos/{self.repository}/issues/{self.number}"

    @property
    def path(self) -> str:
        """Of the post itself, for issues and their comments."""
        return f"/repos/{self.repository}/issues/comments/{self.rest[0]}" if self.rest else self.issue_path


@dataclass(frozen=True, kw_only=True)
class Post:
    """`raw` is as GitHub gives it; the two interfaces name the same things differently."""

    external_id: str
    raw: Mapping[str, Any]
    thread: str = ""
    parent: str = ""

    def _moment(self, *names: str) -> datetime | None:
        return next((moment for name in names if (moment := read_date(text_at(self.raw, name)))), None)

    @property
    def created(self) -> datetime | None:
        return self._moment("created_at", "createdAt")

    @property
    def updated(self) -> datetime | None:
        return self._moment("updated_at", "updatedAt") or self.created

    @property
    def login(self) -> str:
        return line(text_at(self.raw, "user", "login") or text_at(self.raw, "author", "login"))

    def is_ours(self, *, team: bool) -> bool:
        """Written by a program, by Earshot, or by whom the repository belongs to."""
        kind = text_at(self.raw, "user", "type") or text_at(self.raw, "author", "__typename")
        association = text_at(self.raw, "author_association") or text_at(self.raw, "authorAssociation")
        is_marked = "<!-- earshot:" in text_at(self.raw, "body")
        is_program = kind == "Bot" or self.login.endswith("[bot]")
        return is_program or is_marked or (association in TEAM and not team)

    def item(self, now: datetime) -> Incoming:
        title, text = line(text_at(self.raw, "title")), readable(text_at(self.raw, "body"))
        login = self.login or "ghost"
        return Incoming(
            external_id=self.external_id,
            text=text or title,
            title=title if text else "",
            url=web_address(text_at(self.raw, "html_url") or text_at(self.raw, "url"), ""),
            author=login,
            author_name=login,
            author_url=web_address(text_at(self.raw, "user", "html_url") or text_at(self.raw, "author", "url"), ""),
            reach=count(text_at(self.raw, "reactions", "total_count") or text_at(self.raw, "upvoteCount")),
            posted_at=believed(self.created, now),
            parent=self.parent,
            thread=self.thread,
        )


def as_comment(text: str) -> str:
    """What a person typed, as GitHub's Markdown. Who writes there means its signs; but what looks like a tag would vanish
    (`Map<String>`), and what looks like an entity would turn into its sign, except in code.
    """
    parts = _CODE.split(text)
    return "".join(part if at % 2 else _ENTITY.sub("&amp;", part).replace("<", "&lt;") for at, part in enumerate(parts))


def readable(body: str) -> str:
    return prose(_HIDDEN.sub("", body))


def opening(raw: Mapping[str, Any]) -> str:
    """What a comment is about: title and text of the issue or discussion."""
    text = "\n\n".join(filter(None, [line(text_at(raw, "title")), readable(text_at(raw, "body"))]))
    return shortened(text)


def issue(repository: str, raw: Mapping[str, Any]) -> Post | None:
    """None for a pull request, which the interface gives among the issues."""
    number = text_at(raw, "number")
    if not number or raw.get("pull_request") is not None:
        return None
    return Post(external_id=f"{repository}/issues/{number}", raw=raw)


def issue_number(comment: Mapping[str, Any]) -> str:
    """Of the issue that a comment belongs to; empty for one on a pull request."""
    found = _NUMBER.search(text_at(comment, "issue_url"))
    return "" if found is None or "/pull/" in text_at(comment, "html_url") else found[1]


def comment(repository: str, raw: Mapping[str, Any], about: Mapping[str, Any]) -> Post | None:
    """`about` is its issue, where that is known."""
    number, own = issue_number(raw), text_at(raw, "id")
    if not number or not own:
        return None
    thread = f"{repository}/issues/{number}"
    return Post(external_id=f"{thread}#{own}", raw=raw, thread=thread, parent=opening(about))


def discussion(repository: str, raw: Mapping[str, Any]) -> Iterator[Post]:
    """The discussion and what is said in it; answers to a comment stand one level below it."""
    thread = f"{repository}/discussions/{text_at(raw, 'number')} {text_at(raw, 'id')}"
    yield Post(external_id=thread, raw=raw)
    for above in objects_of(inner(raw, "comments", "nodes")):
        if not is_deleted(above):
            yield Post(external_id=f"{thread} {text_at(above, 'id')}", raw=above, thread=thread, parent=opening(raw))
        for below in objects_of(inner(above, "replies", "nodes")):
            if is_deleted(below):
                continue
            own = f"{thread} {text_at(above, 'id')} {text_at(below, 'id')}"
            yield Post(external_id=own, raw=below, thread=thread, parent=opening(raw))


def is_deleted(raw: Mapping[str, Any]) -> bool:
    return bool(text_at(raw, "deletedAt"))


def may_hide_more(raw: Mapping[str, Any], since: datetime) -> bool:
    """Whether as many comments, or answers to one, came since then as are shown: others may stand before them."""
    above = objects_of(inner(raw, "comments", "nodes"))
    lists = [above, *(objects_of(inner(each, "replies", "nodes")) for each in above)]
    return any(len(each) >= SHOWN and all(_is_since(one, since) for one in each) for each in lists)


def _is_since(raw: Mapping[str, Any], since: datetime) -> bool:
    created = Post(external_id="", raw=raw).created
    return created is not None and created >= since


def looked_up(external_id: str, raw: Mapping[str, Any]) -> Post:
    """A post of a discussion, asked for by its own id."""
    within = object_of(raw.get("discussion"))
    thread = " ".join(external_id.split(" ")[:2]) if within else ""
    return Post(external_id=external_id, raw=raw, thread=thread, parent=opening(within) if within else "")
