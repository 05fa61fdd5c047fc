"""Log lines that a machine can read, that say what they are about, and that keep secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from sluicegate.kube.watch import operator_settings
from sluicegate.telemetry import log
from sluicegate.telemetry.redact import remember


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.set_up(level="debug", form=log.Format.JSON, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_what_was_given_beside_it(out: io.StringIO) -> None:
    logging.getLogger("sluicegate.x").info("scaled", extra={"before": 3, "after": 11, "why": "lag"})
    (line,) = lines(out)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "sluicegate.x",
        "message": "scaled",
        "before": 3,
        "after": 11,
        "why": "lag",
    }


def test_lines_inside_a_context_carry_it_and_those_after_do_not(out: io.StringIO) -> None:
    logger = logging.getLogger("sluicegate.x")
    with log.context(decision="01J", app="orders"), log.context(namespace="shop"):
        logger.info("inside")
    logger.info("outside")
    inside, outside = lines(out)
    assert (inside["decision"], inside["app"], inside["namespace"]) == ("01J", "orders", "shop")
    assert "decision" not in outside


def test_no_canary_comes_out_by_message_argument_extra_or_traceback(out: io.StringIO) -> None:
    canary = 'ses"ame\\7'
    remember(canary)
    logger = logging.getLogger("sluicegate.x")
    logger.warning(f"refused: {canary}")
    logger.warning("refused: %s", canary, extra={"why": canary})
    try:
        raise KeyError(canary)
    except KeyError:
        logger.exception("a bug")
    assert "ame" not in out.getvalue().replace("name", "")
    assert [line["message"] for line in lines(out)] == ["refused: [redacted]", "refused: [redacted]", "a bug"]
    assert lines(out)[2]["error"].endswith("KeyError: '[redacted]'")


def test_kopf_s_objects_are_not_spilled_into_the_line(out: io.StringIO) -> None:
    logging.getLogger("kopf.objects").warning(
        "hm", extra={"settings": operator_settings(), "k8s_ref": {"a": 1}, "k8s_skip": True}
    )
    assert lines(out)[0].keys() == {"time", "level", "logger", "message"}


def test_kopf_never_speaks_at_debug_since_it_would_print_bodies(out: io.StringIO) -> None:
    logging.getLogger("kopf._core.reactor").debug("body: {...}")
    logging.getLogger("kopf.objects").info("Handler 'pods' succeeded.")
    logging.getLogger("sluicegate.x").debug("ours")
    assert [line["message"] for line in lines(out)] == ["ours"]


def test_text_says_the_same_in_one_line_for_people() -> None:
    record = logging.makeLogRecord({"name": "sluicegate.x", "levelname": "INFO", "msg": "scaled", "after": 11})
    assert log.Text().format(record).endswith("INFO    scaled  (sluicegate.x)  after=11")
