"""The copy of an answer among the sent mail, which tells that the answer went. Imported only where imap-tools is."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from bot.errors import GiveUp, Retry
from bot.sources.net.mail_imap import Mailbox


@dataclass(frozen=True, kw_only=True)
class SentCopy:
    """One copy, known by how its Message-ID begins. `reopen` is the mailbox on a new line, where the one in use broke."""

    raw: bytes
    folder: str
    beginning: str
    reopen: Callable[[], AbstractContextManager[Mailbox]]

    def put(self, box: Mailbox) -> bool:
        """Whether it certainly lies there now."""
        return box.put(self.raw, self.folder)

    def put_again(self) -> bool:
        """As `put`, on a new line, where it may lie there already."""
        with suppress(Retry, GiveUp), self.reopen() as box:
            box.open_folder(self.folder)
            return box.holds(self.beginning, by_server=False) or self.put(box)
        return False

    def take_out(self, box: Mailbox) -> bool:
        """Whether it certainly lies there no more."""
        if box.take_out(self.folder, self.beginning):
            return True
        with suppress(Retry, GiveUp), self.reopen() as again:
            return again.take_out(self.folder, self.beginning)
        return False
