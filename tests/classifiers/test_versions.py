"""The versions' folder: whole or not there, one pointer, a way back, and clear words for what is damaged."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers import versions as module
from classifiers.heads import META_FILE, WEIGHTS_FILE, Head, Heads, load_heads
from classifiers.verdict import ModelFault
from classifiers.versions import (
    JOURNAL,
    LEARNT_TOPICS,
    POINTER,
    REFUSED_KEPT,
    SHIPPED,
    Busy,
    Pointer,
    VersionError,
    Versions,
    learnt_topics,
    with_learnt,
)

LABELS = ("billing", "parking")


@pytest.fixture(scope="module")
def shipped() -> Heads:
    return load_heads()


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "models")


def topics(bias: float, width: int) -> Head:
    weight = np.zeros((len(LABELS), width), dtype=np.float32)
    return Head(
        name=LEARNT_TOPICS,
        labels=LABELS,
        weight=weight,
        bias=np.array([bias, 0], dtype=np.float32),
        temperature=1.0,
    )


def add(versions: Versions, shipped: Heads, bias: float, *, parent: str = SHIPPED, hour: int = 1) -> str:
    """A version of its own for every `bias`."""
    heads = {**shipped.heads, LEARNT_TOPICS: topics(bias, len(shipped.mean))}
    at = f"2026-06-01T{hour:02}:00:00+00:00"
    learnt = {"parent": parent, "base": shipped.version, "at": at, "until": at, "counts": {"topics": 3}}
    return versions.add(shipped, heads, learnt)


def promoted(versions: Versions, shipped: Heads, count: int) -> list[str]:
    names: list[str] = []
    for place in range(count):
        with versions.writing():
            names.append(add(versions, shipped, place, parent=names[-1] if names else SHIPPED, hour=place))
            versions.promote(names[-1], held=False)
    return names


def test_without_a_folder_the_shipped_heads_serve(versions: Versions) -> None:
    assert versions.pointer() == Pointer(version=SHIPPED, held=False)
    assert versions.listed() == []
    assert versions.journal() == []
    assert not versions.folder.exists()


def test_a_version_comes_back_as_it_was_written(versions: Versions, shipped: Heads) -> None:
    (name,) = promoted(versions, shipped, 1)
    found = versions.heads(name)
    assert found.version == name
    assert versions.pointer() == Pointer(version=name)
    assert found.encoder == shipped.encoder
    assert np.allclose(found.mean, shipped.mean, atol=1e-5)
    assert np.allclose(found.scale, shipped.scale, atol=1e-5)
    assert np.array_equal(found["triage"].weight, shipped["triage"].weight)
    learnt = learnt_topics(versions.path(name))
    assert learnt is not None
    assert learnt.labels == LABELS
    (listed,) = versions.listed()
    assert (listed.name, listed.parent, listed.base) == (name, SHIPPED, shipped.version)
    assert listed.training["counts"] == {"topics": 3}


def test_versions_are_listed_oldest_first(versions: Versions, shipped: Heads) -> None:
    names = promoted(versions, shipped, 3)
    assert [each.name for each in versions.listed()] == names


@pytest.mark.parametrize("name", ["nosuch", "", "..", "../models", ".new-7", "a/b"])
def test_an_unknown_version_is_refused_in_words(versions: Versions, shipped: Heads, name: str) -> None:
    promoted(versions, shipped, 1)
    with versions.writing(), pytest.raises(VersionError, match="there is no version"):
        versions.version(name)
    assert versions.pointer().version


def test_rolling_back_goes_to_the_parent_and_ends_at_the_shipped_heads(versions: Versions, shipped: Heads) -> None:
    first, _ = promoted(versions, shipped, 2)
    with versions.writing():
        assert versions.roll_back() == first
        assert versions.pointer() == Pointer(version=first, held=True)
        assert versions.roll_back() == SHIPPED
        assert versions.pointer() == Pointer(version=SHIPPED, held=True)
        with pytest.raises(VersionError, match="nothing before"):
            versions.roll_back()


# -- damage -----------------------------------------------------------------------------------------------------------


def flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        (WEIGHTS_FILE, flip),
        (WEIGHTS_FILE, Path.unlink),
        (META_FILE, Path.unlink),
        (META_FILE, lambda path: path.write_text("{")),
        (META_FILE, lambda path: path.write_text("{}")),
    ],
)
def test_a_damaged_version_is_not_promoted_and_its_file_is_named(
    versions: Versions, shipped: Heads, file: str, damage: Callable[[Path], object]
) -> None:
    first, second = promoted(versions, shipped, 2)
    damage(versions.folder / first / file)
    with versions.writing(), pytest.raises(ModelFault, match=file):
        versions.promote(first, held=True)
    assert versions.pointer().version == second


@pytest.mark.parametrize("said", ["", "{", "[]", '{"version": "x"}', "null"])
def test_a_damaged_pointer_is_named(versions: Versions, shipped: Heads, said: str) -> None:
    promoted(versions, shipped, 1)
    (versions.folder / POINTER).write_text(said)
    with pytest.raises(ModelFault, match=POINTER):
        versions.pointer()


def test_a_learnt_head_that_does_not_fit_its_labels_is_named(versions: Versions, shipped: Heads) -> None:
    (name,) = promoted(versions, shipped, 1)
    file = versions.folder / name / META_FILE
    meta = json.loads(file.read_text())
    meta["heads"][LEARNT_TOPICS]["labels"] = ["billing"]
    file.write_text(json.dumps(meta))
    with pytest.raises(ModelFault, match=f"{LEARNT_TOPICS} is not sound"):
        learnt_topics(versions.path(name))


# -- a crash at any point ---------------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process ends here."""


class DyingOs:
    """The `os` of the module, that ends the process at the nth step to the disk."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise Crash
        os.fsync(descriptor)


@pytest.mark.parametrize("step", range(6))
def test_a_crash_between_two_writes_leaves_what_was_or_what_is_to_be(
    versions: Versions, shipped: Heads, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    (before,) = promoted(versions, shipped, 1)
    monkeypatch.setattr(module, "os", DyingOs(step))
    with pytest.raises(Crash):
        add_and_promote(versions, shipped, before)
    monkeypatch.setattr(module, "os", os)
    serving = versions.pointer().version
    assert (serving == before) is (step < 5)
    versions.heads(serving)
    assert [versions.heads(each.name).version for each in versions.listed()] == [
        each.name for each in versions.listed()
    ]
    name = add_and_promote(versions, shipped, before)
    assert not list(versions.folder.glob(".new-*"))
    assert versions.pointer().version == name


def add_and_promote(versions: Versions, shipped: Heads, parent: str) -> str:
    with versions.writing():
        name = add(versions, shipped, 7, parent=parent, hour=7)
        versions.promote(name, held=False)
    return name


def test_the_same_weights_are_one_version(versions: Versions, shipped: Heads) -> None:
    with versions.writing():
        name = add(versions, shipped, 1)
        flip(versions.folder / name / WEIGHTS_FILE)
        assert add(versions, shipped, 1) == name
        versions.promote(name, held=False)
    assert len(versions.listed()) == 1


def test_one_process_writes_at_a_time(versions: Versions) -> None:
    other = Versions(versions.folder)
    with versions.writing(), pytest.raises(Busy), other.writing():
        pass
    with other.writing():
        pass


# -- the journal ------------------------------------------------------------------------------------------------------


def test_a_line_that_a_crash_cut_off_costs_only_itself(versions: Versions) -> None:
    versions.note({"at": "1"})
    with (versions.folder / JOURNAL).open("a") as journal:
        journal.write('{"at": "2')
    versions.note({"at": "3"})
    assert [entry["at"] for entry in versions.journal()] == ["1", "3"]


def test_old_refused_versions_go_and_those_that_served_stay(versions: Versions, shipped: Heads) -> None:
    (served,) = promoted(versions, shipped, 1)
    with versions.writing():
        versions.note({"version": served, "promoted": True})
        refused = [add(versions, shipped, 100 + hour, hour=hour) for hour in range(2, 2 + REFUSED_KEPT + 3)]
        assert versions.prune() == refused[:3]
    assert {each.name for each in versions.listed()} == {served, *refused[3:]}


def test_a_damaged_version_and_a_strange_folder_do_not_keep_a_training_from_its_end(
    versions: Versions, shipped: Heads
) -> None:
    promoted(versions, shipped, 1)
    with versions.writing():
        refused = [add(versions, shipped, 100 + hour, hour=hour) for hour in range(2, 2 + REFUSED_KEPT + 3)]
        (versions.folder / refused[0] / META_FILE).write_text("{")
        (versions.folder / "lost+found").mkdir()
        assert versions.prune() == refused[1:3]
    assert (versions.folder / refused[0]).is_dir()
    assert (versions.folder / "lost+found").is_dir()


# -- topics that have changed since -----------------------------------------------------------------------------------


def test_learnt_topics_serve_beside_new_ones(shipped: Heads) -> None:
    width = len(shipped.mean)
    prior = replace(topics(0.5, width), name="topic", labels=("billing", "refunds"), temperature=2.0)
    serving = with_learnt(prior, topics(3, width))
    assert serving.labels == ("billing", "refunds")
    assert list(serving.bias) == [3, 0]
    assert with_learnt(prior, None) is prior
