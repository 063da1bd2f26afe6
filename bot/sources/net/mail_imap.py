"""A mailbox over IMAP, by imap-tools on a connection of ours. Imported only where that library is."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from bot.errors import GiveUp, Retry
from bot.sources.formats.dates import in_utc
from bot.sources.formats.mail_attachments import attachments_told
from bot.sources.net.fetch import MIB, PAUSE, ssl_context
from bot.sources.net.mail_login import Login, TokenRefusedError, bearer, log_in
from bot.sources.net.watched import Line, Security, Server, connected

MOST_BYTES = 24 * MIB
"""Of one connection."""
MOST_FOLDERS = 40
RENAMED = ("X-Microsoft-Original-Message-ID", "X-Google-Original-Message-ID")
"""Where Microsoft's and Google's servers keep the Message-ID of a mail that they gave another (chatmail/core 3077,
xhit/go-simple-mail 47).
"""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PASSING = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)
"""Response codes (RFC 5530) that speak of the moment and not of us."""
CLOSED_TO_US = "User is authenticated but not connected"
"""How Microsoft's server says at the first folder that a login is good, and the mailbox is not open to it (getmail6 214,
simonrob/email-oauth2-proxy 275).
"""
NOT_OPENED = "does not open the mailbox: is user its address, and was the application given that mailbox?"
BEYOND_READING = (ValueError, LookupError, TypeError, AttributeError)
"""What imaplib and imap-tools raise over an answer that has not the form which they expect."""
FAULTS = (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError, *BEYOND_READING)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A message in a folder: the first bytes of it, and when it arrived there. `size` is that of the whole."""

    uid: int
    size: int
    arrived: datetime | None
    raw: bytes

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.raw)


class _Client(imaplib.IMAP4):
    """imaplib's client on a socket that stands already, for so many bytes and no more."""

    def __init__(self, line: Line, host: str) -> None:
        self._given = line.sock
        self._left = MOST_BYTES
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - the deadline is ours
        return self._given

    def read(self, size: int) -> bytes:
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self.abort("the server says more than it should")


class _Box(BaseMailBox):
    def __init__(self, line: Line, server: Server) -> None:
        self._line = line
        self._server = server
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Client(self._line, self._server.host)
        if self._server.security is Security.STARTTLS:
            try:
                client.starttls(ssl_context())
            except imaplib.IMAP4.error:
                client.shutdown()
                raise
        return client


@contextmanager
def open_mailbox(server: Server, *, login: Login, length: timedelta) -> Iterator["Mailbox"]:
    """Logged in, for `length` at most. Raises Retry and GiveUp as the contract of a source says, inside the block too."""
    with connected(server, length) as line, _named_faults(server.host, line):
        box = _Box(line, server)
        try:
            _log_in(box, login, server.host)
            yield Mailbox(box, server.host, line)
            with suppress(*FAULTS):
                box.logout()
        finally:
            with suppress(OSError):
                box.client.shutdown()


@contextmanager
def _named_faults(host: str, line: Line) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Retry(f"{host} has no valid certificate", after=PAUSE) from error
    except FAULTS as error:
        if line.was_cut:
            raise Retry(f"{host} did not answer in full before the deadline", after=PAUSE) from error
        if CLOSED_TO_US in str(error):
            raise Retry(f"{host} knows who we are and {NOT_OPENED}", after=PAUSE) from error
        # What the server said is not repeated: it may quote a post or a login.
        raise Retry(f"{host} broke off, or does not speak IMAP as expected", after=PAUSE) from error


def _log_in(box: BaseMailBox, login: Login, host: str) -> None:
    if login.tokens is None:
        return _with_password(box, login.user, login.password, host)
    if "AUTH=XOAUTH2" not in box.client.capabilities:
        raise GiveUp(f"{host} takes no tokens on this line (no XOAUTH2): it may want tls, or a password")
    try:
        log_in(login.tokens, lambda token: _with_token(box.client, login.user, token, host))
    except TokenRefusedError as error:
        raise GiveUp(f"{host} does not accept our token, a new one neither; it {NOT_OPENED}") from error


def _with_password(box: BaseMailBox, user: str, password: str, host: str) -> None:
    try:
        if f"{user}{password}".isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if PASSING.search(str(error)):
            raise Retry(f"{host} lets nobody in at the moment", after=PAUSE) from error
        raise GiveUp(f"{host} does not accept user and password (some want an app password)") from error


def _with_token(client: imaplib.IMAP4, user: str, token: str, host: str) -> None:
    # A refusal is a question first, to be answered with nothing; imap-tools' own method would send the token again.
    said = iter([bearer(user, token)])
    try:
        client.authenticate("XOAUTH2", lambda _: next(said, "").encode())
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if PASSING.search(str(error)):
            raise Retry(f"{host} lets nobody in at the moment", after=PAUSE) from error
        raise TokenRefusedError from error


class Mailbox:
    """What is done with a mailbox here. Nothing marks a message as read."""

    def __init__(self, box: BaseMailBox, host: str, line: Line) -> None:
        self._box = box
        self._host = host
        self._line = line
        self._is_broken = False

    def has_time_for_more(self) -> bool:
        """Whether half of the time is left yet, on a line that still stands."""
        return not self._line.is_half_over and not self._is_broken

    def open_folder(self, folder: str, *, writing: bool = False) -> int:
        """Its UIDVALIDITY, by which it is known whether its message numbers still mean what they meant."""
        try:
            self._box.folder.set(folder, readonly=not writing)
        except MailboxFolderSelectError as error:
            raise GiveUp(f"{self._host} has no folder “{folder}” for us") from error
        return int(self._box.client.response("UIDVALIDITY")[1][0])

    def after(self, uid: int) -> list[int]:
        """Numbers of the messages that came after `uid`, oldest first.

        `n:*` means "between n and the last", in any order: where nothing is new it names the last message again.
        """
        return sorted(each for each in self._search(f"UID {uid + 1}:*") if each > uid)

    def last(self) -> int:
        """The number of the newest message, 0 where there is none."""
        return max(self._search("UID *"), default=0)

    def since(self, day: date) -> list[int]:
        return sorted(self._search(f"SINCE {day.day}-{MONTHS[day.month - 1]}-{day.year}"))

    def _search(self, criteria: str) -> Sequence[int]:
        return [int(each) for each in self._box.uids(criteria, charset=None)]

    def first_bytes(self, uid: int, most: int) -> Stored | None:
        """None where it was taken out meanwhile."""
        wanted = f"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{most}>)"
        _, parts = self._box.client.uid("FETCH", str(uid), wanted)
        said = [part for part in parts or () if part is not None]
        told = b" ".join(part[0] if isinstance(part, tuple) else part for part in said)
        if not re.search(rb"\bUID %d\b" % uid, told):
            return None
        raw = next((part[1] for part in said if isinstance(part, tuple)), b"")
        size = re.search(rb"RFC822\.SIZE (\d{1,12})", told)
        return Stored(uid=uid, size=int(size[1]) if size else len(raw), arrived=_arrived(told), raw=raw)

    def attached(self, uid: int) -> tuple[str, ...]:
        """Names and sizes of what hangs on a message, by what the server says of it; none where that cannot be read.

        How much there is to say a stranger chose: where imaplib breaks over it, the line is lost and the message is not.
        """
        try:
            _, parts = self._box.client.uid("FETCH", str(uid), "(UID BODYSTRUCTURE)")
        except FAULTS:
            self._is_broken = True
            return ()
        try:
            return attachments_told(b"".join(map(_in_line, parts or ())))
        except ValueError:
            return ()

    def named(self, fragment: str) -> list[int]:
        """Messages of the open folder whose Message-ID holds this; those that are about to be taken out left out."""
        return sorted(self._search(f'UNDELETED HEADER Message-ID "{fragment}"'))

    def named_in(self, folder: str, fragment: str, most: int) -> Iterator[Stored]:
        """The first bytes of the messages in a folder whose Message-ID holds this; none where it cannot be opened."""
        try:
            self.open_folder(folder)
        except GiveUp:
            return
        for uid in self.named(fragment):
            if (stored := self.first_bytes(uid, most)) is not None:
                yield stored

    def holds(self, beginning: str, *, by_server: bool) -> bool:
        """Whether a message lies in the open folder whose Message-ID begins like this; with `by_server` also one that had it
        until the server gave it another.
        """
        names = ("Message-ID", *RENAMED) if by_server else ("Message-ID",)
        found = {uid for name in names for uid in self._search(f'UNDELETED HEADER {name} "{beginning}"')}
        return any(self._is_named(uid, names, f"<{beginning}") for uid in found)

    def _is_named(self, uid: int, names: Sequence[str], beginning: str) -> bool:
        stored = self.first_bytes(uid, 64 * 1024)
        if stored is None:
            return False
        heads = message_from_bytes(stored.raw)
        return any(str(heads.get(name, "")).strip().startswith(beginning) for name in names)

    def folders(self) -> list[str]:
        """Names of the folders that can be opened."""
        return [each.name for each in self._box.folder.list() if "\\Noselect" not in each.flags][:MOST_FOLDERS]

    def sent_folder(self, named: str, *, make: bool) -> str:
        """Where copies of what was sent lie: as configured, else as the server marks it, else “Sent”.

        Where it is missing it is made, or else a GiveUp: what a server keeps itself it does not put into a folder of ours.
        """
        listed = self._box.folder.list()
        marked = next((each.name for each in listed if "\\Sent" in each.flags), "Sent")
        folder = named or marked
        if folder not in {each.name for each in listed}:
            if not make:
                raise GiveUp(f"{self._host} has no folder “{folder}” for what was sent: name it in sent_folder")
            self._box.folder.create(folder)
        return folder

    def put(self, raw: bytes, folder: str) -> bool:
        """Whether it certainly lies there now; no fault is raised, because what it is a copy of is under way."""
        try:
            self._box.append(raw, folder, flag_set=["\\Seen"])
        except FAULTS:
            return False
        return True

    def take_out(self, folder: str, fragment: str) -> bool:
        """Whether certainly none of them lies there any more."""
        try:
            self.open_folder(folder, writing=True)
            for uid in self.named(fragment):
                self._box.client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
                if "UIDPLUS" in self._box.client.capabilities:
                    # A plain EXPUNGE would also take out what a person marked and may still want back.
                    self._box.client.uid("EXPUNGE", str(uid))
            # imaplib raises nothing where the server says NO, as to whoever may read a folder and not delete.
            return not self.named(fragment)
        except (GiveUp, *FAULTS):
            return False


def _in_line(part: tuple[bytes, bytes] | bytes | None) -> bytes:
    """What imaplib gives, with literals written as quoted strings."""
    if not isinstance(part, tuple):
        return part or b""
    return re.sub(rb"\{\d+\}$", b"", part[0]) + b'"' + re.sub(rb'(["\\])', rb"\\\1", part[1]) + b'"'


def _arrived(told: bytes) -> datetime | None:
    match = re.search(rb'INTERNALDATE "([^"]{10,40})"', told)
    if match is None:
        return None
    written = match[1].decode("ascii", "replace")
    try:
        # "17-Jul-1996 02:44:25 -0700": only the day's dashes are in the way.
        return in_utc(parsedate_to_datetime(f"{written[:11].replace('-', ' ')}{written[11:]}"))
    except (ValueError, OverflowError):
        return None
