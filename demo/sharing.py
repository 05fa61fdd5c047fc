"""The story of two consumers on one database as numbers, and whether it came true.

`summarise` makes ``summary.json`` of what PostgreSQL, the API server and the broker showed; `broken_promises` says in
sentences what went otherwise than told. Both are pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed on. ``limit`` is PostgreSQL's max_connections, ``usable`` what the consumers may have of it,
    ``cost`` the connections of one replica; weights of the two apps."""

    limit: int
    usable: int
    cost: int
    weight_a: int
    weight_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One of the two halves of the act. ``most`` connections at any moment, ``most_consumers`` of the consumers alone;
    ``refused`` clients; ``replicas`` of both while both had more to do than they could."""

    most: int
    most_consumers: int
    refused: int
    replicas_a: int
    replicas_b: int
    produced: int
    written: int
    operator_restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """summary.json, field by field; the tests of the project rely on the names.

    What ends in ``_without`` is of the same burst with the dependency not declared.
    """

    limit: int
    usable: int
    max_connections_seen: int
    max_consumer_connections: int
    refused: int
    max_connections_seen_without: int
    refused_without: int
    replicas_a: int
    replicas_b: int
    replicas_a_without: int
    replicas_b_without: int
    weight_a: int
    weight_b: int
    cost_per_replica: int
    produced: int
    written: int
    operator_restarts: int


def summarise(*, terms: Terms, declared: Half, undeclared: Half) -> Summary:
    """Nothing here is estimated: a value is a count or a setting."""
    return Summary(
        limit=terms.limit,
        usable=terms.usable,
        max_connections_seen=declared.most,
        max_consumer_connections=declared.most_consumers,
        refused=declared.refused,
        max_connections_seen_without=undeclared.most,
        refused_without=undeclared.refused,
        replicas_a=declared.replicas_a,
        replicas_b=declared.replicas_b,
        replicas_a_without=undeclared.replicas_a,
        replicas_b_without=undeclared.replicas_b,
        weight_a=terms.weight_a,
        weight_b=terms.weight_b,
        cost_per_replica=terms.cost,
        produced=declared.produced,
        written=declared.written,
        operator_restarts=declared.operator_restarts,
    )


def broken_promises(summary: Summary) -> tuple[str, ...]:
    """A sentence for each part of the story that did not come true; empty when all of it did."""
    said: list[str] = []
    if summary.refused:
        said.append(f"PostgreSQL refused {summary.refused} connections although the dependency was declared")
    if summary.max_consumer_connections > summary.usable:
        said.append(
            f"the consumers held {summary.max_consumer_connections} connections at once, more than the "
            f"{summary.usable} that capacity and reserve leave them"
        )
    if not summary.refused_without:
        said.append("PostgreSQL refused nobody without the declaration: the burst was too small to show anything")
    said += _unfair(summary)
    missing = summary.produced - summary.written
    if missing:
        said.append(f"{missing} of {summary.produced} messages were produced and never written into the database")
    if summary.operator_restarts:
        said.append(f"the operator's container restarted {summary.operator_restarts} times")
    return tuple(said)


def _unfair(summary: Summary) -> list[str]:
    """Whether the shares are further than one replica from the weights, or leave room unused."""
    got_a, got_b = summary.replicas_a, summary.replicas_b
    total = got_a + got_b
    due = total * summary.weight_a / (summary.weight_a + summary.weight_b)
    said: list[str] = []
    if abs(got_a - due) > 1:
        said.append(
            f"{got_a} and {got_b} replicas are not {summary.weight_a}:{summary.weight_b} within one replica "
            f"({due:.1f} and {total - due:.1f} would be)"
        )
    unused = summary.usable - total * summary.cost_per_replica
    if unused >= summary.cost_per_replica:
        said.append(f"{unused} connections were left unused while both wanted more")
    return said
