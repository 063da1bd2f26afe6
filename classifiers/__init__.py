"""Text in, verdicts out. Importing this room loads neither torch nor transformers; `load` does."""

from classifiers.settings import (
    DEFAULT_TOPICS,
    Engine,
    Isolation,
    ModelSettings,
    Precision,
    Reads,
    Specialist,
    TopicSpec,
)
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict

__all__ = [
    "DEFAULT_TOPICS",
    "Classifier",
    "Engine",
    "Isolation",
    "ModelFault",
    "ModelSettings",
    "Precision",
    "Reads",
    "Specialist",
    "Subject",
    "TopicSpec",
    "Verdict",
    "load",
    "load_here",
]


def load(settings: ModelSettings | None = None) -> Classifier:
    """The model of `settings`, loaded and warm, in a process of its own where they say so.

    Takes seconds. Raises ModelFault naming the file, the head or the label at fault.
    """
    settings = settings or ModelSettings()
    if not settings.has_own_process:
        return load_here(settings)
    from classifiers.isolated import IsolatedClassifier

    return IsolatedClassifier(settings).start()


def load_here(settings: ModelSettings) -> Classifier:
    """The same in this process, whatever the settings say of isolation. Loads torch and transformers."""
    from classifiers.local import load as load_local

    if not settings.classifier:
        return load_local(settings)
    from classifiers.sequence import Composed, load_sequence

    own = load_sequence(settings)  # first: what a user supplied is what is likely to be wrong
    composed = Composed(own, load_local(settings), settings)
    composed.classify([Subject(text="Is it ready?")])
    return composed
