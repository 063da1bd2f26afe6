"""The process in which a model judges: `python -m classifiers.isolated_child FD`.

It is told the settings, loads, says its name, and then answers one message with another. It ends when the other side does,
also in the middle of a judgement: a thread reads the socket, and the end of that is the end of the process.
"""

import contextlib
import faulthandler
import os
import queue
import resource
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from classifiers.settings import ModelSettings
from classifiers.verdict import Classifier, ModelFault
from classifiers.wire import (
    LONGEST_FAULT,
    Inbox,
    Message,
    packed,
    settings_heard,
    subjects_heard,
    verdicts_told,
)

BAD_MODEL = 3
"""Exit status when the model cannot be loaded; the sentence has been sent."""

_READ = 65_536

_OF_THE_MODEL = (ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError)
"""What models raise over a text that they cannot read, ValueError besides. Not worth dying for: loading takes seconds."""


def main(arguments: Sequence[str]) -> int:
    from classifiers import load_here

    return serve(socket.socket(fileno=int(arguments[0])), load_here)


def serve(link: socket.socket, load: Callable[[ModelSettings], Classifier]) -> int:
    """Load what the other side names and judge what it sends, until it is gone; the exit status."""
    _settle_in()
    told: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=[link, told], name="listen", daemon=True).start()
    try:
        classifier = load(settings_heard(told.get()))
    except ModelFault as fault:
        link.sendall(packed({"fault": str(fault)[:LONGEST_FAULT]}))
        return BAD_MODEL
    link.sendall(packed({"name": classifier.name}))
    while True:
        link.sendall(_answer(classifier, told.get()))


def _settle_in() -> None:
    """Signals of the terminal and of the supervisor are for the bot, which ends this process when it ends itself."""
    faulthandler.enable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold customers' texts
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")  # short of memory, the kernel takes this one, not the bot


def _listen(link: socket.socket, told: "queue.SimpleQueue[Message]") -> None:
    inbox = Inbox()
    while True:
        try:
            chunk = link.recv(_READ)
        except OSError:
            os._exit(0)
        if not chunk:
            os._exit(0)
        inbox.feed(chunk)
        while (message := inbox.pop()) is not None:
            told.put(message)


def _answer(classifier: Classifier, message: Message) -> bytes:
    """The verdicts, or the fault in a sentence: of an unforeseen one its kind and place, for its words may be a customer's."""
    try:
        return packed(verdicts_told(classifier.classify(subjects_heard(message))))
    except ModelFault as fault:
        return packed({"fault": str(fault)[:LONGEST_FAULT]})
    except (*_OF_THE_MODEL, ValueError) as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        return packed({"fault": f"the model failed: {said}"[:LONGEST_FAULT]})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
