"""What consumers read to know their topics: the keys and texts of the ConfigMap that `spec.clientConfig` names.

Credentials are never in it, nor the assignor: a group on `range` cannot roll to `cooperative-sticky` in one step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sluicegate.decide.topics.names import Named, dead_letter_of
from sluicegate.model import duration
from sluicegate.model.app import AppSpec
from sluicegate.model.resource import Key
from sluicegate.model.topic import Role

JAVA, LIBRDKAFKA = "java.properties", "librdkafka.properties"
BOOTSTRAP, GROUP, TOPICS = "bootstrap.servers", "group.id", "topics"
RETRIES, DEAD_LETTER, ROUTES = "retry.topics", "dead.letter.topic", "routes.json"
KEYS = (BOOTSTRAP, GROUP, TOPICS, RETRIES, DEAD_LETTER, ROUTES, JAVA, LIBRDKAFKA)
"""All keys that are ours; others in the same ConfigMap are left alone."""
CONSUMER: Mapping[str, str] = {"enable.auto.commit": "false"}
"""Offsets are committed once a message was handled, or once handing it over was acknowledged."""
PRODUCER: Mapping[str, str] = {"acks": "all", "enable.idempotence": "true", "linger.ms": "5"}
"""A message handed over is as safe as in the source. 5 ms became Kafka's default with 4.0: batches, hardly a wait."""


def contents(spec: AppSpec, *, key: Key, bootstrap: str, named: Named) -> dict[str, str]:
    """The data of the ConfigMap, by key. ``bootstrap`` host:port pairs of the connection; ``named`` without a problem.

    Keys without a value are left out: ``topics`` where the app names none, those of retries and dead letters where it
    asks for none.
    """
    servers = ",".join(part.strip() for part in bootstrap.split(","))
    consumer = {BOOTSTRAP: servers, GROUP: spec.consumer_group, **CONSUMER}
    found = {
        BOOTSTRAP: servers,
        GROUP: spec.consumer_group,
        TOPICS: ",".join(spec.topics or ()),
        RETRIES: ",".join(f"{name}={delay}" for name, delay in _steps(spec, named)),
        DEAD_LETTER: _dead_letter(spec, named),
        ROUTES: _routes(spec, named),
        JAVA: _properties({name: _java(value) for name, value in consumer.items()}, key=key),
        LIBRDKAFKA: _properties(consumer, key=key),
    }
    return {name: value for name, value in found.items() if value}


def _attempts(spec: AppSpec, named: Named, source: str) -> list[tuple[str, float]]:
    """(topic, seconds) in the order of the attempts; one topic may come twice, since equal delays share it."""
    handling = spec.error_handling
    if handling is None or handling.retry is None:
        return []
    by_delay = {one.delay: one.name for one in named.topics if one.role is Role.RETRY and source in one.sources}
    return [(by_delay[delay], delay) for delay in handling.retry.seconds if delay in by_delay]


def _steps(spec: AppSpec, named: Named) -> list[tuple[str, str]]:
    """The attempts of each source after those of the one before; sources that share their topics once."""
    ways = dict.fromkeys(tuple(_attempts(spec, named, source)) for source in spec.topics or ())
    return [(name, duration.show(seconds)) for way in ways for name, seconds in way]


def _dead_letter(spec: AppSpec, named: Named) -> str:
    found = {source: one.name for source in spec.topics or () if (one := dead_letter_of(named, source))}
    if len(set(found.values())) <= 1:
        return next(iter(found.values()), "")
    return ",".join(f"{source}={name}" for source, name in found.items())


def _routes(spec: AppSpec, named: Named) -> str:
    """By source the topics of its attempts with delays in milliseconds, and its dead letters; for several topics."""
    routes = {
        source: {
            "retries": [
                {"topic": name, "delayMs": round(seconds * 1000)} for name, seconds in _attempts(spec, named, source)
            ],
            "deadLetter": found.name,
        }
        for source in spec.topics or ()
        if (found := dead_letter_of(named, source))
    }
    return json.dumps(routes, indent=2) + "\n" if routes else ""


def _properties(consumer: Mapping[str, str], *, key: Key) -> str:
    """Both kinds of clients read the same settings; each ignores what is for the other."""
    lines = [
        f"# Kept by Sluicegate for KafkaConsumerApp {key}. A change restarts no pod.",
        "# Add what is yours beside it: credentials, TLS, the assignor.",
        *(f"{name}={value}" for name, value in consumer.items()),
        "# For producers that hand messages over to retry and dead-letter topics.",
        *(f"{name}={value}" for name, value in PRODUCER.items()),
    ]
    return "\n".join(lines) + "\n"


def _java(value: str) -> str:
    """As `java.util.Properties` reads it from a stream: Latin-1, a backslash escapes."""
    escaped = value.replace("\\", "\\\\")
    return "".join(char if char.isascii() else "".join(f"\\u{unit:04x}" for unit in _units(char)) for char in escaped)


def _units(char: str) -> list[int]:
    """UTF-16 code units."""
    raw = char.encode("utf-16-be")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
