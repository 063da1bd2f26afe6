"""A mailbox on Dovecot, and the way out on aiosmtpd."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import format_datetime

from bot.sources.base import Answerable, Listening, Source
from bot.sources.formats.mail_message import read_letter
from bot.sources.mail import MailTable
from tests.contracts.case import Trait, with_traits
from tests.contracts.feeds import Post
from tests.dovecot import HOST, TestMailbox, fresh_mailbox, shared_dovecot
from tests.smtp_place import LOST, SmtpPlace, smtp_place
from tests.token_place import SCOPE, Grantee


def mail_table(mailbox: TestMailbox, smtp: SmtpPlace | None = None, **keys: object) -> MailTable:
    """The configuration for a mailbox of a test."""
    way_out = {"smtp_host": HOST, "smtp_port": smtp.port, "smtp_security": "none", "quote": False} if smtp else {}
    raw = {
        "kind": "mail",
        "name": "Mail",
        "host": HOST,
        "port": mailbox.port,
        "security": "none",
        "user": mailbox.address,
        "password": mailbox.password,
        "allow_private": True,
        **way_out,
        **keys,
    }
    return MailTable.model_validate(raw)


def raw_mail(post: Post) -> bytes:
    """Written by hand, apart from the code that reads it."""
    date = [f"Date: {format_datetime(post.at)}"] if post.at else []
    subject = [f"Subject: {_word(post.title)}"] if post.title else []
    sender = f"From: {_word(post.author)} <jo@customer.example>"
    head = [sender, "To: care@acme.example", *subject, *date, f"Message-ID: <{post.id}@customer.example>"]
    kind = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"]
    body = base64.encodebytes(post.text.encode("utf-8", "replace")).decode().replace("\n", "\r\n")
    return "\r\n".join([*head, *kind, "", body]).encode("ascii")


def _word(text: str) -> str:
    """RFC 2047, in pieces of a bearable length."""
    pieces = [text[at : at + 15] for at in range(0, len(text), 15)]
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(each.encode('utf-8', 'replace')).decode()}?=" for each in pieces)


class MailCase:
    def __init__(self, mailbox: TestMailbox) -> None:
        self._mailbox = mailbox
        self._there: list[str] = []
        self.source: Source = mail_table(mailbox).build(Listening())

    def publish(self, posts: Sequence[Post]) -> None:
        new = [each for each in posts[::-1] if each.id not in self._there]
        self._mailbox.put_all([(raw_mail(each), each.at) for each in new if each.at])
        self._there += [each.id for each in new]

    def external_id(self, post: Post) -> str:
        return read_letter(raw_mail(post)).external_id

    def say(self, body: bytes) -> None:
        raise NotImplementedError("it speaks no HTTP")

    def refuse(self, status: int, retry_after: str = "") -> None:
        raise NotImplementedError("it speaks no HTTP")


@with_traits(Trait.TITLES, Trait.EMPTY)
@contextmanager
def mail() -> Iterator[MailCase]:
    yield MailCase(fresh_mailbox())


class AnsweringCase:
    def __init__(self, mailbox: TestMailbox, smtp: SmtpPlace, **keys: object) -> None:
        self.post, self.neighbour = (_put(mailbox, id) for id in ("broken", "broken-too"))
        source = mail_table(mailbox, smtp, **keys).build(Listening())
        assert isinstance(source, Answerable)
        self.source: Answerable = source
        self._smtp = smtp

    def standing(self) -> list[str]:
        return [each.get_content().replace("\r\n", "\n").rstrip("\n") for each in self._smtp.taken]

    def lose_next_reply(self) -> None:
        self._smtp.at_data.append(LOST)

    def be_busy_once(self) -> None:
        self._smtp.at_rcpt.append("450 4.2.0 Greylisted, come again")

    def refuse_once(self, reason: str) -> None:
        self._smtp.at_data.append(f"550 5.7.1 {reason}")


def _put(mailbox: TestMailbox, id: str) -> str:
    raw = raw_mail(Post(id=id, text="It broke.", title="Kettle", author="Jo"))
    mailbox.put(raw)
    return read_letter(raw).external_id


@with_traits(Trait.SAYS_WHY)
@contextmanager
def mail_answers() -> Iterator[AnsweringCase]:
    with smtp_place() as smtp:
        yield AnsweringCase(fresh_mailbox(), smtp)


@with_traits(Trait.SAYS_WHY)
@contextmanager
def mail_answers_that_the_server_keeps() -> Iterator[AnsweringCase]:
    mailbox = fresh_mailbox()
    mailbox.create("Sent")
    with smtp_place() as smtp:
        smtp.keeps = mailbox
        yield AnsweringCase(mailbox, smtp, sent_copy=False)


def token_keys(mailbox: TestMailbox, grantee: Grantee | None = None) -> dict[str, object]:
    """How a mailbox is logged into by an application of its own, instead of with a password."""
    tokens = shared_dovecot().tokens
    grantee = grantee or tokens.grantee(mailbox.address)
    secrets = {"client_id": grantee.client_id, "client_secret": grantee.secret}
    return {"password": "", "login_url": tokens.login_url, "scope": SCOPE, **secrets}


READERS = (mail,)
ANSWERERS = (mail_answers, mail_answers_that_the_server_keeps)
