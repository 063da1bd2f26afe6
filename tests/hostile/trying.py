"""How often a property of hostile texts is tried: a little in the suite, 10,000 times by `python -m benches.hostile`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = "EARSHOT_EXAMPLES"
"""The environment variable that says how many examples instead of those of the suite."""


def tried(times: int) -> settings:
    """Marks a test of hypothesis with the number of its examples in the suite."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=int(os.environ.get(EXAMPLES) or times), deadline=None, suppress_health_check=slow)
