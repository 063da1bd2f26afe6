"""A mail server that takes our answers: aiosmtpd on the loopback, as friendly or as hostile as a test wants it."""

import base64
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.dovecot import HOST, PASSWORD, TestMailbox, free_port
from tests.token_place import TokenPlace

LOST = "lost"
"""The mail is taken, and the connection breaks before that is said."""


@dataclass
class SmtpPlace:
    """`taken` are the mails, oldest first. Each mail takes one turn of `at_rcpt` and of `at_data`: a reply, or LOST.

    With `tokens` it lets in whom these let in, and refuses others in the words of `at_auth`. With `keeps` a copy of each mail goes
    to the sent mail there, with a Message-ID of the server's where `renames` is the header for ours.
    """

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    at_rcpt: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)
    at_auth: deque[str] = field(default_factory=deque)
    tokens: TokenPlace | None = None
    keeps: TestMailbox | None = None
    renames: bytes = b""

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        user, _, rest = base64.b64decode(args[1]).decode().removeprefix("user=").partition("\1")
        token = rest.removeprefix("auth=Bearer ").removesuffix("\1\1")
        if self.tokens and not self.at_auth and self.tokens.opens(token, user):
            return AuthResult(success=True)
        assert await server.challenge_auth(b'{"status":"401","schemes":"bearer"}') == b""
        said = self.at_auth.popleft() if self.at_auth else "535 5.7.3 Authentication unsuccessful"
        return AuthResult(success=False, handled=False, message=said.replace("TOKEN", args[1]))

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        turn = self.at_data.popleft() if self.at_data else "250 OK"
        if turn.startswith(("4", "5")):
            return turn
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        if self.keeps:
            raw = envelope.original_content or b""
            named = b"Message-ID: <1@the-server>\r\n" + self.renames + b": <"
            self.keeps.put(raw.replace(b"Message-ID: <", named) if self.renames else raw, folder="Sent")
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if turn == LOST:
            server.transport.abort()
        return "250 OK"


def _admit(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    right = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def smtp_place(starttls: ssl.SSLContext | None = None, tokens: TokenPlace | None = None) -> Iterator[SmtpPlace]:
    """With `starttls` it takes nothing before that, with `tokens` no passwords."""
    place = SmtpPlace(port=free_port(), tokens=tokens)
    secured = {"tls_context": starttls, "require_starttls": starttls is not None}
    left_out = ["LOGIN", "PLAIN"] if tokens else ["XOAUTH2"]
    login = {"authenticator": _admit, "auth_require_tls": False, "auth_exclude_mechanism": left_out}
    controller = Controller(place, hostname=HOST, port=place.port, **login, **secured)
    controller.start()
    try:
        yield place
    finally:
        controller.stop()
