"""What apps say wrongly of failures and of their clients' settings, each with the field to blame and the remedy."""

from __future__ import annotations

from typing import Any

from tests.support.specs import NAME, BadSpec, Body

_TEMPLATE = "write letters, digits, '.', '_', '-' and any of the tokens {topic} {group} {index} {delay} {delayMs}"
_HOLDS = "a template must hold {topic} or {group}: other apps would get the same name"
_CHOICE = "set exactly one of delays and backoff"
_DELAY = "write a duration from 1s to 168h"
_CONFIG = "set only these topic settings: compression.type, "
_BACKOFF: Body = {"initial": "1s", "attempts": 5}


def _bad(why: str, handling: Any, field: str, words: str, api_words: str = "") -> BadSpec:
    where = f"spec.errorHandling.{field}" if field else "spec.errorHandling"
    return BadSpec(why=why, changes={"errorHandling": handling}, field=where, words=words, api_words=api_words)


def _retry(why: str, retry: Body, field: str, words: str, api_words: str = "") -> BadSpec:
    return _bad(why, {"retry": retry}, f"retry.{field}" if field else "retry", words, api_words)


def _dead(why: str, dead_letter: Body, field: str, words: str, api_words: str = "") -> BadSpec:
    return _bad(why, {"deadLetter": dead_letter}, f"deadLetter.{field}", words, api_words)


def _of_app(why: str, changes: Body, field: str, words: str, api_words: str = "") -> BadSpec:
    return BadSpec(why=why, changes=changes, field=f"spec.{field}", words=words, api_words=api_words)


BAD_ERROR_HANDLING = (
    _of_app(
        "dead letters of nobody knows which topics",
        {"topics": ..., "errorHandling": {}},
        "errorHandling",
        "name the topics that errorHandling is for in topics",
    ),
    _of_app(
        "more retry topics than can be kept track of",
        {"topics": [f"t{n}" for n in range(64)], "errorHandling": {"retry": {"delays": ["1s", "2s"]}}},
        "errorHandling",
        "name fewer topics or fewer delays: each topic times (delays + 1) may be 128 at most",
    ),
    _of_app(
        "more retry topics by back-off than can be kept track of",
        {"topics": [f"t{n}" for n in range(10)], "errorHandling": {"retry": {"backoff": {**_BACKOFF, "attempts": 12}}}},
        "errorHandling",
        "name fewer topics or fewer delays",
    ),
    _bad(
        "a preset in small letters",
        {"preset": "spring"},
        "preset",
        "write Sluicegate, Spring or ShareGroup",
        'supported values: "Sluicegate", "Spring", "ShareGroup"',
    ),
    _bad(
        "retry topics beside strict order",
        {"ordering": "Strict", "retry": {"delays": ["10s"]}},
        "retry",
        "remove retry: with ordering Strict there are no retry topics",
    ),
    _retry("retries without a time", {}, "", _CHOICE),
    _retry("two ways to wait", {"delays": ["1s"], "backoff": _BACKOFF}, "", _CHOICE),
    _retry("an empty list of delays", {"delays": []}, "delays", "give at least 1", "should have at least 1 items"),
    _retry("too many delays", {"delays": ["1s"] * 17}, "delays", "give at most 16", "must have at most 16 items"),
    _retry("no delay", {"delays": ["0s"]}, "delays[0]", _DELAY),
    _retry("a delay longer than what is kept", {"delays": ["10s", "169h"]}, "delays[1]", _DELAY),
    _retry("a delay in days", {"delays": ["1d"]}, "delays[0]", "with a unit", "from 1s to 168h"),
    _retry("a delay as a number", {"delays": [10]}, "delays[0]", "with a unit", "must be of type string"),
    _retry(
        "a back-off without an end",
        {"backoff": {"initial": "1s"}},
        "backoff.attempts",
        "is missing: add it",
        "Required value",
    ),
    _retry(
        "a back-off that never tries",
        {"backoff": {**_BACKOFF, "attempts": 0}},
        "backoff.attempts",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _retry(
        "a back-off of too many attempts",
        {"backoff": {**_BACKOFF, "attempts": 17}},
        "backoff.attempts",
        "write 16 or less",
        "less than or equal to 16",
    ),
    _retry(
        "a back-off that shrinks",
        {"backoff": {**_BACKOFF, "multiplier": 0.5}},
        "backoff.multiplier",
        "write 1.0 or more",
        "greater than or equal to 1",
    ),
    _retry(
        "a back-off whose end lies before its beginning",
        {"backoff": {**_BACKOFF, "initial": "1m", "max": "59s"}},
        "backoff.max",
        "raise max to initial or more, or lower initial",
    ),
    _retry(
        "an unknown token",
        {"delays": ["1s"], "nameTemplate": "{topic}.{consumer}"},
        "nameTemplate",
        _TEMPLATE,
    ),
    _retry("a token half open", {"delays": ["1s"], "nameTemplate": "{topic.retry"}, "nameTemplate", _TEMPLATE),
    _retry("a token of nothing", {"delays": ["1s"], "nameTemplate": "{topic}-{}"}, "nameTemplate", _TEMPLATE),
    _dead("a template with a slash", {"nameTemplate": "{topic}/dlq"}, "nameTemplate", _TEMPLATE),
    _dead("a template with a line break", {"nameTemplate": "{topic}\n"}, "nameTemplate", _TEMPLATE),
    _dead("a template in another script", {"nameTemplate": "{topic}-ошибки"}, "nameTemplate", _TEMPLATE),
    _dead("one name for all apps", {"nameTemplate": "dead-letters"}, "nameTemplate", _HOLDS),
    _dead("one name for all groups of an app", {"nameTemplate": "{namespace}-{app}-dlq"}, "nameTemplate", _HOLDS),
    _dead("an empty template", {"nameTemplate": ""}, "nameTemplate", "not empty", "at least 1 chars long"),
    _dead(
        "a template too long",
        {"nameTemplate": "{topic}" + "x" * 243},
        "nameTemplate",
        "at most 249",
        "may not be more than 249",
    ),
    _dead("no partitions", {"partitions": 0}, "partitions", "write 1 or more", "greater than or equal to 1"),
    _dead(
        "no replicas", {"replicationFactor": 0}, "replicationFactor", "write 1 or more", "greater than or equal to 1"
    ),
    _dead("dead letters kept for minutes", {"retention": "59m"}, "retention", "write a duration from 1h to 8784h"),
    _dead(
        "dead letters kept for ever",
        {"retention": "-1"},
        "retention",
        "with a unit",
        "write a duration from 1h to 8784h",
    ),
    _dead("dead letters compacted away", {"config": {"cleanup.policy": "compact"}}, "config", _CONFIG),
    _dead("retention in two places", {"config": {"retention.ms": "1"}}, "config", _CONFIG),
    _dead("times that producers choose", {"config": {"message.timestamp.type": "CreateTime"}}, "config", _CONFIG),
    _dead(
        "a setting that is not a text",
        {"config": {"segment.ms": 1000}},
        "config.segment.ms",
        "write a text",
        "must be of type string",
    ),
    _bad(
        "another provisioner",
        {"topics": {"provisioner": "Strimzi"}},
        "topics.provisioner",
        "write Admin or None",
        'supported values: "Admin", "None"',
    ),
    _bad(
        "an unknown deletion",
        {"topics": {"deletion": "Purge"}},
        "topics.deletion",
        "write Retain or Delete",
        'supported values: "Retain", "Delete"',
    ),
    _bad(
        "an unknown adoption",
        {"topics": {"adoption": True}},
        "topics.adoption",
        "write Check, Manage or Never",
        "must be of type string",
    ),
    _bad(
        "a storm of nothing",
        {"storm": {"maxPercent": 0}},
        "storm.maxPercent",
        "write 1 or more",
        "greater than or equal to 1",
    ),
    _bad("a storm of seconds", {"storm": {"window": "29s"}}, "storm.window", "write a duration from 30s to 1h"),
    _of_app(
        "a ConfigMap elsewhere",
        {"clientConfig": {"configMapName": "billing/kafka"}},
        "clientConfig.configMapName",
        NAME,
    ),
    _of_app(
        "a ConfigMap without a name", {"clientConfig": {}}, "clientConfig.configMapName", "is missing", "Required value"
    ),
)
