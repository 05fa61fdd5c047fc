"""Laws by name: ours, the ones people use today, and the limit.

`law` makes one from what a person wrote, as in ``keda:lagThreshold=500,down=15m``; each file beside this one is a law.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from sluicegate.errors import Invalid
from sluicegate.simulate.laws.clairvoyant import Clairvoyant
from sluicegate.simulate.laws.context import Context
from sluicegate.simulate.laws.flink import Flink
from sluicegate.simulate.laws.keda import keda, keda_tuned
from sluicegate.simulate.laws.options import Options
from sluicegate.simulate.laws.sluicegate import Seat, Sluicegate
from sluicegate.simulate.laws.static_max import StaticMax
from sluicegate.simulate.seen import Law
from sluicegate.simulate.sharing import Sharing

__all__ = ["DEFAULT_LAWS", "NAMES", "Context", "law", "split"]


def _sluicegate(options: Options, *, context: Context) -> Sluicegate:
    """Ours. ``capacity`` declares messages a second of one replica, in place of the app's own; ``poll`` in seconds."""
    period = options.seconds("poll", context.workload.poll_seconds)
    declared = options.number("capacity", context.app.scaling.capacity_per_replica or 0.0)
    scaling = context.app.scaling.model_copy(update={"capacity_per_replica": declared or None})
    sharing = context.sharing or Sharing(context.workload.dependencies)
    return Sluicegate(
        app=context.app.model_copy(update={"scaling": scaling}),
        period=period,
        seat=Seat(sharing=sharing, name=context.name, replicas=context.workload.replicas_at_start),
    )


_MAKERS: dict[str, Callable[..., Law]] = {
    "sluicegate": _sluicegate,
    "keda": keda,
    "keda-tuned": keda_tuned,
    "flink": Flink,
    "static-max": StaticMax,
    "clairvoyant": Clairvoyant,
}
NAMES = tuple(_MAKERS)
DEFAULT_LAWS = ("sluicegate", "keda", "keda-tuned")


def law(text: str, *, context: Context) -> Law:
    """The law that ``text`` names, ``NAME[:option=value,…]``. Invalid names what is wrong and what to write."""
    name, _, rest = text.partition(":")
    make = _MAKERS.get(name)
    if make is None:
        meant = difflib.get_close_matches(name, NAMES, n=1)
        raise Invalid(f"--law is {name!r}: write {meant[0] if meant else 'one of ' + ', '.join(NAMES)}")
    options = Options(name, _values(name, rest))
    made = make(options, context=context)
    options.finish()
    return made


def split(texts: Sequence[str]) -> list[str]:
    """One text for each law in lists of them: ``keda:poll=15,flink`` is two, since only options have a ``=``."""
    laws: list[str] = []
    for piece in (piece.strip() for text in texts for piece in text.split(",")):
        if laws and "=" in piece and ":" not in piece:
            laws[-1] += f",{piece}"
        elif piece:
            laws.append(piece)
    return laws


def _values(name: str, text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for piece in filter(None, text.split(",")):
        option, equals, value = piece.partition("=")
        if not equals or not option or not value:
            raise Invalid(f"--law {name}: {piece!r} is not an option: write it as option=value")
        if option in values:
            raise Invalid(f"--law {name}: {option} is given twice: write it once")
        values[option] = value
    return values
