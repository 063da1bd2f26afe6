"""Learning put together: the versions' folder, a learner, and the night on which it is held."""

import logging
import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from bot.config import Config
from bot.domain.policy import Policy
from bot.engine.embedded import Fanout
from bot.flow import learn
from bot.flow.clock import Clock
from bot.store.database import Database
from classifiers.correction import LearningSettings, Training
from classifiers.settings import ModelSettings
from classifiers.verdict import ModelFault
from classifiers.versions import Busy, Versions

log = logging.getLogger(__name__)

NICENESS = 15
"""A training takes a core for a minute or two; whoever else wants it comes first."""


def versions_of(config: Config) -> Versions:
    return Versions(Path(config.learning.versions_dir))


def learning_settings(config: Config) -> LearningSettings:
    table = config.learning
    return LearningSettings(
        half_life=table.half_life,
        min_new=table.min_new,
        leave_out=frozenset(table.leave_out),
        vouched=frozenset(table.vouched),
        elsewhere=frozenset(language for also in config.model.also for language in also.languages),
    )


@dataclass(kw_only=True)
class NightSchool:
    """Holds a training each night, on a thread of its own that gives way to every other."""

    config: Config
    settings: ModelSettings
    database: Database
    policy: Policy
    clock: Clock
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: Fanout = field(default_factory=lambda: Fanout(1, "learn"))

    def __post_init__(self) -> None:
        self.versions = versions_of(self.config)

    def look(self) -> None:
        """Start tonight's training if it is due and not under way; returns at once."""
        if self.config.learning.nightly and self._due():
            self._thread.submit("training", self._hold)

    def stop(self) -> None:
        """A training under way ends without a version; the next start begins it again."""
        self._stopping.set()
        self._thread.stop()

    def _due(self) -> bool:
        at = time.fromisoformat(self.config.learning.at)
        return learn.tonight(self.versions, self.clock(), self.config.company.zone, at)

    def _hold(self) -> Training | None:
        from classifiers.learner import Learner, Stopped

        if not self._due():  # it ended between the look and now
            return None
        with suppress(OSError):  # only Linux knows a single thread by its id
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        now = self.clock()
        learner = Learner(self.versions, self.settings, learning_settings(self.config), stopping=self._stopping.is_set)
        try:
            self.versions.begin(now)
            return learn.learn(self.database, self.policy, learner, now, by_hand=False)
        except Stopped:
            log.info("training_stopped")
        except (Busy, ModelFault, OSError) as fault:  # a full disk, a folder that is not ours
            log.error("training_failed", extra={"reason": str(fault)})
        return None
