"""The classifier that serves the version which the pointer names, and follows it while the bot runs."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import classifiers
from classifiers.local import LocalClassifier
from classifiers.settings import ModelSettings
from classifiers.verdict import Classifier, ModelFault, Subject, Verdict, close
from classifiers.versions import SHIPPED, VersionError, Versions

log = logging.getLogger(__name__)

RETRY = 300.0
"""Seconds until a version that could not be loaded is tried again: it may have been repaired under the same name."""

Load = Callable[[ModelSettings], Classifier]


class ServingClassifier:
    """Looks at the pointer before each batch: a version promoted meanwhile, by whatever process, judges the next one.

    A version that is damaged, or was made for another encoder, does not serve. At the start the shipped heads do in its place,
    later what served before; either way the log says which file is at fault. For one thread at a time.
    """

    def __init__(self, versions: Versions, settings: ModelSettings, *, load: Load = classifiers.load) -> None:
        """Loads the model: takes seconds. Raises ModelFault where not even the shipped heads can serve."""
        self._versions = versions
        self._settings = settings
        self._load = load
        self._told = ""
        self._again = math.inf
        self._seen = SHIPPED
        self._seen = self._asked()
        try:
            self._classifier = load(self._with(self._seen))
        except ModelFault as fault:
            if self._seen == SHIPPED:
                raise
            self._tell(self._seen, fault)
            self._again = monotonic() + RETRY
            self._classifier = load(settings)

    @property
    def name(self) -> str:
        return self._classifier.name

    def classify(self, subjects: Sequence[Subject]) -> list[Verdict]:
        self._follow()
        return self._classifier.classify(subjects)

    def close(self) -> None:
        close(self._classifier)

    def _follow(self) -> None:
        asked = self._asked()
        if asked == self._seen and monotonic() < self._again:
            return
        self._seen, self._again = asked, math.inf
        before = self._classifier
        try:
            self._classifier = self._loaded_anew(asked)
        except ModelFault as fault:
            self._tell(asked, fault)
            self._again = monotonic() + RETRY
            return
        close(before)
        log.info("version_serves", extra={"version": asked or "shipped", "model": self._classifier.name})

    def _loaded_anew(self, version: str) -> Classifier:
        if isinstance(self._classifier, LocalClassifier):
            return self._classifier.with_heads(self._with(version))
        return self._load(self._with(version))

    def _asked(self) -> str:
        """The version that the pointer names; while it cannot be read, what was seen last."""
        try:
            return self._versions.pointer().version
        except ModelFault as fault:
            self._tell(self._seen, fault)
            return self._seen

    def _with(self, version: str) -> ModelSettings:
        if not version:
            return self._settings
        try:
            self._versions.version(version)
        except VersionError as error:
            raise ModelFault(str(error)) from error
        return replace(self._settings, heads=self._versions.path(version))

    def _tell(self, version: str, fault: ModelFault) -> None:
        """Each fault once: the pointer is read before every batch."""
        if str(fault) != self._told:
            self._told = str(fault)
            log.error("version_not_served", extra={"version": version or "shipped", "reason": str(fault)})
