"""Values that are nearly right: put together from the pieces of good ones, numbers and letters of any script."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

digits = st.integers(min_value=0, max_value=10**10).map(str)
letters = st.text(st.characters(codec="utf-8"), max_size=6)


def near(*parts: str) -> st.SearchStrategy[str]:
    """Some of ``parts``, numbers and letters, in any order."""
    return st.lists(st.sampled_from(parts) | digits | letters, max_size=6).map("".join)


hosts = st.sampled_from(["kafka", "k-0.kafka_1.svc", "[::1]", "10.0.0.1", "-k", "k.", "[k]"]) | letters
ports = st.integers(min_value=0, max_value=70_000)
servers = st.lists(st.tuples(hosts, ports), min_size=1, max_size=3).map(
    lambda pairs: ",".join(f"{host}:{port}" for host, port in pairs)
)
zones = st.sampled_from(["Z", "+14:00", "-02:30", "+24:00", "", "z"])
times = st.tuples(st.datetimes(), zones).map(lambda pair: f"{pair[0].isoformat()}{pair[1]}")

NEAR: dict[str, st.SearchStrategy[Any]] = {
    "scaling.lagObjective": near("h", "m", "s", "ms", "1h", "30m", "24h", "1s", "-", "."),
    "scaling.capacityPerReplica": near("k", "m", "G", ".", "0", "1.5", "-", "e") | st.integers(-5, 2 * 10**9),
    "topics": st.lists(near("orders", "_", "__", ".", "..", "-", "/"), max_size=3),
    "consumerGroup": near("orders", " ", "\t", "\n", "\x7f", "\u00a0", "-"),
    "scaleTargetRef.name": near("orders", "-", ".", "A", "_"),
    "kafka": (near(":", ",", "[::1]", ".", "kafka:9092") | servers).map(lambda text: {"bootstrapServers": text}),
    "override": (near("2030-01-31", "T", "08:00:00", "Z") | times).map(lambda text: {"replicas": 1, "until": text}),
}
"""By the field of a KafkaConsumerApp that they are for."""
