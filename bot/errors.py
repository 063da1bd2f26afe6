"""What can go wrong, as instructions to the caller: come again, give up, or tell the person."""

from datetime import datetime, timedelta


class EarshotError(Exception):
    """The root of everything Earshot raises on purpose."""


class ConfigError(EarshotError):
    """The configuration cannot be used; `faults` names every place, one line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Retry(EarshotError):
    """The other side may succeed later; come again after `after`.

    `ambiguous` says that the request may have been carried out although no answer arrived. `asked` says that the other side
    itself wants to be left alone for that long: no other request goes there meanwhile either. `cost` is what the place
    charged before it failed, in millionths of a US dollar.
    """

    cost: int = 0

    def __init__(self, reason: str, *, after: timedelta, ambiguous: bool = False, asked: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.ambiguous = ambiguous
        self.asked = asked


class GiveUp(EarshotError):
    """Coming again cannot help; a person has to see `reason`. `cost` as of a Retry."""

    cost: int = 0

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AlreadySaid(GiveUp):
    """The place has this very text of ours already and takes it no second time: it may be the answer that was to be sent."""


class NotBelieved(GiveUp):
    """What came in by itself does not prove where it comes from; `reason` goes back to whoever sent it."""


class Refused(EarshotError):
    """A person's action is not possible now; the message is a sentence for that person."""


class Taken(Refused):
    """Somebody else was first. Slack shows `owner` as a person and `since` in the reader's own time.

    `did` is what `owner` did then ("decided it"); empty where they hold it still. `advice` is a sentence on what to do now.
    """

    def __init__(self, sentence: str, *, owner: str, since: datetime, did: str = "", advice: str = "") -> None:
        super().__init__(sentence)
        self.owner = owner
        self.since = since
        self.did = did
        self.advice = advice
