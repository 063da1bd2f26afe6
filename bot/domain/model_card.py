"""The model card of an installation: what people's corrections say of the model, as Markdown."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.domain.judged import Drift, Judged, drift_of, figures_by_topic
from bot.domain.label import Label, LabelKind

FEW = 10
"""Below so many verdicts a share says little, and is marked."""


def card_text(judged: Sequence[Judged], labels: Sequence[Label], *, company: str, window: int, now: datetime) -> str:
    """Figures overall, by topic and by version; `labels` are read for corrected scores."""
    if not judged:
        return f"# Model card: {company}\n\nNobody has corrected or worked on a verdict yet: nothing can be said.\n"
    first, last = min(each.at for each in judged), max(each.at for each in judged)
    right = sum(each.right for each in judged)
    parts = [
        f"# Model card: {company}",
        f"Written {now:%Y-%m-%d %H:%M} UTC from {len(judged)} verdicts that people acted on between {first:%Y-%m-%d} and "
        f"{last:%Y-%m-%d}; {right} of them ({right / len(judged):.0%}) were right.",
        _HOW,
        "## By topic",
        _topics(judged),
        f"Shares of fewer than {FEW} verdicts are in brackets: they say little.",
        "## By version",
        _versions(judged),
        "## Scores",
        _scores(labels),
        "## Drift",
        _drift(drift_of(judged, window), window),
    ]
    return "\n\n".join(parts) + "\n"


_HOW = (
    "A verdict is *right* where the department that owns its topic answered, let stand or monitored the mention, and nobody "
    "moved it, gave it another topic or called it not about us; also where somebody was asked and chose the same topic. It is "
    "*wrong* where somebody did. What went to triage because the model was unsure counts only once a person has named its topic. "
    "People correct what they notice: the true figures are somewhat lower."
)


def _topics(judged: Sequence[Judged]) -> str:
    lines = ["| topic | right | wrong | missed | precision | recall | F1 |", "|---|---|---|---|---|---|---|"]
    for each in figures_by_topic(judged):
        few = each.right + each.wrong + each.missed < FEW
        shares = " | ".join(_share(value, few=few) for value in (each.precision, each.recall, each.f1))
        lines.append(f"| {each.topic} | {each.right} | {each.wrong} | {each.missed} | {shares} |")
    return "\n".join(lines)


def _share(value: float | None, *, few: bool) -> str:
    if value is None:
        return ""
    return f"({value:.2f})" if few else f"{value:.2f}"


def _versions(judged: Sequence[Judged]) -> str:
    lines = ["| model | from | to | verdicts | right |", "|---|---|---|---|---|"]
    models = sorted({each.model for each in judged}, key=lambda model: min(e.at for e in judged if e.model == model))
    for model in models:
        ours = [each for each in judged if each.model == model]
        share = _share(sum(each.right for each in ours) / len(ours), few=len(ours) < FEW)
        days = f"{min(each.at for each in ours):%Y-%m-%d} | {max(each.at for each in ours):%Y-%m-%d}"
        lines.append(f"| {model or 'not judged'} | {days} | {len(ours)} | {share} |")
    return "\n".join(lines)


def _scores(labels: Sequence[Label]) -> str:
    counted = Counter(label.score for label in labels if label.kind is LabelKind.SCORE and label.score is not None)
    if not counted:
        return "Nobody has corrected a score."
    said = ", ".join(f"{number} to {score}" for score, number in sorted(counted.items()))
    return (
        f"{sum(counted.values())} scores were corrected: {said}. A score that nobody corrected says nothing: there is no "
        "precision to compute."
    )


def _drift(drift: Drift | None, window: int) -> str:
    if drift is None:
        return f"Not known yet: it takes {window} verdicts, and {window} before them."
    fell = "**It is right less often than it was.**" if drift.fell else "No fall beyond what chance does."
    return (
        f"{drift.now:.0%} of the newest {drift.rows} verdicts were right, {drift.before:.0%} of the {drift.rows_before} before: "
        f"{drift.errors:.1f} standard errors lower. {fell}"
    )
