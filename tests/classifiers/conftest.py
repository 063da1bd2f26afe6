"""One real model for the session: loading takes seconds, judging milliseconds."""

import pytest

import classifiers
from classifiers import ModelSettings
from classifiers.local import LocalClassifier


@pytest.fixture(scope="session")
def classifier() -> LocalClassifier:
    return classifiers.load(ModelSettings())
