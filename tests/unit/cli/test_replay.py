"""`sluicegate replay` on recordings made by the operator, by hand, and for another app than the recorded one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from sluicegate.cli.main import cli
from sluicegate.decide import acted, decide
from sluicegate.model.app import AppSpec
from sluicegate.model.memory import Memory
from sluicegate.model.recording import Acted, Look, header_line, look_line, spec_body, verdict_line
from tests.support import given

KEYS = ["at", "action", "replicas", "wanted", "cap", "limitedBy", "reason", "message"]
SPEC = given.spec(scaling={"lagPerReplica": 100, "scaleDown": {"stabilization": "60s", "maxPerHour": 8}})


def lived(spec: AppSpec, *, polls: int = 12) -> list[str]:
    """The recording of a burst that is met by two steps up and, later on, by steps down."""
    memory, replicas, before = Memory(), 2, None
    lines = [header_line(spec=spec, memory=memory, params={"poll": 10.0, "generation": 1, "version": "0.0.0"})]
    for poll in range(polls):
        at = given.NOW + 10 * poll
        lag = 400 if poll < 3 else 10
        parts = given.partitions(*[lag] * 6, at=at)
        seen = given.observation(parts, replicas=replicas, at=at, members=given.dealt(parts, replicas))
        decision, memory = decide(
            spec=spec, generation=1, observation=seen, memory=memory, now=at + 0.25, poll=given.POLL
        )
        wrote = None
        if decision.write and decision.replicas != replicas:
            wrote = Acted(at=at + 0.5, version=str(100 + poll))
            memory = acted(memory, decision=decision, now=wrote.at, version=wrote.version)
        look = Look(
            spec=spec,
            generation=1,
            observation=seen,
            memory=None,
            now=at + 0.25,
            poll=given.POLL,
            decision=verdict_line(decision),
            acted=wrote,
            told=True,
        )
        lines.append(look_line(look, before=before))
        before, replicas = look, decision.replicas if wrote and decision.replicas is not None else replicas
    return lines


def play(tmp_path: Path, lines: list[str], *arguments: str) -> Result:
    path = tmp_path / "obs.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return CliRunner().invoke(cli, ["replay", "--observations", str(path), *arguments], prog_name="sluicegate")


def verdicts(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_line_for_each_observation_with_the_promised_keys_and_the_recorded_decision(tmp_path: Path) -> None:
    lines = lived(SPEC)
    found = verdicts(play(tmp_path, lines, "-o", "json", "--check"))
    assert found == [json.loads(line)["decision"] for line in lines[1:]]
    assert all(list(one) == KEYS for one in found)
    assert {one["action"] for one in found} == {"ScaleUp", "ScaleDown", "Hold"}


def test_a_decision_that_was_another_one_then_is_told_and_is_code_3_when_asked(tmp_path: Path) -> None:
    lines = lived(SPEC)
    odd = json.loads(lines[2])
    odd["decision"]["replicas"] = 99
    lines[2] = json.dumps(odd)
    plain = play(tmp_path, lines, "-o", "json")
    assert plain.exit_code == 0
    assert "1 of 12 decisions differ" in plain.stderr
    assert "recorded by version 0.0.0" in plain.stderr
    assert play(tmp_path, lines, "--check").exit_code == 3


def test_another_app_says_what_it_would_have_done_and_never_takes_the_world_for_somebodys_hand(tmp_path: Path) -> None:
    tried = tmp_path / "tried.yaml"
    body = spec_body(SPEC)
    body["scaling"] |= {"maxReplicas": 3}
    tried.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "sluicegate.dev/v1alpha1",
                "kind": "KafkaConsumerApp",
                "metadata": {"name": "orders"},
                "spec": body,
            }
        )
    )
    found = verdicts(play(tmp_path, lived(SPEC), "-o", "json", "--app", str(tried)))
    assert len(found) == 12
    assert all(one["replicas"] <= 3 and one["cap"] == 3 for one in found)
    assert found[0]["wanted"] > 3
    assert found[0]["limitedBy"] == "Max"
    assert not [one for one in found if "stands for another" in one["message"]]


def test_where_the_world_does_not_follow_the_same_is_said_again(tmp_path: Path) -> None:
    """A step that nobody took blocks nothing: each line says what would be done with what runs there."""
    lines = lived(given.spec(scaling={"lagPerReplica": 100}, suspend=True))
    assert {json.loads(line)["workload"]["desired"] for line in lines[1:]} == {2}
    tried = {**json.loads(lines[0]), "app": spec_body(SPEC)}
    bare = [json.dumps(tried), *(_bare(line) for line in lines[1:])]
    found = verdicts(play(tmp_path, bare, "-o", "json"))
    assert [one["replicas"] for one in found[:4]] == [6, 6, 6, 2]
    assert found[-1]["action"] == "ScaleDown"


def _bare(line: str) -> str:
    """Only what the promised form names."""
    found = json.loads(line)
    for name in ("now", "decision", "acted"):
        found.pop(name)
    found["workload"] = {name: found["workload"][name] for name in ("desired", "ready", "updated")}
    found["pods"] = {name: found["pods"][name] for name in ("live", "terminating", "surge", "ips")}
    del found["group"]["describedAt"]
    for member in found["group"]["members"]:
        del member["clientId"]
    return json.dumps(found)


def test_lines_made_by_others_with_the_promised_keys_alone_are_read(tmp_path: Path) -> None:
    head = {"v": 1, "app": spec_body(SPEC), "memory": None, "params": {}}
    lines = [json.dumps(head), *(_bare(line) for line in lived(SPEC)[1:])]
    found = verdicts(play(tmp_path, lines, "-o", "json"))
    assert found[0]["action"] == "ScaleUp"
    assert found[0]["replicas"] == 6
    assert [one["action"] for one in found].count("ScaleDown") >= 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1 is not JSON"),
        ("[]", "line 1 is '[]': write a JSON map"),
        ('{"v": 7}', "line 1: v is 7: this version reads recordings of form 1"),
        ('{"v": 1}', "app is None: write the spec of a KafkaConsumerApp"),
        ('{"v": 1, "app": {"consumerGroup": "g"}}', "spec.scaleTargetRef is missing"),
    ],
)
def test_a_header_that_is_wrong_is_one_sentence(tmp_path: Path, line: str, words: str) -> None:
    result = play(tmp_path, [line])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at": None}, "line 2: at is None: write a number"),
        ({"partitions": {}}, "line 2: partitions is {}: write a list"),
        ({"partitions": [{"topic": "a", "partition": 0, "end": "9"}]}, "line 2: partitions[a-0].end is '9'"),
        ({"workload": 3}, "line 2: workload is 3: write a map"),
        ({"group": {}}, "line 2: group.state is missing: add it"),
    ],
)
def test_an_observation_that_is_wrong_names_line_key_and_remedy(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    head, line = lived(SPEC, polls=1)
    result = play(tmp_path, [head, json.dumps({**json.loads(line), **change})])
    assert result.exit_code == 1
    assert words in result.stderr


def test_lines_that_run_backwards_are_refused(tmp_path: Path) -> None:
    head, *lines = lived(SPEC, polls=2)
    assert "line 3: now is" in play(tmp_path, [head, lines[1], lines[0]]).stderr


def test_the_table_and_yaml_tell_the_same(tmp_path: Path) -> None:
    lines = lived(SPEC, polls=2)
    assert len(list(yaml.safe_load_all(play(tmp_path, lines, "-o", "yaml").stdout))) == 2
    table = play(tmp_path, lines).stdout
    assert "LIMITED-BY" in table
    assert "ScaleUp" in table


def test_a_spec_that_changed_meanwhile_is_in_the_recording(tmp_path: Path) -> None:
    lines = lived(SPEC, polls=2)
    wider = given.spec(scaling={"lagPerReplica": 100, "maxReplicas": 4})
    changed = {**json.loads(lines[2]), "app": spec_body(wider), "generation": 2}
    found = verdicts(play(tmp_path, [*lines[:2], json.dumps(changed)], "-o", "json"))
    assert [one["cap"] for one in found] == [6, 4]
