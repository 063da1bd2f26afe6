"""Text in, verdicts out. Importing this room loads neither torch nor transformers; `load` does."""

from typing import TYPE_CHECKING

from classifiers.settings import DEFAULT_TOPICS, ModelSettings, TopicSpec
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict

if TYPE_CHECKING:
    from classifiers.local import LocalClassifier

__all__ = ["DEFAULT_TOPICS", "Classifier", "ModelFault", "ModelSettings", "Subject", "TopicSpec", "Verdict", "load"]


def load(settings: ModelSettings | None = None) -> "LocalClassifier":
    """The model of `settings`, loaded and warm. Takes seconds. Raises ModelFault naming the file or head at fault."""
    from classifiers.local import load as load_local

    return load_local(settings or ModelSettings())
