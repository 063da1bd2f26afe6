"""A post office: the company's mailbox behind IMAP (pymap, not ours), and SMTP for whoever writes to whomever (aiosmtpd)."""

import asyncio
import imaplib
import logging
import secrets
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

START_SECONDS = 60
HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail that arrived in somebody's mailbox, as they read it."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    answers: str
    """The id of the mail that it answers; empty for none."""


@dataclass(kw_only=True)
class PostOffice:
    """`address` is the company's; its mailbox is at `imap_port`. Everybody else's letters lie in `delivered`."""

    address: str
    imap_port: int
    smtp_port: int
    password: str = field(repr=False)
    delivered: list[Letter] = field(default_factory=list)

    def write(self, name: str, address: str, subject: str, text: str, *, answers: str = "") -> str:
        """Send a mail to the company as a customer would; gives its id."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = formataddr((name, address)), self.address, subject
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=address.rpartition("@")[2])
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        with smtplib.SMTP(HOST, self.smtp_port, timeout=10) as smtp:
            smtp.send_message(mail)
        return str(mail["Message-ID"])

    def letters_to(self, address: str) -> list[Letter]:
        """What somebody has received, oldest first."""
        return [each for each in self.delivered if each.to == address]

    def letters(self) -> list[Letter]:
        """What customers received, newest first."""
        return self.delivered[::-1]

    def put_into_mailbox(self, raw: bytes) -> None:
        with imaplib.IMAP4(HOST, self.imap_port, timeout=10) as imap:
            imap.login(self.address, self.password)
            imap.append("INBOX", "", "", raw)


class _Counter:
    """Takes each mail to where it goes; aiosmtpd calls it on its own thread."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        raw = envelope.original_content or b""
        for address in envelope.rcpt_tos:
            if address == self._office.address:
                await asyncio.to_thread(self._office.put_into_mailbox, raw)
            else:
                with self._lock:
                    self._office.delivered.append(_letter(raw, address))
        return "250 Taken"

    def admit(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:  # noqa: ARG002
        known = isinstance(login, LoginPassword) and login.login == self._office.address.encode()
        right = known and secrets.compare_digest(login.password, self._office.password.encode())  # type: ignore[attr-defined]
        return AuthResult(success=right, handled=False)


def _letter(raw: bytes, to: str) -> Letter:
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain", "html"))
    return Letter(
        id=str(mail["Message-ID"] or ""),
        sender=str(mail["From"] or ""),
        to=to,
        subject=str(mail["Subject"] or ""),
        text=body.get_content().strip() if body is not None else "",
        answers=str(mail["In-Reply-To"] or ""),
    )


@contextmanager
def running_post_office(address: str) -> Iterator[PostOffice]:
    """Serve on loopback ports for as long as the block lasts; it forgets everything at its end."""
    office = PostOffice(
        address=address, imap_port=_free_port(), smtp_port=_free_port(), password=secrets.token_urlsafe(18)
    )
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of its own old names
    counter = _Counter(office)
    smtp = Controller(
        counter, hostname=HOST, port=office.smtp_port, authenticator=counter.admit, auth_require_tls=False
    )
    with _mailbox(office):
        smtp.start()
        try:
            yield office
        finally:
            smtp.stop()


@contextmanager
def _mailbox(office: PostOffice) -> Iterator[None]:
    command = [sys.executable, "-c", "from pymap.main import main; main()", "--host", HOST]
    command += ["--port", str(office.imap_port), "--no-service", "admin", "--no-service", "managesieve"]
    command += ["dict", "--demo-user", office.address, "--demo-password", office.password]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as imap:
        try:
            _wait_for(office.imap_port, imap)
            yield
        finally:
            imap.terminate()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the post office's mailbox did not open")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
