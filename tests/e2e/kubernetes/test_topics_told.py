"""What people are told of topics, before they apply a file and after: `plan`, what came of it, `status`, `explain`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.kubernetes.conftest import StillApp, by_lag
from tests.support.app import App
from tests.support.wait import eventually

PROGRAM = Path(sys.executable).parent / "kubectl-kca"
MADE_WITHIN = 30


def kca(*arguments: str, given: Any = None) -> tuple[int, str]:
    done = subprocess.run(
        [str(PROGRAM), *arguments],
        input=json.dumps(given) if given else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 3), done.stderr
    return done.returncode, done.stdout


def planned(app: App, spec: dict[str, Any], *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and what `plan` says of each topic."""
    file = {**app.app_body(scaling=by_lag(), spec=spec)}
    code, said = kca("plan", "-f", "-", "-n", app.namespace, "-o", "json", *more, given=file)
    (one,) = json.loads(said)["resources"]
    return code, {topic["name"]: topic for topic in one["topics"]["topics"]}


def delays(*texts: str) -> dict[str, Any]:
    return {"errorHandling": {"retry": {"delays": list(texts)}}}


def in_sync(app: App, *, topics: int) -> None:
    eventually(
        lambda: [one["state"] for one in app.status().get("topics", [])] == ["InSync"] * topics,
        within=MADE_WITHIN,
        what=f"{topics} topics in sync",
    )
    app.shows("TopicsInSync", "True", within=MADE_WITHIN)


def test_what_plan_says_of_topics_is_what_comes_of_it(still_app: StillApp) -> None:
    app = still_app(partitions=3)
    app.start(scaling=by_lag(), spec=delays("10s"))
    retry, dlq = f"{app.topic}.{app.group}.retry-10s", f"{app.topic}.{app.group}.dlq"
    in_sync(app, topics=2)
    assert (app.broker.partitions(retry), app.broker.partitions(dlq)) == (3, 3)
    assert planned(app, delays("10s"))[0] == 0
    code, exact = planned(app, delays("10s"), "--bootstrap-servers", app.broker.bootstrap)
    assert (code, {one["action"] for one in exact.values()}) == (0, {"unchanged"})

    wider = delays("10s", "1m")
    late = f"{app.topic}.{app.group}.retry-1m"
    code, told = planned(app, wider)
    assert code == 3
    assert {name: one["action"] for name, one in told.items()} == {
        retry: "unchanged",
        late: "create",
        dlq: "unchanged",
    }
    assert app.broker.partitions(late) == 0, "a plan made a topic"
    app.apply(scaling=by_lag(), spec=wider)
    in_sync(app, topics=3)
    assert app.broker.partitions(late) == told[late]["partitions"] == 3
    assert planned(app, wider)[0] == 0

    _, page = kca("status", app.name, "-n", app.namespace)
    assert [line.split()[1:] for line in page.splitlines() if line.startswith(late)] == [
        ["Retry", "1m", "3", "InSync", "yes"]
    ]
    _, why = kca("explain", app.name, "-n", app.namespace)
    (line,) = [line for line in why.splitlines() if line.startswith("topics ")]
    assert line.split(maxsplit=1)[1] == f"2 retry topics, dead letters in {dlq}: all in sync"


def test_a_source_that_grows_takes_its_topics_with_it_and_a_changed_name_keeps_the_old(still_app: StillApp) -> None:
    app = still_app(partitions=2)
    app.start(scaling=by_lag(), spec=delays("10s"))
    retry, dlq = f"{app.topic}.{app.group}.retry-10s", f"{app.topic}.{app.group}.dlq"
    in_sync(app, topics=2)
    app.broker.grow(app.topic, to=4)
    eventually(
        lambda: (app.broker.partitions(retry), app.broker.partitions(dlq)) == (4, 4),
        within=MADE_WITHIN,
        what="both topics have grown to 4 partitions",
    )
    eventually(
        lambda: {one.get("partitions") for one in app.status()["topics"]} == {4},
        within=MADE_WITHIN,
        what="the status, from which a plan is made, says so",
    )

    renamed = delays("10s")
    renamed["errorHandling"]["deadLetter"] = {"nameTemplate": "{topic}.dead"}
    told = planned(app, renamed)[1]
    assert {name: one["action"] for name, one in told.items()} == {
        retry: "unchanged",
        f"{app.topic}.dead": "create",
        dlq: "kept",
    }
    app.apply(scaling=by_lag(), spec=renamed)
    eventually(lambda: app.broker.partitions(f"{app.topic}.dead") == 4, within=MADE_WITHIN, what="the new one is made")
    assert app.broker.partitions(dlq) == 4, "the former dead letters are still there"
