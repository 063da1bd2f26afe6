"""A mail server that takes our answers: aiosmtpd on the loopback, as friendly or as hostile as a test wants it."""

import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.dovecot import HOST, PASSWORD, free_port

LOST = "lost"
"""The mail is taken, and the connection breaks before that is said."""


@dataclass
class SmtpPlace:
    """`taken` are the mails, oldest first. Each mail takes one turn of `at_rcpt` and of `at_data`: a reply, or LOST."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    at_rcpt: deque[str] = field(default_factory=deque)
    at_data: deque[str] = field(default_factory=deque)

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
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if turn == LOST:
            server.transport.abort()
        return "250 OK"


def _admit(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    right = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@contextmanager
def smtp_place(starttls: ssl.SSLContext | None = None) -> Iterator[SmtpPlace]:
    """With `starttls` it takes nothing before that."""
    place = SmtpPlace()
    place.port = free_port()
    secured = {"tls_context": starttls, "require_starttls": starttls is not None}
    controller = Controller(
        place, hostname=HOST, port=place.port, authenticator=_admit, auth_require_tls=False, **secured
    )
    controller.start()
    try:
        yield place
    finally:
        controller.stop()
