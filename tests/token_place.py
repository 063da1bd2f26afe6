"""A place that gives access tokens and says whose they are: a token endpoint (RFC 6749), and what Dovecot asks about a token."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.sources.loopback import Answer
from tests.sources.wire import Asked, said, wire

SECRET = "hunter2-client"
CONSENT = "hunter2-consent"
SCOPE = "mail.all"


@dataclass(kw_only=True)
class Grantee:
    """An application that may ask for tokens of one mailbox, by its `secret` or by a person's `consent`.

    `given` are the tokens so far, `good` those that open the mailbox. `turns` are what it is answered instead of a token, one
    after the other; `extra` stands in every answer.
    """

    client_id: str
    user: str
    secret: str = SECRET
    consent: str = CONSENT
    given: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    turns: deque[Answer] = field(default_factory=deque)
    extra: dict[str, object] = field(default_factory=lambda: {"expires_in": 3600})


@dataclass
class TokenPlace:
    """`login_url` is where tokens are given, `introspection_url` where it is asked whose they are."""

    url: str = ""
    _grantees: dict[str, Grantee] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def login_url(self) -> str:
        return f"{self.url}/token"

    @property
    def introspection_url(self) -> str:
        return f"{self.url}/whose"

    def grantee(self, user: str) -> Grantee:
        """A new application for a mailbox."""
        made = Grantee(client_id=f"app-{next(self._numbers)}", user=user)
        self._grantees[made.client_id] = made
        return made

    def opens(self, token: str, user: str) -> bool:
        return any(token in each.good and user == each.user for each in self._grantees.values())

    def speak(self, asked: Asked) -> Answer | None:
        return self._give(asked.form) if asked.method == "POST" else self._whose(asked)

    def _give(self, form: object) -> Answer:
        asked = dict(form)  # type: ignore[call-overload]
        grantee = self._grantees.get(asked.get("client_id", ""))
        if grantee is not None and grantee.turns:
            return grantee.turns.popleft()
        if grantee is None or asked.get("client_secret") != grantee.secret:
            description = f"AADSTS7000215: Invalid client secret provided: {asked.get('client_secret')}"
            return said({"error": "invalid_client", "error_description": description}, 401)
        if asked["grant_type"] == "refresh_token" and asked["refresh_token"] != grantee.consent:
            return said({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400)
        if asked["grant_type"] == "client_credentials" and asked.get("scope") != SCOPE:
            return said({"error": "invalid_scope"}, 400)
        token = f"{grantee.client_id}.token-{len(grantee.given)}"
        grantee.given.append(token)
        grantee.good.add(token)
        return said({"access_token": token, "token_type": "Bearer", **grantee.extra})

    def _whose(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        users = [each.user for each in self._grantees.values() if token in each.good]
        return said({"active": bool(users), "username": "".join(users)})


@contextmanager
def token_place() -> Iterator[TokenPlace]:
    place = TokenPlace()
    with wire(place.speak) as served:
        place.url = served.url
        yield place
