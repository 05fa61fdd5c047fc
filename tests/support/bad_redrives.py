"""DeadLetterRedrives that users get wrong, each with the field to blame and the remedy."""

from __future__ import annotations

from tests.support.specs import NAME, BadSpec, Body

_TOPIC = "name the topic to write to in topic, with to: Topic only"
_OFFSETS = 'name partitions by their number, such as {"0": 1200}, with offsets of 0 and more'


def _bad(why: str, changes: Body, field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(
        why=why, changes=changes, field=f"spec.{field}", words=words, api_words=api_words, kind="DeadLetterRedrive"
    )


def _select(why: str, select: Body, field: str, words: str, api_words: str = "") -> BadSpec:
    return _bad(why, {"select": select}, f"select.{field}", words, api_words)


BAD_REDRIVES = (
    _bad("of no app", {"appRef": ...}, "appRef", "is missing: add it", "Required value"),
    _bad("of an app elsewhere", {"appRef": {"name": "billing/orders"}}, "appRef.name", NAME),
    _bad(
        "to nowhere that is known",
        {"to": "Queue"},
        "to",
        "write Retry, Source, Topic or Park",
        'supported values: "Retry", "Source", "Topic", "Park"',
    ),
    _bad("to a topic that is not named", {"to": "Topic"}, "topic", _TOPIC),
    _bad("to a retry topic by name", {"to": "Retry", "topic": "orders-again"}, "topic", _TOPIC),
    _bad("to a topic that is asked for nowhere", {"topic": "orders-again"}, "topic", _TOPIC),
    _bad(
        "to a topic of Kafka's own",
        {"to": "Topic", "topic": "__consumer_offsets"},
        "topic",
        "name a topic of your own",
    ),
    _bad(
        "to a topic that Kafka takes no name like",
        {"to": "Topic", "topic": "a/b"},
        "topic",
        "write a topic name as Kafka allows it",
    ),
    _select("from the first second", {"since": "0s"}, "since", "write a duration from 1s to 8784h"),
    _select("since a date", {"since": "2030-01-31"}, "since", "with a unit", "write a duration from 1s to 8784h"),
    _select(
        "between two times the wrong way round", {"since": "1h", "until": "2h"}, "until", "lower until below since"
    ),
    _select("between two times that are one", {"since": "60m", "until": "1h"}, "until", "lower until below since"),
    _select("with an empty expression", {"errorClass": ""}, "errorClass", "not empty", "at least 1 chars long"),
    _select(
        "with an endless expression",
        {"errorClass": "x" * 257},
        "errorClass",
        "at most 256",
        "may not be more than 256",
    ),
    _select(
        "with too many headers",
        {"headers": {f"h{n}": "x" for n in range(17)}},
        "headers",
        "give at most 16",
        "must have at most 16 items",
    ),
    _select("from a partition by name", {"offsets": {"first": 5}}, "offsets", _OFFSETS),
    _select("from an offset before the first", {"offsets": {"0": -1}}, "offsets", _OFFSETS),
    _select(
        "from an offset in quotes",
        {"offsets": {"0": "5"}},
        "offsets.0",
        "write a whole number",
        "must be of type integer",
    ),
    _select("of no records", {"maxRecords": 0}, "maxRecords", "write 1 or more", "greater than or equal to 1"),
    _bad(
        "with another partitioner",
        {"partitioner": "RoundRobin"},
        "partitioner",
        "write Murmur2 or Crc32",
        'supported values: "Murmur2", "Crc32"',
    ),
    _bad(
        "backwards",
        {"rate": {"recordsPerSecond": -1}},
        "rate.recordsPerSecond",
        "write 0.0 or more",
        "greater than or equal to 0",
    ),
    _bad(
        "at no part of what is consumed",
        {"rate": {"percentOfConsumeRate": 0}},
        "rate.percentOfConsumeRate",
        "write a number above 0",
    ),
    _bad(
        "with a canary of nothing",
        {"canary": {"records": 0}},
        "canary.records",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad("with a canary that nobody waits for", {"canary": {"soak": "0s"}}, "canary.soak", "from 1s to 24h"),
    _bad(
        "for ever round",
        {"guards": {"maxRedrives": 0}},
        "guards.maxRedrives",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad(
        "with an unknown end of loops",
        {"guards": {"onLoop": "Delete"}},
        "guards.onLoop",
        "write Park, Skip or Fail",
        'supported values: "Park", "Skip", "Fail"',
    ),
    _bad("perhaps only looking", {"dryRun": "maybe"}, "dryRun", "write true or false", "must be of type boolean"),
    _bad(
        "kept for a time before its end",
        {"ttlSecondsAfterFinished": -1},
        "ttlSecondsAfterFinished",
        "write 0 or more",
        "greater than or equal to 0",
    ),
)
