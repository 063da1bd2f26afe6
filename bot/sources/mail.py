"""A mailbox: read over IMAP without a trace, answered over SMTP, with a copy among the sent mail."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Listening, Replied, Source
from bot.sources.formats.dates import believed
from bot.sources.formats.fields import digest
from bot.sources.formats.mail_answer import Answer, Voice, answer_key, mail_of
from bot.sources.formats.mail_cursor import MailCursor
from bot.sources.formats.mail_message import Letter, UnreadableError, is_address, message_id_of, read_letter
from bot.sources.net.watched import Security, Server
from bot.sources.table import Secret, SourceTable, needs_extra
from bot.values import Label, Port, Several

if TYPE_CHECKING:
    from bot.sources.net.mail_imap import Mailbox, Stored
    from bot.sources.net.mail_smtp import Transfer

READING, SENDING = timedelta(seconds=60), timedelta(seconds=40)
"""How long one poll may take, and each of the two connections of an answer."""
AT_ONCE = 50
"""Messages of one poll."""
MOST_READ = 512 * 1024
"""Bytes of a message that are read: the text comes first, attachments after it."""
MOST_AT_ONCE = 12 * 1024 * 1024
"""Bytes of one poll, after which the rest waits for the next."""
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class MailSource:
    """One folder of a mailbox. `own` are addresses that are ours, in small letters; what they write is no mention."""

    name: str
    imap: Server
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    own: frozenset[str] = frozenset()
    lists: bool = False
    every: timedelta = timedelta(minutes=5)
    first_lookback: timedelta = timedelta(hours=24)
    kind: ClassVar[str] = "mail"

    def poll(self, cursor: str, now: datetime) -> Batch:
        """Raises Retry and GiveUp as the contract of a source says."""
        known = MailCursor.parse(cursor, box=digest("\0".join([self.imap.host, self.user, self.folder]))[:12])
        with self._mailbox(READING) as box:
            validity = box.open_folder(self.folder)
            if known.start is not None and known.validity == validity:
                return self._batch(box, box.after(known.uid), known, now)
            start = known.start or now - self.first_lookback
            first = replace(known, validity=validity, uid=0, first=box.last(), start=start)
            # The server searches by the day, in a zone of its own.
            return self._batch(box, box.since(((known.reached or start) - DAY).date()), first, now)

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
        author, name = letter.writer(self.own)
        if letter.by_machine or (letter.from_list and not self.lists) or not author or author in self.own:
            return None
        if not letter.text and not letter.subject:
            where = f" in its first {MOST_READ // 1024} KiB" if stored.size > len(stored.raw) else ""
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
        )

    def _mailbox(self, length: timedelta) -> "AbstractContextManager[Mailbox]":
        from bot.sources.net.mail_imap import open_mailbox

        return open_mailbox(self.imap, user=self.user, password=self.password, length=length)


def _is_left_out(stored: "Stored", known: MailCursor) -> bool:
    """Whether it lay there already, and for too long, when the folder was read for the first time."""
    if stored.uid > known.first or stored.arrived is None or known.start is None:
        return False
    return stored.arrived < known.start


@dataclass(frozen=True, kw_only=True)
class AnsweringMail(MailSource):
    """A mailbox with a way out. SMTP knows no keys: the copy among the sent mail is what tells that an answer went.

    It is put there after the server has agreed to take the mail and before the mail itself, and taken out where that is
    refused. So an answer whose confirmation was lost is found, and not sent again.
    """

    smtp: Server
    smtp_user: str
    smtp_password: str = field(repr=False)
    voice: Voice
    sent_folder: str = ""
    max_answer: int | None = None

    def reply(self, external_id: str, text: str, *, key: str) -> Replied:
        """Raises Retry and GiveUp as the contract of an answerable source says."""
        with self._mailbox(SENDING * 2) as box:
            letter = self._letter(box, external_id)
            sent = box.sent_folder(self.sent_folder)
            if not self._stands(box, sent, key):
                self._send(box, mail_of(text, key, letter, self.voice, datetime.now(UTC)), sent, key)
        return Replied(permalink="")

    def find_reply(self, external_id: str, text: str, *, key: str) -> Replied | None:  # noqa: ARG002 - the key says enough
        with self._mailbox(SENDING) as box:
            return Replied(permalink="") if self._stands(box, box.sent_folder(self.sent_folder), key) else None

    def _stands(self, box: "Mailbox", sent: str, key: str) -> bool:
        box.open_folder(sent)
        return any(box.message_id(uid).startswith(f"<{answer_key(key)}") for uid in box.named(answer_key(key)))

    def _send(self, box: "Mailbox", answer: Answer, sent: str, key: str) -> None:
        with self._way_out() as transfer:
            transfer.offer(answer.sender, answer.to)
            box.put(answer.raw, sent)
            try:
                transfer.transmit(answer.raw)
            except (Retry, GiveUp) as fault:
                if not (isinstance(fault, Retry) and fault.ambiguous):
                    box.take_out(sent, answer_key(key))
                raise

    def try_way_out(self) -> None:
        """Logs in and goes. Raises Retry and GiveUp as `reply` does."""
        with self._way_out():
            pass

    def _way_out(self) -> "AbstractContextManager[Transfer]":
        from bot.sources.net.mail_smtp import open_smtp

        name = self.voice.address.rpartition("@")[2]
        return open_smtp(self.smtp, user=self.smtp_user, password=self.smtp_password, name=name, length=SENDING)

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


class MailTable(SourceTable):
    """`smtp_host` makes it answer. Ports are 0 for the usual one; user and password for sending are those for reading."""

    kind: Literal["mail"]
    host: Label
    port: Port = 0
    security: Encryption = "tls"
    user: Label
    password: Secret
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
        own = {address, *self.own, *(each.lower() for each in listening.own)}
        mailbox = MailSource(
            name=self.name,
            imap=self._server(self.host, self.port or IMAP_PORTS[self.security], self.security),
            user=self.user,
            password=self.password,
            folder=self.folder,
            own=frozenset(own),
            lists=self.lists,
            every=self.every,
            first_lookback=self.first_lookback,
        )
        if not self.smtp_host:
            return mailbox
        return AnsweringMail(
            **vars(mailbox),
            smtp=self._server(self.smtp_host, self.smtp_port or SMTP_PORTS[self.smtp_security], self.smtp_security),
            smtp_user=self.smtp_user or self.user,
            smtp_password=self.smtp_password or self.password,
            voice=Voice(address=address, name=self.from_name, quote=self.quote),
            sent_folder=self.sent_folder,
        )

    def _server(self, host: str, port: int, security: Encryption) -> Server:
        return Server(host=host, port=port, security=Security(security), allow_private=self.allow_private)
