"""Mentions a second through the real model, from the pipeline that takes one text after the other to int8.

Every configuration lives in a fresh process, on all cores or on THREADS of them; they take turns, so that what else the machine
does falls on all alike. What counts is the median turn. The rows after the first two are whole verdicts, words that moved them
included. With DATA in the environment (`make bench DATA=FOLDER`) quality is the detractor AUC on its mentions_dev, else how often
the topic is float32's.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from benches.table import Row

TURNS, NAIVE_TURN, TURN, ALONE = 10, 30, 200, 40
"""Turns a configuration, texts of one of them (2,000 in all), and texts that are timed alone."""
PADDED_BATCH = 32
NAIVE = "transformers pipeline, one by one"
PADDED = f"transformers, padded batches of {PADDED_BATCH}"
EXACT, DEFAULT, ALONG, INT8 = "ours, float32", "ours, as it ships", "the same, 16 at a time", "ours, onnx int8"

Judge = Callable[[Sequence[str]], list[Any]]


def bench() -> list[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = [NAIVE, PADDED, EXACT, DEFAULT, ALONG]
        if _exported(folder):
            names.append(INT8)
        children = {name: stack.enter_context(_Child(name, folder)) for name in names}
        started = {name: child.ask("start") for name, child in children.items()}
        turns: dict[str, list[list[float]]] = {name: [] for name in names}
        for turn in range(TURNS):
            for name, child in children.items():
                turns[name].append(child.ask("turn", turn))
        alone = {name: child.ask("alone") for name, child in children.items()}
        quality = {name: child.ask("quality") for name, child in children.items() if name not in (NAIVE, PADDED)}
        peak = {name: child.ask("peak") for name, child in children.items()}
    rows = []
    for name in names:
        elapsed, busy = (TURNS * statistics.median(column) for column in zip(*turns[name], strict=True))
        spent = 1000 * busy / TURNS / _turn(name)
        note = f"{spent:.1f} ms of a core each, first verdict {started[name]:.1f} s, {peak[name]:.0f} MB"
        if name in quality:
            note += f", {_quality(quality[name], quality[EXACT])}"
        rows.append(Row(name=name, operations=TURNS * _turn(name), elapsed=elapsed, seconds=alone[name], note=note))
    return rows


def _quality(found: dict[str, Any], exact: dict[str, Any]) -> str:
    if "auc" in found:
        return f"detractor AUC {found['auc']:.4f}"
    same = statistics.mean(one == other for one, other in zip(found["topics"], exact["topics"], strict=True))
    return f"topic as float32 {same:.3f}"


def _turn(name: str) -> int:
    return NAIVE_TURN if name == NAIVE else TURN


def _exported(folder: Path) -> bool:
    """Whether the `onnx` extra is there; then what it runs is in `folder`."""
    from classifiers.export import export
    from classifiers.verdict import ModelFault

    try:
        export(folder)
    except ModelFault as fault:
        print(f"no row for onnx: {fault}", file=sys.stderr)
        return False
    return True


class _Child:
    """A configuration in its own process: asked by a line, it answers with one."""

    def __init__(self, name: str, folder: Path) -> None:
        command = [sys.executable, "-m", "benches.model", name, str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        _pipe(self._process.stdin).close()
        self._process.wait()

    def ask(self, *words: object) -> Any:
        print(*words, file=_pipe(self._process.stdin), flush=True)
        return json.loads(_pipe(self._process.stdout).readline())


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def _judge(name: str, folder: Path) -> Judge:
    threads = int(os.environ.get("THREADS") or os.cpu_count() or 1)
    if name in (NAIVE, PADDED):
        return _library(name, threads)
    from classifiers import ModelSettings, Subject, load
    from classifiers.settings import Engine, Precision

    precision = Precision.FLOAT32 if name == EXACT else Precision.AUTO
    engine = Engine.ONNX if name == INT8 else Engine.TORCH
    settings = ModelSettings(threads=threads, precision=precision, engine=engine, exported=str(folder))
    classifier = load(settings)
    size = 16 if name == ALONG else TURN

    def judged(texts: Sequence[str]) -> list[Any]:
        subjects = [Subject(text=text) for text in texts]
        parts = [classifier.classify(subjects[start : start + size]) for start in range(0, len(subjects), size)]
        return [verdict for part in parts for verdict in part]

    return judged


def _library(name: str, threads: int) -> Judge:
    import torch
    from transformers import AutoModel, AutoTokenizer, pipeline
    from transformers.utils import logging

    from classifiers.encoder import model_folder

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    model, tokenizer = AutoModel.from_pretrained(model_folder("")), AutoTokenizer.from_pretrained(model_folder(""))
    if name == NAIVE:
        extract = pipeline("feature-extraction", model=model, tokenizer=tokenizer, device="cpu")
        return lambda texts: [extract(text) for text in texts]

    def padded(texts: Sequence[str]) -> list[Any]:
        found = []
        for start in range(0, len(texts), PADDED_BATCH):
            coded = tokenizer(list(texts[start : start + PADDED_BATCH]), padding=True, return_tensors="pt")
            with torch.inference_mode():
                found += list(model(**coded).last_hidden_state)
        return found

    return padded


def _texts() -> list[str]:
    """Own mentions under their company's name, 24 tokens long in the mean."""
    from classifiers.corpus import own_mentions
    from classifiers.text import readable, with_name

    texts = list(dict.fromkeys(with_name(readable(row.text), row.about) for row in own_mentions()))
    return texts[:: max(1, len(texts) // (TURNS * TURN))][: TURNS * TURN]


def _serve(name: str, folder: Path) -> None:
    texts = _texts()
    judge: Judge | None = None
    for line in sys.stdin:
        word, *rest = line.split()
        answer: Any = None
        if judge is None:
            began = time.perf_counter()
            judge = _judge(name, folder)
            judge(texts[:1])
            answer = time.perf_counter() - began
            judge(texts[:64])
        elif word == "turn":
            start = int(rest[0]) * TURN
            busy = time.process_time()
            answer = [*_times(judge, [texts[start : start + _turn(name)]]), time.process_time() - busy]
        elif word == "alone":
            answer = _times(judge, [[text] for text in texts[:ALONE]])
        elif word == "quality":
            answer = _measured(judge, texts)
        elif word == "peak":
            answer = _peak()
        print(json.dumps(answer), flush=True)


def _peak() -> float:
    """Megabytes resident at the most; getrusage would count what the parent had before this process began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _times(judge: Judge, parts: Sequence[Sequence[str]]) -> list[float]:
    taken = []
    for part in parts:
        began = time.perf_counter()
        judge(part)
        taken.append(time.perf_counter() - began)
    return taken


def _measured(judge: Judge, texts: Sequence[str]) -> dict[str, Any]:
    if not os.environ.get("DATA"):
        return {"topics": [verdict.topic for verdict in judge(texts[:TURN])]}
    from classifiers.corpus import is_detractor, read_mentions
    from classifiers.evaluate import MENTIONS_DEV
    from classifiers.scores import area_under_curve
    from classifiers.text import readable, with_name

    rows = read_mentions(Path(os.environ["DATA"]) / MENTIONS_DEV)
    verdicts = judge([with_name(readable(row.text), row.about) for row in rows])
    wanted = [bool(is_detractor(row)) for row in rows]
    return {"auc": area_under_curve([verdict.detractor for verdict in verdicts], wanted)}


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]))
