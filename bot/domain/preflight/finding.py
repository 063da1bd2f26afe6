"""What a look at a draft finds, and what has to happen before the draft may go out."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.preflight.usage import Usage


class Mode(StrEnum):
    """How strict a department is with its drafts. In `block` every finding has to be mended or ticked."""

    ADVISE = "advise"
    BLOCK = "block"
    OFF = "off"


class Concern(StrEnum):
    """What a finding is about: the five considerations of the response flow, and four things of our own."""

    TRANSPARENCY = "transparency"
    SOURCING = "sourcing"
    TIMELINESS = "timeliness"
    TONE = "tone"
    INFLUENCE = "influence"
    HASHTAG = "hashtag"
    PRIVACY = "privacy"
    BLANK = "blank"
    NAME = "name"


class Severity(StrEnum):
    """A hint may be passed over; a stop keeps the draft here until it is ticked, or mended where there is nothing to tick."""

    HINT = "hint"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True, order=True)
class Words:
    """Some words of the draft: `text` is `draft[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to think of. `sentence` tells a person what and why; `words` are those that caused it, none for what is missing.

    `tick` is what somebody ticks who sends it all the same; it changes with the words, so that a tick holds for nothing
    else. Empty for a stop that only other words end. `tag` is the folded hashtag where the concern is one.
    """

    concern: Concern
    rule: str
    sentence: str
    words: tuple[Words, ...] = ()
    severity: Severity = Severity.HINT
    tick: str = ""
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """Everything found in one draft, stops first. `known` are its hashtags about which there is nothing to say but facts."""

    mode: Mode
    findings: tuple[Finding, ...] = ()
    known: tuple[Usage, ...] = ()

    @property
    def to_tick(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.severity is Severity.STOP and each.tick)

    def held_by(self, ticked: Collection[str] = ()) -> tuple[Finding, ...]:
        """What still keeps the draft here; nothing for one that may go out."""
        return tuple(each for each in self.findings if each.severity is Severity.STOP and each.tick not in ticked)

    def passed_over(self, ticked: Collection[str] = ()) -> tuple[str, ...]:
        """For the log: what somebody saw and sent all the same, as `tone.sarcasm` or `hashtag.unknown`."""
        seen = (each for each in self.findings if each.severity is Severity.HINT or each.tick in ticked)
        return tuple(dict.fromkeys(f"{each.concern}.{each.rule}" for each in seen))


def graded(findings: Sequence[Finding], mode: Mode, known: tuple[Usage, ...] = ()) -> Preflight:
    """The findings as strict as the department is, stops first."""
    if mode is Mode.OFF:
        return Preflight(mode=mode)
    strict = [_stopped(each) if mode is Mode.BLOCK else each for each in findings]
    stops_first = sorted(strict, key=lambda each: each.severity is Severity.HINT)
    return Preflight(mode=mode, findings=tuple(stops_first), known=known)


def tickable(finding: Finding) -> Finding:
    """A stop that a person may tick away: for these words and this rule, however the sentence about them is worded."""
    about = "\x1f".join(sorted({words.text.casefold() for words in finding.words}))
    digest = hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return replace(finding, severity=Severity.STOP, tick=f"{finding.concern}.{finding.rule}.{digest}")


def _stopped(finding: Finding) -> Finding:
    return tickable(finding) if finding.severity is Severity.HINT else finding
