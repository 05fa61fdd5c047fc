"""The mind: pure functions from (spec, observation, memory, now) to (decision, memory'). No I/O, no clock, no
randomness, no logging; the standard library and pydantic only.

Start reading at `deliberate`, where the order of thoughts stands; each file beside it is one of them.
"""

from sluicegate.decide.acted import acted
from sluicegate.decide.deliberate import decide
from sluicegate.decide.persist import persist, restore

__all__ = ["acted", "decide", "persist", "restore"]
