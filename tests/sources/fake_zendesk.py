"""Zendesk written by hand, over real HTTP: the cursor export of tickets, comments, audits and the update of a ticket.

Shapes are those of Zendesk's public reference (Support API v2) and of the objects that zenpy generates from its answers.
"""

import base64
import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.sources.loopback import Answer
from tests.sources.moods import Moods
from tests.sources.wire import Asked, Wire, said, wire

CLIENT, SECRET = "earshot", "hunter2-zendesk"
AGENT = 9
LARGEST = 64_000
"""Bytes of a comment. What is beyond is cut off without a word."""
Fields = dict[str, Any]


def stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(kw_only=True)
class Ticket:
    number: int
    text: str
    created: datetime
    updated: datetime
    subject: str = ""
    name: str = "jo"
    role: str = "end-user"
    status: str = "open"
    score: str = "unoffered"
    comments: list[Fields] = field(default_factory=list)
    """Those after the first."""
    audits: list[Fields] = field(default_factory=list)


@dataclass
class FakeZendesk(Moods):
    tickets: list[Ticket] = field(default_factory=list)
    forgets_cursors: bool = False
    keeps_metadata: bool = True
    is_admin: bool = True
    tokens: list[str] = field(default_factory=list)
    """Those that are good."""
    given: int = 0

    def speak(self, asked: Asked) -> Answer | None:
        if asked.path == "/oauth/tokens":
            return self._grant(asked)
        if self.always is not None:
            return self.always
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return said({"error": "invalid_token", "error_description": "The access token provided is expired"}, 401)
        if asked.path.startswith("/api/v2/incremental/") and not self.is_admin:
            return said({"error": {"title": "Forbidden", "message": "You do not have access to this page."}}, 403)
        if asked.path == "/api/v2/incremental/tickets/cursor.json":
            return self._export(asked)
        found = re.fullmatch(r"/api/v2/tickets/(\d+)(/comments|/audits)?\.json", asked.path)
        ticket = next((each for each in self.tickets if found and each.number == int(found[1])), None)
        if found is None or ticket is None or ticket.status == "deleted":
            return said({"error": "RecordNotFound", "description": "Not found"}, 404)
        if asked.method == "PUT":
            return self._update(ticket, json.loads(asked.body)["ticket"])
        if found[2] == "/audits":
            return _paged(asked, "audits", ticket.audits)
        first = {"id": ticket.number, "author_id": ticket.number, "body": ticket.text, "public": True}
        return _paged(asked, "comments", [first | {"created_at": stamp(ticket.created)}, *ticket.comments])

    def _grant(self, asked: Asked) -> Answer:
        """By its reference and by Zendesk's own command line: the question is JSON, and no refresh token is given."""
        told = json.loads(asked.body)
        if (told["grant_type"], told["client_id"], told["client_secret"]) != ("client_credentials", CLIENT, SECRET):
            return said({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        self.given += 1
        self.tokens.append(f"token-{self.given}")
        return said(
            {"access_token": self.tokens[-1], "token_type": "bearer", "scope": told["scope"], "expires_in": 1800}
        )

    def _export(self, asked: Asked) -> Answer:
        if "cursor" in asked.query and self.forgets_cursors:
            self.forgets_cursors = False
            return said({"error": "InvalidCursor", "description": "cursor is invalid"}, 400)
        size = int(asked.query["per_page"])
        since = ("", 0)
        if "cursor" in asked.query:
            moment, number = base64.b64decode(asked.query["cursor"]).decode().split("|")
            since = (moment, int(number))
        else:
            since = (stamp(datetime.fromtimestamp(int(asked.query["start_time"]), UTC)), 0)
        changed = sorted((each for each in self.tickets if _order(each) > since), key=_order)
        page = changed[:size]
        last = _order(page[-1]) if page else since
        return said(
            {
                "tickets": [self._json(each) for each in page],
                "users": [_user(each) for each in page],
                "after_cursor": base64.b64encode(f"{last[0]}|{last[1]}".encode()).decode(),
                "before_cursor": None,
                "end_of_stream": len(changed) <= size,
            }
        )

    def _json(self, ticket: Ticket) -> Fields:
        return {
            "id": ticket.number,
            "subject": ticket.subject,
            "raw_subject": ticket.subject,
            "description": ticket.text,
            "status": ticket.status,
            "requester_id": ticket.number,
            "submitter_id": ticket.number,
            "created_at": stamp(ticket.created),
            "updated_at": stamp(ticket.updated),
            "generated_timestamp": int(ticket.updated.timestamp()),
            "satisfaction_rating": {"score": ticket.score},
            "via": {"channel": "email"},
            "tags": [],
        }

    def _update(self, ticket: Ticket, update: Fields) -> Answer | None:
        refusal = self.refusal()
        if refusal:
            return refusal
        now = datetime.now(UTC)
        markup = update["comment"]["html_body"].encode()[:LARGEST].decode(errors="ignore")
        body = html.unescape(markup.replace("<br>", "\n"))
        comment = {"id": 500_000 + len(ticket.comments), "type": "Comment", "author_id": AGENT, "body": body}
        comment["html_body"] = f'<div class="zd-comment" dir="auto">{markup}</div>'
        comment |= {"public": update["comment"]["public"], "created_at": stamp(now)}
        ticket.comments.append(comment)
        custom = update.get("metadata", {}) if self.keeps_metadata else {}
        ticket.audits.append({"events": [comment], "metadata": {"system": {}, "custom": custom}})
        return None if self.lost() else said({"ticket": self._json(ticket), "audit": ticket.audits[-1]})


def _paged(asked: Asked, name: str, listed: list[Fields]) -> Answer:
    """The oldest first unless asked otherwise, a hundred at the most."""
    size, page = int(asked.query.get("per_page", 100)), int(asked.query.get("page", 1))
    ordered = listed[::-1] if asked.query.get("sort_order") == "desc" else listed
    more = "https://acme.zendesk.example/next" if page * size < len(listed) else None
    return said({name: ordered[(page - 1) * size : page * size], "next_page": more, "count": len(listed)})


def _order(ticket: Ticket) -> tuple[str, int]:
    return stamp(ticket.updated), ticket.number


def _user(ticket: Ticket) -> Fields:
    address = {"email": f"{ticket.number}@customer.example"} if ticket.number % 2 else {"email": None}
    return {"id": ticket.number, "name": ticket.name, "role": ticket.role, "locale": "de-AT"} | address


@contextmanager
def fake_zendesk() -> Iterator[tuple[FakeZendesk, Wire]]:
    zendesk = FakeZendesk()
    with wire(zendesk.speak) as served:
        yield zendesk, served
