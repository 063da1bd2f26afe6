"""Started by the tests in a model's place: a process that speaks as one, without torch, and misbehaves on request.

The first word of a text may make it do something; the settings' `classifier` may stop it at the start, or slow it down.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from classifiers.isolated_child import serve
from classifiers.settings import ModelSettings
from classifiers.verdict import ModelFault, Subject, Verdict
from tests.fake_model import FakeClassifier


class Wild(FakeClassifier):
    """Judges like the fake, unless a text tells it otherwise."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__()
        self._pause = pause
        self._grown: list[bytearray] = []

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        for subject in subjects:
            time.sleep(self._pause)
            word = subject.text.split(" ")[0]
            if word == "DIE":
                os.kill(os.getpid(), signal.SIGKILL)
            if word == "SEGFAULT":
                ctypes.string_at(0)
            if word == "HANG":
                time.sleep(600)
            if word == "GROW":
                self._grown.append(bytearray(os.urandom(1)) * (300 * 2**20))
                time.sleep(600)
            if word == "RAISE":
                raise IndexError(f"no such token in {subject.text}")
            if word == "SPEAK":
                print(f"a warning about {subject.text}", file=sys.stderr, flush=True)
        verdicts = super().classify(subjects)
        return [_bent(verdict, subject.text) for verdict, subject in zip(verdicts, subjects, strict=True)]


def _bent(verdict: Verdict, text: str) -> Verdict:
    if text == "NAN":
        return Verdict(**{**vars(verdict), "detractor": float("nan")})
    if text == "TWO":
        return Verdict(**{**vars(verdict), "reply": 2.0})
    return verdict


def load(settings: ModelSettings) -> Wild:
    if settings.classifier == "refused":
        raise ModelFault("refused: model.safetensors is damaged")
    if settings.classifier == "broken":
        raise NotImplementedError("this architecture needs a package")
    if settings.classifier.startswith("/") and Path(settings.classifier).exists():  # a trap is set
        os.kill(os.getpid(), signal.SIGKILL)
    return Wild(pause=0.02 if settings.classifier == "slow" else 0.0)


if __name__ == "__main__":
    sys.exit(serve(socket.socket(fileno=int(sys.argv[1])), load))
