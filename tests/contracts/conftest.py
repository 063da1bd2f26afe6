"""The case of a contract test's parameter: its place is there as long as the test runs."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as opened:
        yield opened
