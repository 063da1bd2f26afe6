"""Fine-tuning: the encoder's low-rank updates and all heads learn together, each head its own loss, from what rows say.

The base weights stay as they are. Seeded: the same rows on the same kind of processor and number of threads give the same weights.
"""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from classifiers.adapter import SCALE
from classifiers.corpus import Targets
from classifiers.fitting import surprise
from classifiers.heads import HEAD_LABELS

RANK = 16
EPOCHS = 3
BATCH = 32
RATE, HEAD_RATE = 6e-4, 2e-3
"""Learning rates: they rise over the first WARMING of all steps and fall to nothing in a straight line."""
WARMING = 0.06
HEAD_DROPOUT = 0.1
MAX_TOKENS = 128
BARE_SHARE = 0.25
"""How often a mention is read without its company's name, so that a subject that names none is judged well too."""
HEAD_SHARES: Mapping[str, float] = {
    "topic": 1.0,
    "detractor": 1.0,
    "promoter": 0.5,
    "triage": 0.5,
    "reply": 0.5,
    "irony": 0.5,
}
_WINDOW = 50
"""Batches among which texts are sorted by length: little padding, and still a new mix every time."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One row: `named` is the text under its company's name. A head that is missing in `targets` learns nothing from it."""

    named: str
    bare: str
    targets: Mapping[str, Targets]
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is learnt: every row of `core` in each epoch, and `per_epoch` of `extra`, other ones each time while they last."""

    core: Sequence[Lesson]
    extra: Sequence[Lesson]
    per_epoch: int


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What came out: the adapter's parts by name, and per head weight and bias on the raw vectors."""

    adapter: Mapping[str, Tensor]
    heads: Mapping[str, tuple[Targets, Targets]]


class LowRank(nn.Module):
    """A frozen linear layer and its update."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.a = nn.Parameter(torch.randn(RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, states: Tensor) -> Tensor:
        change = functional.linear(
            functional.linear(states, self.a.to(states.dtype)),
            self.b.to(states.dtype),
        )
        return torch.add(self.layer(states), change, alpha=SCALE)


class Student(nn.Module):
    """Encoder with updates, and heads on the standardised mean of its middle and last layer."""

    mean: Tensor
    scale: Tensor

    def __init__(self, folder: Path, *, bfloat16: bool) -> None:
        super().__init__()
        from transformers import AutoModel, AutoTokenizer

        encoder = AutoModel.from_pretrained(
            folder,
            dtype=torch.bfloat16 if bfloat16 else torch.float32,
            local_files_only=True,
            hidden_dropout_prob=0.0,  # with so few weights to learn, dropout inside cost a sixth of the time and gained nothing
            attention_probs_dropout_prob=0.0,
        )
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.updates = _with_updates(encoder)
        self.encoder = encoder
        depth, width = encoder.config.num_hidden_layers, encoder.config.hidden_size
        self._layers = (depth // 2, depth)
        self.dropout = nn.Dropout(HEAD_DROPOUT)
        self._heads = {name: _silent(2 * width, len(labels)) for name, labels in HEAD_LABELS.items()}
        self.heads = nn.ModuleDict(self._heads)
        self.register_buffer("mean", torch.zeros(2 * width))
        self.register_buffer("scale", torch.ones(2 * width))

    def vectors(self, tokens: Sequence[Sequence[int]]) -> Tensor:
        longest = max(map(len, tokens))
        ids = torch.full((len(tokens), longest), self.tokenizer.pad_token_id)
        mask = torch.zeros((len(tokens), longest), dtype=torch.long)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = torch.tensor(text)
            mask[row, : len(text)] = 1
        hidden = self.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        states = torch.cat([hidden[layer] for layer in self._layers], dim=2).float()
        weights = mask.unsqueeze(-1).float()
        return (states * weights).sum(dim=1) / weights.sum(dim=1)

    def forward(self, tokens: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        inputs = self.dropout((self.vectors(tokens) - self.mean) / self.scale)
        return {name: head(inputs) for name, head in self._heads.items()}

    def standardise(self, tokens: Sequence[Sequence[int]]) -> None:
        """Set zero point and unit of the heads' inputs by what the untuned encoder gives for `tokens`."""
        with torch.no_grad():
            vectors = torch.cat([self.vectors(tokens[k : k + BATCH]) for k in range(0, len(tokens), BATCH)])
        self.mean.copy_(vectors.mean(dim=0))
        self.scale.copy_(vectors.std(dim=0) + 1e-6)

    def tuned(self) -> Tuned:
        parts = {}
        for name, update in self.updates.items():
            parts[f"{name}.weight.a"], parts[f"{name}.weight.b"] = update.a.detach(), update.b.detach()
        heads = {}
        for name, head in self._heads.items():
            weight = (head.weight / self.scale).detach()
            heads[name] = (weight.numpy(), (head.bias.detach() - weight @ self.mean).numpy())
        return Tuned(adapter=parts, heads=heads)


def tune(course: Course, folder: Path, *, seed: int, bfloat16: bool, say: Callable[[str], None]) -> Tuned:
    """Teach a fresh student the whole course. An hour's work is cut short by nothing: count rows before you call."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    student = Student(folder, bfloat16=bfloat16)
    tokens = _Tokens(student.tokenizer)
    student.standardise([tokens(row.named) for row in draw.sample(list(course.core), min(512, len(course.core)))])
    steps = EPOCHS * math.ceil((len(course.core) + course.per_epoch) / BATCH)
    solver, schedule = _solver(student, steps)
    begun, done = time.monotonic(), 0
    for epoch in range(EPOCHS):
        losses = []
        for batch in _batches(course, epoch, draw, tokens):
            losses.append(_learn(student, batch, solver))
            schedule.step()
            done += len(batch)
        rate = done / (time.monotonic() - begun)
        say(f"epoch {epoch + 1} of {EPOCHS}: mean loss {np.mean(losses):.3f}, {rate:.0f} rows a second")
    return student.tuned()


class _Tokens:
    """Texts to token ids, each text once."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._tokenizer(text, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        return self._known[text]


_Item = tuple[Lesson, list[int]]


def _batches(course: Course, epoch: int, draw: random.Random, tokens: _Tokens) -> Iterator[list[_Item]]:
    """One epoch in random order, texts of like length together."""
    rows = [(row, tokens(row.bare if draw.random() < BARE_SHARE else row.named)) for row in course.core]
    first = epoch * course.per_epoch
    for place in range(first, first + course.per_epoch):
        row = course.extra[place % len(course.extra)]
        rows.append((row, tokens(row.named)))
    draw.shuffle(rows)
    batches = []
    for start in range(0, len(rows), BATCH * _WINDOW):
        window = sorted(rows[start : start + BATCH * _WINDOW], key=lambda item: len(item[1]))
        batches += [window[place : place + BATCH] for place in range(0, len(window), BATCH)]
    draw.shuffle(batches)
    yield from batches


def _learn(student: Student, batch: Sequence[_Item], solver: torch.optim.Optimizer) -> float:
    scores = student([text for _, text in batch])
    loss = torch.zeros(())
    for name, share in HEAD_SHARES.items():
        taught = [index for index, (row, _) in enumerate(batch) if name in row.targets]
        if not taught:
            continue
        wanted = torch.from_numpy(np.stack([batch[index][0].targets[name] for index in taught]))
        weights = torch.tensor([batch[index][0].weight for index in taught])
        loss = loss + share * (weights * surprise(scores[name][taught], wanted)).sum() / len(batch)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_([part for update in student.updates.values() for part in (update.a, update.b)], 1.0)
    solver.step()
    solver.zero_grad()
    return loss.item()


def _solver(student: Student, steps: int) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    updates = [part for update in student.updates.values() for part in (update.a, update.b)]
    solver = torch.optim.AdamW(
        [{"params": updates, "lr": RATE}, {"params": student.heads.parameters(), "lr": HEAD_RATE}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
    )

    def pace(step: int) -> float:
        return min(1.0, (step + 1) / (WARMING * steps)) * max(0.0, 1 - step / steps)

    return solver, torch.optim.lr_scheduler.LambdaLR(solver, pace)


def _with_updates(encoder: nn.Module) -> dict[str, LowRank]:
    """Freeze `encoder` and give every linear layer of its stack an update; these by the layer's name."""
    encoder.requires_grad_(False)
    layers = [(name, part) for name, part in encoder.named_modules() if isinstance(part, nn.Linear)]
    updates = {}
    for name, layer in layers:
        if not name.startswith("encoder.layer."):
            continue  # the pooler, which nothing reads
        parent, _, own = name.rpartition(".")
        updates[name] = LowRank(layer)
        setattr(encoder.get_submodule(parent), own, updates[name])
    return updates


def _silent(width: int, labels: int) -> nn.Linear:
    head = nn.Linear(width, labels)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head
