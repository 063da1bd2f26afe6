"""`earshot train` and `earshot model …`: what was learnt, which version serves, and how often it is right."""

import sys
from datetime import datetime
from pathlib import Path

from bot.app import build_policy, model_settings, open_database, utc_now
from bot.config import Config
from bot.domain.model_card import card_text
from bot.domain.policy import Policy
from bot.errors import GiveUp
from bot.flow import learn
from bot.learning import learning_settings, versions_of
from classifiers.correction import Training
from classifiers.verdict import ModelFault
from classifiers.versions import SHIPPED, Busy, Pointer, Version, VersionError

OK, NOT_PROMOTED = 0, 1


def train(config: Config) -> int:
    """Hold a training now. 0 where a new version serves, 1 where none does."""
    from classifiers.learner import Learner

    database = open_database(config, auto_migrate=False)
    learner = Learner(versions_of(config), model_settings(config), learning_settings(config))
    try:
        training = learn.learn(database, _policy(config), learner, utc_now(), by_hand=True)
    except (Busy, ModelFault) as fault:
        raise GiveUp(str(fault)) from fault
    finally:
        database.close()
    _print(training)
    return OK if training.promoted else NOT_PROMOTED


def _print(training: Training) -> None:
    counts = training.counts
    print(
        f"Learnt from {counts['topics']} corrected topics, {counts['scores']} corrected scores and "
        f"{counts['confirmed']} confirmed verdicts; {counts['new']} of the corrections are new, "
        f"{counts['left_out']} were left out."
    )
    for each in training.doubted:
        print(
            f"Doubted: {each.by}. Of {each.labels} labels {each.plausible:.0%} are plausible, {each.usual:.0%} is usual; "
            f"they count {each.trust:.2f}. See `leave_out` and `vouched` in [learning]."
        )
    if training.checks:
        print(f"\n{'check':36} {'rows':>6} {'candidate':>10} {'before':>8} {'tolerance':>10}")
    for check in training.checks:
        print(
            f"{check.name:36} {check.rows:6} {check.candidate:10.3f} {check.served:8.3f} {check.tolerance:10.3f}  "
            f"{'ok' if check.passed else 'FAILS'}"
        )
    if training.promoted:
        print(f"\nVersion {training.version} serves now: {training.why}.")
    elif training.version:
        print(f"\nVersion {training.version} was not promoted: {training.why}.")
    else:
        print(f"\nNo version was made: {training.why}.")


def show_list(config: Config) -> int:
    """Every version, oldest first; the one that serves is marked."""
    versions = versions_of(config)
    try:
        pointer, listed = versions.pointer(), versions.listed()
    except ModelFault as fault:
        raise GiveUp(str(fault)) from fault
    print(_mark(pointer, SHIPPED, "shipped"))
    for each in listed:
        learnt = each.training.get("counts", {}).get("topics", 0)
        parent = each.parent or "shipped"
        told = f"{each.name}  {_time(each.at)}  from {parent}, {learnt} corrected topics"
        print(_mark(pointer, each.name, told))
    return OK


def _mark(pointer: Pointer, name: str, told: str) -> str:
    if name != pointer.version:
        return f"  {told}"
    return f"* {told}{' (held by a person)' if pointer.held else ''}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def show(config: Config, name: str) -> int:
    """What one version learnt from, and what the gate said."""
    version = _version(config, name)
    newest = _time(version.until) if version.until else "none"
    print(f"version {version.name}, from {version.parent or 'the shipped heads'}, on heads {version.base}")
    print(f"made {_time(version.at)}, newest correction {newest}")
    for key, value in version.training.get("counts", {}).items():
        print(f"  {key}: {value}")
    for check in version.training.get("checks", []):
        figures = f"{check['candidate']:.3f}, before {check['served']:.3f}, {check['rows']} rows"
        print(f"  {check['name']}: {figures}, {'ok' if check['passed'] else 'FAILS'}")
    for each in version.training.get("doubted", []):
        print(f"  doubted: {each['by']}, {each['labels']} labels, they count {each['trust']:.2f}")
    return OK


def _version(config: Config, name: str) -> Version:
    try:
        return versions_of(config).version(name)
    except (VersionError, ModelFault) as fault:
        raise GiveUp(str(fault)) from fault


def promote(config: Config, name: str) -> int:
    """Let a version serve, and hold it there: no training by itself replaces it."""
    versions = versions_of(config)
    try:
        with versions.writing():
            versions.promote(SHIPPED if name == "shipped" else name, held=True)
    except (VersionError, ModelFault, Busy) as fault:
        raise GiveUp(str(fault)) from fault
    print(f"{name} serves from the next batch on, and is held: `earshot train` ends that.")
    return OK


def roll_back(config: Config) -> int:
    """Go back to the version before the one that serves, and hold it."""
    versions = versions_of(config)
    try:
        with versions.writing():
            name = versions.roll_back()
    except (VersionError, ModelFault, Busy) as fault:
        raise GiveUp(str(fault)) from fault
    print(f"{name or 'shipped'} serves from the next batch on, and is held: `earshot train` ends that.")
    return OK


def card(config: Config, out: Path | None) -> int:
    """The model card from the company's own corrections, to a file or standard output."""
    database = open_database(config, auto_migrate=False)
    try:
        evidence = learn.gather(database, _policy(config))
    finally:
        database.close()
    text = card_text(
        evidence.judged,
        [each.label for each in evidence.labelled],
        company=config.company.name,
        window=config.learning.window,
        now=utc_now(),
    )
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{out}: written")
    return OK


def _policy(config: Config) -> Policy:
    return build_policy(config, {})
