"""Issues: pieces of work outside of Earshot that customers asked for, and what is left to do when one is released."""

import re
from dataclasses import dataclass
from datetime import datetime

LONGEST_KEY = 300
LONGEST_TITLE = 200
LONGEST_RELEASE = 80

_WEB = re.compile(r"(?i)(?P<scheme>https?)://(?P<host>[\w.-]+(?::\d+)?)(?P<path>/[^\s?#]*|)(?:[?#]\S*)?")
"""Without a name or password in front of the host."""

_TRACKED = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")


@dataclass(frozen=True, kw_only=True)
class Issue:
    """`key` is a tracker's key (`SIM-42`) or an address, as `issue_key` writes it. `released_in` is empty until it is out."""

    id: int
    key: str
    title: str
    opened_by: str
    opened_at: datetime
    released_in: str = ""
    released_by: str = ""
    released_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Wish:
    """An issue that a mention asks for: who said so, and whether its author was told of the release."""

    issue: Issue
    linked_by: str
    linked_at: datetime
    told_at: datetime | None = None

    @property
    def to_tell(self) -> bool:
        """It is out, and nobody has told the author yet."""
        return self.issue.released_at is not None and self.told_at is None


@dataclass(frozen=True, kw_only=True)
class Demand:
    """How many mentions ask for an issue, and how many of their authors are still to be told."""

    issue: Issue
    mentions: int
    to_tell: int


def issue_key(said: str) -> str:
    """One key for one issue however it is typed: a tracker's key in capitals, an address without query and fragment.

    Raises ValueError with what to type instead.
    """
    text = said.strip()
    if not text or len(text) > LONGEST_KEY:
        raise ValueError(f"Write the issue's key, such as SIM-42, or its address, in at most {LONGEST_KEY} characters.")
    if _TRACKED.fullmatch(text):
        return text.upper()
    if "://" in text:
        return _address(text)
    if re.fullmatch(r"[\w.#/-]+", text):
        return text
    raise ValueError("An issue's key has no spaces, such as SIM-42 or acme/app#42; or paste its address.")


def _address(text: str) -> str:
    found = _WEB.fullmatch(text)
    if found is None:
        raise ValueError("That is no web address: copy it from the browser.")
    return f"{found['scheme'].lower()}://{found['host'].lower()}{found['path'].rstrip('/')}"
