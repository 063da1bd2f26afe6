"""The versions of the heads that a company's corrections made: a folder each, and a pointer to the one that serves.

    FOLDER/current.json       which version serves, "" for the shipped heads, and whether a person holds it there
    FOLDER/journal.jsonl      what became of each training, oldest first
    FOLDER/70406965/          heads.safetensors and heads.json, as `heads` writes and reads them

A version is complete before its folder has its name, and the pointer is replaced in one step: a crash at any point leaves
what was, or what is to be. One process writes at a time, any number reads.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load as load_tensors

from classifiers.heads import META_FILE, WEIGHTS_FILE, Head, Heads, load_heads, save_heads
from classifiers.verdict import ModelFault

POINTER, JOURNAL, LOCK = "current.json", "journal.jsonl", ".lock"
UNFINISHED = ".new-"
SHIPPED = ""
"""In the place of a version: the heads that came with this Earshot."""

LEARNT_TOPICS = "company_topic"
"""The head on the company's own topics, beside the shipped ones in the same two files."""

REFUSED_KEPT = 10
"""Versions that never served are kept to be looked at, the newest so many of them; those that served are kept for good."""


class VersionError(Exception):
    """No such version, or nothing to go back to; the message is for the person who asked."""


class Busy(Exception):
    """Another process is training."""


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What serves. `held`: a person chose it, so that no training by itself replaces it."""

    version: str = SHIPPED
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version as its heads.json describes it. `until` is the newest correction it has learnt from."""

    name: str
    parent: str
    base: str
    encoder: str
    at: datetime
    until: datetime | None
    training: Mapping[str, Any]


class Versions:
    """The versions in one folder; none where the folder is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> str:
        """The folder that `load_heads` takes: "" for the shipped heads."""
        return str(self.folder / name) if name else ""

    def pointer(self) -> Pointer:
        """What serves. Raises ModelFault where the pointer is damaged."""
        file = self.folder / POINTER
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            return Pointer(version=str(said["version"]), held=bool(said["held"]))
        except FileNotFoundError:
            return Pointer()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFault(f"{file} cannot be read ({error}): write it anew with `earshot model promote`") from error

    def listed(self) -> list[Version]:
        """Every version, oldest first. Raises ModelFault naming the file that cannot be read."""
        return sorted((self.version(name) for name in self._names()), key=lambda each: (each.at, each.name))

    def version(self, name: str) -> Version:
        """Raises VersionError where there is none of that name, ModelFault where its description is damaged."""
        if not name or name.startswith(".") or Path(name).name != name or not (self.folder / name).is_dir():
            raise VersionError(f"there is no version {name or '“”'} in {self.folder}: see `earshot model list`")
        file = self.folder / name / META_FILE
        try:
            meta = json.loads(file.read_text(encoding="utf-8"))
            told = meta["learnt"]
            return Version(
                name=name,
                parent=told["parent"],
                base=told["base"],
                encoder=meta["encoder"],
                at=datetime.fromisoformat(told["at"]),
                until=datetime.fromisoformat(told["until"]) if told["until"] else None,
                training=told,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFault(f"{file} is no description of a version: {error!r}") from error

    def heads(self, name: str) -> Heads:
        """The heads of a version. Raises ModelFault naming the file or the head at fault."""
        return load_heads(self.path(name))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Alone among the writers. Raises Busy at once where another process writes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(f"another process is training in {self.folder}") from error
            for rest in self.folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(rest)
            yield

    def add(self, shipped: Heads, heads: Mapping[str, Head], learnt: Mapping[str, Any]) -> str:
        """Write a version, whole or not at all, and give its name. `learnt` has parent, base, at and until. In `writing`."""
        place = self.folder / f"{UNFINISHED}{os.getpid()}"
        # mean and scale come with every version as they were shipped: of these two rows they are the mean and the spread.
        unit = shipped.scale.astype(np.float64) - 1e-6
        vectors = np.stack([shipped.mean - unit, shipped.mean + unit]).astype(np.float32)
        meta = {"encoder": shipped.encoder, "floors": dict(shipped.floors), "learnt": dict(learnt)}
        name = save_heads(place, heads, vectors=vectors, meta=meta)
        for file in (place / WEIGHTS_FILE, place / META_FILE, place):
            _sync(file)
        target = self.folder / name
        if target.exists():  # the same weights: it is this version already, or what is left of it
            shutil.rmtree(target)
        place.rename(target)
        _sync(self.folder)
        return name

    def promote(self, name: str, *, held: bool) -> None:
        """Let a version serve from now on; it has to be whole. Raises VersionError, ModelFault. In `writing`."""
        if name:
            self.version(name)
        self.heads(name)
        self._point(Pointer(version=name, held=held))

    def roll_back(self) -> str:
        """Go back to the version before the one that serves, and hold it; its name. In `writing`."""
        current = self.pointer().version
        if not current:
            raise VersionError("the shipped heads serve: there is nothing before them")
        parent = self.version(current).parent
        self.promote(parent, held=True)
        return parent

    def journal(self) -> list[dict[str, Any]]:
        """What became of each training, oldest first; a line that a crash cut off is left out."""
        file = self.folder / JOURNAL
        if not file.exists():
            return []
        return [found for line in file.read_text(encoding="utf-8").splitlines() if (found := _entry(line))]

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add a line to the journal."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / JOURNAL
        cut_off = file.exists() and file.stat().st_size > 0 and not file.read_bytes().endswith(b"\n")
        with file.open("a", encoding="utf-8") as journal:
            journal.write(("\n" if cut_off else "") + json.dumps(entry) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def begin(self, now: datetime) -> None:
        """Note that a training by itself begins: should the process be killed in it, the next one knows."""
        self.note({"begun": now.isoformat()})

    def begun_since(self, moment: datetime) -> int:
        """How many trainings by themselves began from then on."""
        begun = [entry["begun"] for entry in self.journal() if "begun" in entry]
        return sum(datetime.fromisoformat(each) >= moment for each in begun)

    def ended_since(self, moment: datetime) -> bool:
        """Whether one of them ended, whatever came of it."""
        ended = [entry["at"] for entry in self.journal() if entry.get("by_hand") is False]
        return any(datetime.fromisoformat(each) >= moment for each in ended)

    def prune(self) -> list[str]:
        """Remove refused versions but the newest REFUSED_KEPT; the names of those removed. In `writing`.

        What cannot be read is no reason to fail, and stays: it may have served.
        """
        sound = sorted(self._sound(), key=lambda each: (each.at, each.name))
        served = {entry["version"] for entry in self.journal() if entry.get("promoted")} | {self.pointer().version}
        served |= {each.parent for each in sound}
        refused = [each.name for each in sound if each.name not in served]
        gone = refused[: max(len(refused) - REFUSED_KEPT, 0)]
        for name in gone:
            shutil.rmtree(self.folder / name)
        return gone

    def _sound(self) -> Iterator[Version]:
        for name in self._names():
            with suppress(ModelFault):
                yield self.version(name)

    def _names(self) -> list[str]:
        return [place.name for place in self.folder.glob("*/") if not place.name.startswith(".")]

    def _point(self, pointer: Pointer) -> None:
        draft = self.folder / f".{POINTER}"
        with draft.open("w", encoding="utf-8") as stream:
            json.dump({"version": pointer.version, "held": pointer.held}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self.folder / POINTER)
        _sync(self.folder)


def learnt_topics(folder: str) -> Head | None:
    """The head on the company's own topics in a folder that `load_heads` has found sound; None where it has none."""
    if not folder:
        return None
    place = Path(folder)
    described = json.loads((place / META_FILE).read_text(encoding="utf-8"))["heads"].get(LEARNT_TOPICS)
    if described is None:
        return None
    tensors = load_tensors((place / WEIGHTS_FILE).read_bytes())
    weight, bias = tensors.get(f"{LEARNT_TOPICS}.weight"), tensors.get(f"{LEARNT_TOPICS}.bias")
    labels = tuple(described["labels"])
    sound = weight is not None and bias is not None and len(weight) == len(bias) == len(labels)
    if weight is None or bias is None or not sound or not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise ModelFault(f"{place / WEIGHTS_FILE}: the head {LEARNT_TOPICS} is not sound")
    return Head(name="topic", labels=labels, weight=weight, bias=bias, temperature=float(described["temperature"]))


def with_learnt(prior: Head, learnt: Head | None) -> Head:
    """The topic head that serves: learnt rows where there are any, else the prior's; topics may have changed since."""
    if learnt is None:
        return prior
    weight, bias = prior.weight / np.float32(prior.temperature), prior.bias / np.float32(prior.temperature)
    for row, name in enumerate(prior.labels):
        if name in learnt.labels:
            found = learnt.labels.index(name)
            weight[row] = learnt.weight[found] / np.float32(learnt.temperature)
            bias[row] = learnt.bias[found] / np.float32(learnt.temperature)
    return Head(name=prior.name, labels=prior.labels, weight=weight, bias=bias, temperature=1.0)


def _entry(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
