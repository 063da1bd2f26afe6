"""A mailbox: read over IMAP without a trace, answered over SMTP, with a copy among the sent mail."""

import logging
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Replied, Source
from bot.sources.formats.dates import believed
from bot.sources.formats.fields import digest
from bot.sources.formats.mail_answer import Answer, Voice, answer_key, mail_of
from bot.sources.formats.mail_cursor import MailCursor
from bot.sources.formats.mail_keys import MailLoginTable
from bot.sources.formats.mail_message import Letter, UnreadableError, is_address, message_id_of, read_letter
from bot.sources.net.fetch import PAUSE
from bot.sources.net.mail_login import Login
from bot.sources.net.watched import Security, Server
from bot.sources.table import Secret, needs_extra
from bot.values import Label, Port, Several

if TYPE_CHECKING:
    from bot.sources.net.mail_copy import SentCopy
    from bot.sources.net.mail_imap import Mailbox, Stored
    from bot.sources.net.mail_smtp import Transfer

log = logging.getLogger(__name__)

READING, SENDING = timedelta(seconds=60), timedelta(seconds=40)
"""How long one poll may take, and each of the two connections of an answer."""
ONCE_MORE = timedelta(seconds=15)
"""As SENDING, for a connection that takes the place of one that broke."""
SHOWN = timedelta(minutes=1)
"""How long a server that keeps copies itself may take until one shows."""
AT_ONCE = 50
"""Messages of one poll."""
MOST_READ = 512 * 1024
"""Bytes of a message that are read: the text comes first, attachments after it."""
MOST_AT_ONCE = 12 * 1024 * 1024
"""Bytes of one poll, after which the rest waits for the next."""
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class MailSource:
    """One folder of a mailbox. `own` are the addresses that the mailbox itself writes under: what they write is no mention.
    A form may send under one of them, and of `ours`, the company's. All in small letters.
    """

    name: str
    imap: Server
    login: Login
    folder: str = "INBOX"
    own: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    lists: bool = False
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "mail"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        known = MailCursor.parse(cursor, box=digest("\0".join([self.imap.host, self.login.user, self.folder]))[:12])
        with self._mailbox(READING) as box:
            validity = box.open_folder(self.folder)
            if known.start is not None and known.validity == validity:
                return self._dated(self._batch(box, box.after(known.uid), known, now))
            start = known.start or now - self.first_lookback
            first = replace(known, validity=validity, uid=0, first=box.last(), start=start)
            # The server searches by the day, in a zone of its own.
            return self._dated(self._batch(box, box.since(((known.reached or start) - DAY).date()), first, now))

    def _dated(self, batch: Batch) -> Batch:
        """With the end of our access, where we know it."""
        return replace(batch, access_ends_at=self.login.tokens.ends_at) if self.login.tokens else batch

    def _batch(self, box: "Mailbox", numbers: list[int], known: MailCursor, now: datetime) -> Batch:
        items, problems, taken = list[Incoming](), list[str](), 0
        for count, uid in enumerate(numbers):
            if count >= AT_ONCE or taken >= MOST_AT_ONCE or (count and not box.has_time_for_more()):
                return Batch(items=tuple(items), cursor=known.text(), more=True, problems=tuple(problems))
            stored = box.first_bytes(uid, MOST_READ)
            known = replace(known, uid=uid)
            if stored is None or _is_left_out(stored, known):
                continue
            taken += len(stored.raw)
            known = replace(known, reached=max(filter(None, (known.reached, stored.arrived)), default=None))
            found = self._mention(stored, now)
            if isinstance(found, Incoming) and stored.is_cut:
                found = replace(found, media=box.attached(uid) or found.media)
            items += [found] if isinstance(found, Incoming) else []
            problems += [f"message {uid} {found}"] if isinstance(found, str) else []
        end = replace(known, uid=max(known.uid, known.first))
        return Batch(items=tuple(items), cursor=end.text(), problems=tuple(problems))

    def _mention(self, stored: "Stored", now: datetime) -> Incoming | str | None:
        """The mention; why it cannot be one; None for what no customer wrote."""
        try:
            letter = read_letter(stored.raw)
        except UnreadableError as error:
            return str(error)
        author, name = letter.writer(self.own | self.ours)
        if letter.by_machine or (letter.from_list and not self.lists) or not author or author in self.own:
            return None
        if not letter.text and not letter.subject:
            where = f" in its first {MOST_READ // 1024} KiB" if stored.is_cut else ""
            return f"has no text{where}"
        return Incoming(
            external_id=letter.external_id,
            text=letter.text or letter.subject,
            title=letter.subject if letter.text else "",
            author=author,
            author_name=name or author,
            language=letter.language,
            posted_at=believed(letter.written, now) or believed(stored.arrived, now),
            parent=letter.quoted,
            thread=letter.conversation,
            media=letter.attached,
        )

    def _mailbox(self, length: timedelta) -> "AbstractContextManager[Mailbox]":
        from bot.sources.net.mail_imap import open_mailbox

        return open_mailbox(self.imap, login=self.login, length=length)


def _is_left_out(stored: "Stored", known: MailCursor) -> bool:
    """Whether it lay there already, and for too long, when the folder was read for the first time."""
    if stored.uid > known.first or stored.arrived is None or known.start is None:
        return False
    return stored.arrived < known.start


@dataclass(frozen=True, kw_only=True)
class AnsweringMail(MailSource):
    """A mailbox with a way out. SMTP knows no keys: the copy among the sent mail is what tells that an answer went.

    It is put there when all of the mail is out and before the server's word on it, and taken out where that is a refusal. So
    an answer whose confirmation was lost is found, and not sent again; and what never went out has no copy. Without
    `sent_copy` the server itself puts one there when it takes a mail.
    """

    smtp: Server
    smtp_login: Login
    voice: Voice
    sent_folder: str = ""
    sent_copy: bool = True
    max_answer: int | None = None

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        with self._mailbox(SENDING * 2) as box:
            letter = self._letter(box, external_id)
            sent = self._sent(box)
            if not self._stands(box, sent, key):
                if not box.has_time_for_more():
                    raise Retry(f"{self.imap.host} took too long to find the mail that is answered", after=PAUSE)
                answer = mail_of(text, key, letter, self.voice, datetime.now(UTC))
                self._send(answer, self._copy(answer, sent, key), box)
        return Replied(permalink="")

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002 - the key says enough
        with self._mailbox(SENDING) as box:
            return Replied(permalink="") if self._stands(box, self._sent(box), key) else None

    def _sent(self, box: "Mailbox") -> str:
        return box.sent_folder(self.sent_folder, make=self.sent_copy)

    def _stands(self, box: "Mailbox", sent: str, key: str) -> bool:
        box.open_folder(sent)
        return box.holds(answer_key(key), by_server=not self.sent_copy)

    def _copy(self, answer: Answer, sent: str, key: str) -> "SentCopy":
        from bot.sources.net.mail_copy import SentCopy

        reopen = partial(self._mailbox, ONCE_MORE)
        return SentCopy(raw=answer.raw, folder=sent, beginning=answer_key(key), reopen=reopen)

    def _send(self, answer: Answer, copy: "SentCopy", box: "Mailbox") -> None:
        with self._way_out() as transfer:
            transfer.offer(answer.sender, answer.to)
            transfer.transmit(answer.raw)
            # Not sooner: whoever is killed here would leave a copy of what never went. Not later: a lost word must find it.
            is_kept = not self.sent_copy or copy.put(box)
            try:
                transfer.confirm()
            except (Retry, GiveUp) as fault:
                self._settle(fault, copy, box, is_kept=is_kept)
                raise
        if not is_kept:
            self._keep(copy)

    def _settle(self, fault: Retry | GiveUp, copy: "SentCopy", box: "Mailbox", *, is_kept: bool) -> None:
        """What becomes of the copy where the server took the mail without a word, or refused it: then it has to go."""
        if isinstance(fault, Retry) and fault.ambiguous:
            if not is_kept:
                self._keep(copy)
            if not self.sent_copy:
                raise Retry(fault.reason, after=SHOWN, ambiguous=True) from fault
        elif self.sent_copy and not copy.take_out(box):
            advice = f"its copy could not be taken out of “{copy.folder}”: delete it there before you send again"
            raise GiveUp(f"{fault.reason}; {advice}") from fault

    def _keep(self, copy: "SentCopy") -> None:
        """The copy, once more, where the mailbox did not confirm it."""
        if not copy.put_again():
            log.warning("answer_has_no_copy", extra={"source": self.name})

    def try_way_out(self) -> None:
        """Logs in and goes. Raises Retry and GiveUp as `reply` does."""
        with self._way_out():
            pass
        if not self.sent_copy:
            with self._mailbox(SENDING) as box:
                self._sent(box)

    def _way_out(self) -> "AbstractContextManager[Transfer]":
        from bot.sources.net.mail_smtp import open_smtp

        name = self.voice.address.rpartition("@")[2]
        return open_smtp(self.smtp, login=self.smtp_login, name=name, length=SENDING)

    def _letter(self, box: "Mailbox", external_id: str) -> Letter:
        """The mail to answer, wherever somebody filed it since."""
        named = message_id_of(external_id)
        if not named:
            raise GiveUp("this mail has no Message-ID by which it could be found again: answer it in the mail program")
        for folder in dict.fromkeys([self.folder, *box.folders()]):
            with suppress(UnreadableError):
                for stored in box.named_in(folder, named, MOST_READ):
                    if (letter := read_letter(stored.raw)).external_id == external_id:
                        return letter
        raise GiveUp("this mail is in no folder of the mailbox any more, so it cannot be answered from here")


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError("write an address such as care@example.com")
    return text.lower()


Address = Annotated[str, AfterValidator(_address)]
AddressOrEmpty = Annotated[str, AfterValidator(lambda text: _address(text) if text else "")]
Encryption = Literal["tls", "starttls", "none"]
IMAP_PORTS: dict[Encryption, int] = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS: dict[Encryption, int] = {"tls": 465, "starttls": 587, "none": 25}


class MailTable(MailLoginTable):
    """`smtp_host` makes it answer, with the same login unless another is given. Ports are 0 for the usual one."""

    kind: Literal["mail"]
    host: Label
    port: Port = 0
    security: Encryption = "tls"
    folder: Label = "INBOX"
    address: AddressOrEmpty = ""
    own: Several[Address] = ()
    lists: bool = False
    smtp_host: str = ""
    smtp_port: Port = 0
    smtp_security: Encryption = "starttls"
    smtp_user: str = ""
    smtp_password: Secret = ""
    from_name: str = ""
    sent_folder: str = ""
    sent_copy: bool = True
    quote: bool = True

    extra: ClassVar[str] = "mail"

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not self.address and not is_address(self.user):
            raise ValueError("add address: whose mailbox it is, such as care@example.com")
        if "none" in (self.security, self.smtp_security if self.smtp_host else "") and not self.allow_private:
            raise ValueError('add allow_private = true: without encryption ("none") only a private network will do')
        return self

    def build(self, listening: Listening) -> Source:
        with needs_extra(self.extra):
            import imap_tools  # noqa: F401 - said here, and not at the first poll
        address = self.address or self.user.lower()
        own = {address, *self.own}
        mailbox = MailSource(
            name=self.name,
            imap=self._server(self.host, self.port or IMAP_PORTS[self.security], self.security),
            login=self.login(),
            folder=self.folder,
            own=frozenset(own),
            ours=frozenset(each.lower() for each in listening.own),
            lists=self.lists,
            every=self.every,
            first_lookback=self.first_lookback,
        )
        if not self.smtp_host:
            return mailbox
        return AnsweringMail(
            **vars(mailbox),
            smtp=self._server(self.smtp_host, self.smtp_port or SMTP_PORTS[self.smtp_security], self.smtp_security),
            smtp_login=self._login_for_sending(mailbox.login),
            voice=Voice(address=address, name=self.from_name, quote=self.quote),
            sent_folder=self.sent_folder,
            sent_copy=self.sent_copy,
        )

    def _login_for_sending(self, reading: Login) -> Login:
        user = self.smtp_user or self.user
        return Login(user=user, password=self.smtp_password) if self.smtp_password else replace(reading, user=user)

    def _server(self, host: str, port: int, security: Encryption) -> Server:
        return Server(host=host, port=port, security=Security(security), allow_private=self.allow_private)
