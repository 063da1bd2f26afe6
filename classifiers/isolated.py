"""A model in a process of its own, which may hang, grow or die without the bot.

Whatever happens to it, the batch at hand is a ModelFault, the process is started anew for the next one, and the caller
still has the mentions.
"""

import contextlib
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from classifiers.settings import ModelSettings
from classifiers.verdict import ModelFault, Subject, Verdict
from classifiers.wire import (
    AT_ONCE,
    LONGEST_FAULT,
    Inbox,
    Message,
    NonsenseError,
    packed,
    settings_told,
    subjects_told,
    verdicts_heard,
)

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "classifiers.isolated_child")
_LOOK_EVERY = 0.2
"""Seconds between two looks at its memory and at the deadline; an answer is taken at once."""

_READ = 65_536
_GRACE = 5.0
_LINE = 300
_SAFE_LINES = re.compile(
    r'\s*File "[^"]*", line \d+(,? in [\w.<>]+)?'
    r"|Fatal Python error: [\w ]+|(Current t|T)hread 0x\w+ \(most recent call first\):"
    r"|Traceback \(most recent call last\):|Extension modules: .*"
)
"""What is passed on of its standard error once it has seen customers' texts: places in code, and how it ended."""

_NOT_ITS_BUSINESS = re.compile(r"^(SLACK_|EARSHOT_)|TOKEN|SECRET|PASSWORD|_KEY$")
_NEEDED = frozenset({"HF_TOKEN", "TOKENIZERS_PARALLELISM"})


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds, and bytes of resident memory. Loading may have to fetch a model from its hub first."""

    memory: int
    start: float = 600.0
    judge: float = 20.0
    judge_each: float = 1.0
    """Added for each subject of a message."""
    longest_pause: float = 60.0


class IsolatedClassifier:
    """The Classifier of a child process. One call at a time; others wait.

    `start` it before use, `close` it after; it also ends with this process, however that ends.
    """

    def __init__(
        self,
        settings: ModelSettings,
        *,
        limits: Limits | None = None,
        command: Sequence[str] = COMMAND,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._limits = limits or Limits(memory=settings.memory_mb * 1024 * 1024)
        self._command = tuple(command)
        self._clock = clock
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._name = ""
        self._deaths = 0
        self._not_before = 0.0

    @property
    def name(self) -> str:
        return self._name

    @property
    def pid(self) -> int | None:
        """The process that judges now; None between a death and the next call."""
        child = self._child
        return child.pid if child else None

    def start(self) -> "IsolatedClassifier":
        """Load the model. Raises ModelFault naming it and what is wrong."""
        with self._lock:
            self._running()
        return self

    def close(self) -> None:
        with self._lock:
            self._end()

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        with self._lock:
            verdicts: list[Verdict] = []
            for start in range(0, len(subjects), AT_ONCE):
                verdicts += self._judge(subjects[start : start + AT_ONCE])
            return verdicts

    def _judge(self, subjects: Sequence[Subject]) -> list[Verdict]:
        child = self._running()
        seconds = self._limits.judge + self._limits.judge_each * len(subjects)
        try:
            answer = child.ask(subjects_told(subjects), self._clock() + seconds)
            verdicts = [] if "fault" in answer else verdicts_heard(answer, len(subjects))
        except _LostError as error:
            raise self._died(str(error)) from error
        except NonsenseError as error:
            raise self._died(str(error)) from error
        self._deaths = 0
        if child.memory() > self._limits.memory:
            log.warning("model_restarted", extra={"pid": child.pid, "reason": "it has grown over its memory"})
            self._end()
        if "fault" in answer:
            raise ModelFault(str(answer["fault"])[:LONGEST_FAULT])
        return verdicts

    def _running(self) -> "_Child":
        """The child, started where there is none. Raises ModelFault, also while a start would come too soon."""
        if self._child is not None:
            return self._child
        wait = self._not_before - self._clock()
        if wait > 0:
            raise ModelFault(
                f"{self._called}: its process died {self._deaths} times, the next start is in {wait:.0f} s"
            )
        try:
            child = _Child(self._command, self._limits, self._clock)
        except OSError as error:  # no memory, process or descriptor to be had: it may be different later
            raise self._died(f"it could not be started: {error}") from error
        self._child = child
        deadline = self._clock() + self._limits.start
        try:
            hello = child.ask(settings_told(self._settings), deadline)
        except (_LostError, NonsenseError) as error:
            heard = f" (it said: {child.last_line})" if child.last_line else ""
            raise self._died(f"it could not be started: {error}{heard}") from error
        if "fault" in hello or not isinstance(hello.get("name"), str):
            raise self._died(str(hello.get("fault", "it did not say its name")))
        self._name = hello["name"][:LONGEST_FAULT]
        child.keep_to_itself()
        log.info("model_started", extra={"pid": child.pid, "model": self._name})
        return child

    def _died(self, reason: str) -> ModelFault:
        """End what is left of the child; the second death in a row makes the next start wait, ever longer."""
        self._end()
        self._deaths += 1
        pause = 0.0 if self._deaths == 1 else min(2.0 ** (self._deaths - 2), self._limits.longest_pause)
        self._not_before = self._clock() + pause
        log.warning("model_process_ended", extra={"reason": reason, "deaths": self._deaths, "pause": pause})
        return ModelFault(reason if self._called in reason else f"{self._called}: {reason}")

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def _called(self) -> str:
        return self._settings.classifier or self._settings.encoder or "the shipped model"


class _LostError(Exception):
    """The child died, hung or grew; the message says which."""


class _Child:
    """One process, its socket and what it says on its standard error."""

    def __init__(self, command: Sequence[str], limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._inbox = Inbox()
        self._link, theirs = socket.socketpair()
        with contextlib.ExitStack() as undo, theirs:
            undo.callback(self._link.close)
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(),
            )
            undo.pop_all()
        self.pid = self._process.pid
        self.last_line = ""
        self._private = threading.Event()
        assert self._process.stderr is not None
        self._listener = threading.Thread(target=self._listen, args=[self._process.stderr], name="model", daemon=True)
        self._listener.start()
        self._finalize = weakref.finalize(self, _put_down, self._process, self._link)

    def ask(self, message: Message, deadline: float) -> Message:
        """Its answer. Raises _LostError when there will be none, and NonsenseError."""
        try:
            self._link.settimeout(max(deadline - self._clock(), _LOOK_EVERY))
            self._link.sendall(packed(message))
            return self._answer(deadline)
        except TimeoutError as error:
            raise _LostError("it did not take in what it was asked") from error
        except OSError as error:
            raise _LostError(self._how_it_ended()) from error

    def _answer(self, deadline: float) -> Message:
        self._link.settimeout(_LOOK_EVERY)
        while (message := self._inbox.pop()) is None:
            if self._clock() > deadline:
                raise _LostError("it did not answer in time")
            if self.memory() > self._limits.memory:
                raise _LostError(f"it grew over {self._limits.memory // 2**20} MiB of memory")
            with contextlib.suppress(TimeoutError):
                chunk = self._link.recv(_READ)
                if not chunk:
                    raise _LostError(self._how_it_ended())
                self._inbox.feed(chunk)
        return message

    def keep_to_itself(self) -> None:
        """From here on it sees customers' texts, and what it prints may hold them."""
        self._private.set()

    def memory(self) -> int:
        """Resident bytes; 0 where the system does not tell (it does on Linux)."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        self._finalize()
        self._listener.join(_GRACE)

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(_GRACE)
            self._listener.join(_GRACE)  # its last words
            if status < 0:
                return f"its process was ended by {signal.Signals(-status).name}"
            return f"its process ended with status {status}"
        return "its process closed the line"

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            while raw := stream.readline(_READ):
                line = raw.decode("utf-8", "replace").rstrip()
                if line and (not self._private.is_set() or _SAFE_LINES.fullmatch(line)):
                    self.last_line = line[:_LINE]
                    log.warning("model_said", extra={"pid": self.pid, "line": line[:_LINE]})


def _put_down(process: "subprocess.Popen[bytes]", link: socket.socket) -> None:
    link.close()
    process.kill()
    process.wait()


def _environment() -> dict[str, str]:
    """Ours without the secrets: the model's process has no use for them."""
    kept = {name: value for name, value in os.environ.items() if name in _NEEDED or not _NOT_ITS_BUSINESS.search(name)}
    root = str(Path(__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "TOKENIZERS_PARALLELISM": "false"}
