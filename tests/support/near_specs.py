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

amounts = near("k", "m", "G", ".", "0", "1.5", "999", "1000", "-", "e") | st.integers(-5, 2 * 10**9)
urls = near("http", "https", "://", "prometheus", ":9090", "/", "?", "@", "#", "%20", " ") | st.tuples(
    st.sampled_from(["http://", "https://", "ftp://", ""]), hosts, st.sampled_from(["", ":1", "/a?b=c", "/a b", "#"])
).map("".join)
limits = near(">", ">=", "<", "==", "!=", "=", " ", "-", ".", "0.05") | st.tuples(
    st.sampled_from([">", "> ", ">=", "!= ", "=>", ""]), st.integers(-5, 5).map(str), st.sampled_from(["", ".5", "."])
).map("".join)
spans = near("h", "m", "s", "ms", "1m", "60s", "11m", "24h", "-", ".")
templates = near(
    "{topic}", "{group}", "{index}", "{delay}", "{delayMs}", "{app}", "{Topic}", "{}", "{", "}", ".", "-dlq"
)
delays = st.sampled_from(["1s", "1m", "60s", "168h", "169h", "0s"]) | spans
backoffs = st.fixed_dictionaries(
    {"initial": delays, "attempts": st.integers(0, 17)},
    optional={"max": delays, "multiplier": st.sampled_from([0.5, 1, 2, 2.5, 100, 101])},
)

NEAR: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("KafkaConsumerApp", "scaling.lagObjective"): near("h", "m", "s", "ms", "1h", "30m", "24h", "1s", "-", "."),
    ("KafkaConsumerApp", "scaling.capacityPerReplica"): near("k", "m", "G", ".", "0", "1.5", "-", "e")
    | st.integers(-5, 2 * 10**9),
    ("KafkaConsumerApp", "topics"): st.lists(near("orders", "_", "__", ".", "..", "-", "/"), max_size=3),
    ("KafkaConsumerApp", "consumerGroup"): near("orders", " ", "\t", "\n", "\x7f", "\u00a0", "-"),
    ("KafkaConsumerApp", "scaleTargetRef.name"): near("orders", "-", ".", "A", "_"),
    ("KafkaConsumerApp", "kafka"): (near(":", ",", "[::1]", ".", "kafka:9092") | servers).map(
        lambda text: {"bootstrapServers": text}
    ),
    ("KafkaConsumerApp", "override"): (near("2030-01-31", "T", "08:00:00", "Z") | times).map(
        lambda text: {"replicas": 1, "until": text}
    ),
    ("KafkaConsumerApp", "dependencies"): st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["db", "queue", "Db"]), "costPerReplica": st.sampled_from([10, "1m"]) | amounts},
            optional={"weight": amounts, "guaranteedReplicas": st.integers(-1, 45)},
        ),
        max_size=3,
    ),
    ("KafkaConsumerApp", "errorHandling.retry"): st.fixed_dictionaries(
        {},
        optional={
            "delays": st.lists(delays, max_size=3),
            "backoff": backoffs,
            "nameTemplate": st.just("{topic}.retry-{index}") | templates,
        },
    ),
    ("KafkaConsumerApp", "errorHandling.deadLetter"): st.fixed_dictionaries(
        {},
        optional={
            "nameTemplate": st.just("{topic}.dlq") | templates,
            "retention": spans,
            "partitions": st.integers(-1, 10_001),
            "config": st.dictionaries(
                st.sampled_from(["segment.ms", "retention.bytes", "cleanup.policy", "retention.ms"]) | letters,
                letters,
                max_size=2,
            ),
        },
    ),
    ("KafkaConsumerApp", "clientConfig"): near("orders", "-", ".", "A", "_").map(lambda name: {"configMapName": name}),
    ("KafkaConnection", "topicPolicy"): st.fixed_dictionaries(
        {},
        optional={
            "allowedPrefixes": st.lists(near("shop.", "_", "/", "-"), max_size=2),
            "minRetention": spans,
            "maxRetention": spans,
        },
    ),
    ("KafkaConnection", "redriveTargets"): st.lists(near("orders", "_", "__", ".", "/"), max_size=3),
    ("DeadLetterRedrive", "select"): st.fixed_dictionaries(
        {},
        optional={
            "since": delays,
            "until": delays,
            "offsets": st.dictionaries(near("0", "12", "-", "a"), st.integers(-2, 10), max_size=2),
            "key": letters,
        },
    ),
    ("DeadLetterRedrive", "rate"): st.fixed_dictionaries(
        {},
        optional={
            "recordsPerSecond": st.sampled_from([0, 0.5, -1, 10**6, 10**6 + 1]),
            "percentOfConsumeRate": st.sampled_from([-1, 0, 0.01, 0.5, 5, 100, 100.5]),
        },
    ),
    ("DownstreamDependency", "capacity.value"): amounts,
    ("DownstreamDependency", "capacity"): urls.map(lambda url: {"prometheus": {"url": url, "query": "q"}}),
    ("DownstreamDependency", "health"): st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["a", "b-1"]) | near("ping", "-", ".", "A")},
            optional={
                "http": urls.map(lambda url: {"url": url}),
                "prometheus": limits.map(lambda limit: {"url": "http://p", "query": "q", "failWhen": limit}),
            },
        ),
        max_size=2,
    ),
    ("DownstreamDependency", "breaker"): st.fixed_dictionaries({}, optional={"openFor": spans, "maxOpenFor": spans}),
    ("DownstreamDependency", "onSignalLoss"): st.fixed_dictionaries(
        {}, optional={"action": st.sampled_from(["Hold", "UseReserved", "Zero"]), "value": amounts}
    ),
    ("ClusterDownstreamDependency", "allowedNamespaces"): st.lists(near("shop", "*", "-", ".", "A"), max_size=3),
}
"""By the kind and the field that they are for."""
