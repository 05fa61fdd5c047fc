"""The rule people know: ceil(lag / lagPerReplica), without a tolerance.

Up at once, but steps up at least 30 s apart; down when the highest lag of the stabilisation window asks for fewer
than run (`stabilization` keeps the window).
"""

from __future__ import annotations

from sluicegate.decide.want import Want

SPACING = 30.0


def lag_per_replica(*, lag: int, per_replica: int, replicas: int, last_up: float | None) -> Want:
    """``lag`` in messages, ``replicas`` what runs now. Never 0: that is for `zero` to say."""
    wanted = max(1, -(-lag // per_replica))
    spaced = last_up is not None and replicas > 0
    return Want(
        replicas=wanted,
        sentence=f"{lag} messages wait, {per_replica} for each replica",
        not_before=last_up + SPACING if spaced and last_up is not None else float("-inf"),
    )
