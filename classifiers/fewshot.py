"""Measure topics the model was never taught: `python -m classifiers.fewshot --data FOLDER --blind FOLDER`.

An encoder is tuned that never learns three of the topics (a quarter of an hour; `--blind` keeps it for the next time). They
are then added as a company would add its own: by the default description and 0, 4 or 16 examples drawn from the training
mentions. Scored on mentions_dev over all eleven.
"""

import argparse
import dataclasses
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from classifiers.adapter import ADAPTER_FILE, save_adapter
from classifiers.bert import has_bfloat16
from classifiers.corpus import Mention, read_mentions
from classifiers.course import MOODS_PER_EPOCH, SEED, lesson_of, mood_lesson, named
from classifiers.encoder import Encoder, load_encoder, shipped_folder
from classifiers.heads import META_FILE, Head, Heads, load_heads, save_heads
from classifiers.settings import DEFAULT_TOPICS, TopicSpec
from classifiers.topics import company_head
from classifiers.train import MENTIONS_FILE, Rows, read_rows
from classifiers.tuning import Course, Lesson, tune

HELD_OUT = ("customer_service", "orders_delivery", "question")
EXAMPLES = (0, 4, 16)
DRAWS = 5


def blind_lesson(row: Mention) -> Lesson:
    """A row without its topic, where that or the second one is held out."""
    lesson = lesson_of(row)
    if row.topic not in HELD_OUT and row.second not in HELD_OUT:
        return lesson
    return dataclasses.replace(lesson, targets={name: said for name, said in lesson.targets.items() if name != "topic"})


def make_blind(rows: Rows, out: Path) -> None:
    """Tune an encoder and heads that know nothing of the held-out topics, into `out`."""
    every = [*rows.mentions, *rows.posts, *rows.own]
    moods = [mood_lesson(row) for row in rows.detractors]
    course = Course(core=[blind_lesson(row) for row in every], extra=moods, per_epoch=min(MOODS_PER_EPOCH, len(moods)))
    tuned = tune(course, shipped_folder()[0], seed=SEED, bfloat16=has_bfloat16(), say=print)
    save_adapter(out / ADAPTER_FILE, tuned.adapter)
    encoder = load_encoder(adapter=out / ADAPTER_FILE)
    shipped = load_heads()
    heads = {
        name: dataclasses.replace(head, weight=tuned.heads[name][0], bias=tuned.heads[name][1])
        for name, head in shipped.heads.items()
    }
    vectors = encoder.encode([named(row) for row in rows.mentions])
    save_heads(out, heads, vectors=vectors, meta={"encoder": encoder.fingerprint})


def blind_heads(folder: Path) -> Heads:
    """The heads of `folder`, the topic head without the held-out topics."""
    heads = load_heads(str(folder))
    topic = heads["topic"]
    known = [place for place, label in enumerate(topic.labels) if label not in HELD_OUT]
    head = dataclasses.replace(
        topic,
        labels=tuple(topic.labels[place] for place in known),
        weight=topic.weight[known],
        bias=topic.bias[known],
    )
    return dataclasses.replace(heads, heads={**heads.heads, "topic": head})


def told_topics(rows: Sequence[Mention], *, examples: int, seed: int) -> tuple[TopicSpec, ...]:
    draw = random.Random(seed)
    return tuple(
        dataclasses.replace(
            spec,
            examples=tuple(draw.sample([row.text for row in rows if row.topic == spec.name], examples)),
        )
        if spec.name in HELD_OUT
        else spec
        for spec in DEFAULT_TOPICS
    )


def figures(head: Head, encoder: Encoder, rows: Sequence[Mention]) -> tuple[float, float, float]:
    """Accuracy counting `second`, share of held-out rows found, share of held-out answers that were right."""
    vectors = encoder.encode([named(row) for row in rows])
    found = [head.labels[index] for index in head.logits(vectors).argmax(axis=1)]
    pairs = list(zip(found, rows, strict=True))
    right = [topic in (row.topic, row.second) for topic, row in pairs]
    recall = [topic == row.topic for topic, row in pairs if row.topic in HELD_OUT]
    precision = [topic in (row.topic, row.second) for topic, row in pairs if topic in HELD_OUT]
    return float(np.mean(right)), float(np.mean(recall)), float(np.mean(precision)) if precision else 1.0


def measure(folder: Path, blind: Path) -> list[str]:
    trained, dev = read_mentions(folder / MENTIONS_FILE), read_mentions(folder / "dev/mentions_dev.csv")
    encoder, heads = load_encoder(adapter=blind / ADAPTER_FILE), blind_heads(blind)
    lines = [
        f"held out: {', '.join(HELD_OUT)}",
        "| examples | accuracy with second | recall | precision |",
        "|---|---|---|---|",
        "| topics unknown | {:.3f} | {:.3f} | |".format(*figures(heads["topic"], encoder, dev)[:2]),
    ]
    for examples in EXAMPLES:
        draws = []
        for seed in range(DRAWS if examples else 1):
            topics = told_topics(trained, examples=examples, seed=seed)
            draws.append(figures(company_head(heads, topics, encoder), encoder, dev))
        lines.append("| {} | {:.3f} | {:.3f} | {:.3f} |".format(examples, *np.mean(draws, axis=0)))
    lines.append("| trained | {:.3f} | {:.3f} | {:.3f} |".format(*figures(load_heads()["topic"], load_encoder(), dev)))
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifiers.fewshot", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the train and dev files")
    parser.add_argument(
        "--blind", type=Path, required=True, help="folder for the encoder that never learnt three topics"
    )
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(asked.threads)
    if not (asked.blind / META_FILE).exists():
        make_blind(read_rows(asked.data), asked.blind)
    print("\n".join(measure(asked.data, asked.blind)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
