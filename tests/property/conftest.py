"""Hypothesis profiles: `fast` (the same examples every time) for checks, `few` to judge mutants (tests/mutation),
`search` to look for new ones by hand.

`HYPOTHESIS_PROFILE=search .venv/bin/pytest tests/property` looks further.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings

_COMMON: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fast", max_examples=60, derandomize=True, database=None, **_COMMON)
settings.register_profile("few", max_examples=8, derandomize=True, database=None, **_COMMON)
settings.register_profile("search", max_examples=1000, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
