"""`sluicegate simulate` as a user meets it, on days of a few minutes."""

import io
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from rich.console import Console

from sluicegate.cli.main import cli
from sluicegate.cli.outcomes import Day, table
from sluicegate.simulate.arrivals import arrivals_for
from sluicegate.simulate.compare import Run
from sluicegate.simulate.workload import WorkloadSpec
from tests.support.given import spec

FIGURES = {
    "late_percent",
    "delay_p50_s",
    "delay_p99_s",
    "delay_max_s",
    "replica_hours",
    "scalings",
    "rebalances",
    "peak_replicas",
    "final_replicas",
    "max_over_cap",
    "unprocessed",
}
APP = """\
apiVersion: sluicegate.dev/v1alpha1
kind: KafkaConsumerApp
metadata: {name: orders}
spec:
  scaleTargetRef: {name: orders}
  kafka: {bootstrapServers: "kafka:9092"}
  consumerGroup: orders-v1
  topics: [orders]
  scaling: {maxReplicas: 8, lagObjective: 30s}
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """app.yaml, world.yaml (12 partitions) and day.csv (ten minutes, 300 messages a second) in one folder."""
    (tmp_path / "app.yaml").write_text(APP)
    (tmp_path / "world.yaml").write_text("partitions: 12\nstartNoise: 0\nseed: 3\n")
    rows = [f"{second},{300 * 60}" for second in range(0, 600, 60)]
    (tmp_path / "day.csv").write_text("\n".join(["second,messages", *rows]))
    return tmp_path


def run(files: Path, *arguments: str) -> Result:
    """Arguments that name a file of ``files`` become its path."""
    full = [str(files / one) if (files / one).is_file() else one for one in arguments]
    return CliRunner().invoke(cli, ["simulate", *full], prog_name="sluicegate")


def test_json_is_the_promised_form_with_the_laws_as_they_were_written(files: Path) -> None:
    laws = ("--law", "keda:lagThreshold=200", "--law", "sluicegate,static-max")
    found = run(files, "--app", "app.yaml", "--arrivals", "day.csv", "--workload", "world.yaml", *laws, "-o", "json")
    assert found.exit_code == 0, found.output
    value = json.loads(found.stdout)
    assert set(value) == {"laws", "arrivals"}
    assert list(value["laws"]) == ["keda:lagThreshold=200", "sluicegate", "static-max"]
    assert all(set(figures) == FIGURES for figures in value["laws"].values())
    assert value["arrivals"]["seconds"] == 600
    assert value["arrivals"]["messages"] == pytest.approx(180_000, rel=0.02)
    static = value["laws"]["static-max"]
    assert static["peak_replicas"] == static["final_replicas"] == 8
    assert static["max_over_cap"] == 0
    assert static["late_percent"] == 0


def test_yaml_says_the_same(files: Path) -> None:
    asked = ("--arrivals", "day.csv", "--workload", "world.yaml", "--law", "static-max")
    as_yaml = yaml.safe_load(run(files, *asked, "-o", "yaml").stdout)
    assert as_yaml == json.loads(run(files, *asked, "-o", "json").stdout)


def test_the_table_has_a_row_for_each_of_three_laws_and_no_colour_in_a_pipe(files: Path) -> None:
    found = run(files, "--app", "app.yaml", "--arrivals", "day.csv", "--workload", "world.yaml")
    assert found.exit_code == 0, found.output
    first, header, *rows = found.stdout.splitlines()
    assert first.endswith("messages in 600 seconds")
    assert header.split()[:2] == ["LAW", "LATE"]
    assert [row.split()[0] for row in rows] == ["sluicegate", "keda", "keda-tuned"]
    assert "\x1b" not in found.output


def test_beside_the_limit_every_law_is_measured_by_it(files: Path) -> None:
    rows = run(files, "--arrivals", "day.csv", "--law", "static-max,clairvoyant").stdout.splitlines()
    assert rows[1].split()[:9] == ["LAW", "LATE", "P99", "MAX", "HOURS", "LIMIT", "SCALINGS", "REBALANCES", "PEAK"]
    against = [row.split()[row.split().index("%") + 4].removesuffix("x") for row in rows[2:]]
    assert against[1] == "1.00"
    assert float(against[0]) > 2


def test_messages_that_nobody_handled_have_a_column_of_their_own(files: Path) -> None:
    asked = ("--arrivals", "day.csv", "--workload", "world.yaml", "--law", "static-max:replicas=1,static-max")
    rows = run(files, *asked).stdout.splitlines()
    assert rows[1].split()[-1] == "LEFT"
    assert [int(row.split()[-1].replace(",", "")) > 10_000 for row in rows[2:]] == [True, False]


def test_on_a_narrow_terminal_no_number_is_cut(files: Path) -> None:
    out = io.StringIO()
    workload = WorkloadSpec.model_validate({"partitions": 12, "arrivals": {"kind": "steady", "seconds": 300}})
    arrivals = arrivals_for(workload)
    app = spec(scaling={"maxReplicas": 12})
    outcomes = {
        law: Run(law=law, app=app, objective=60.0, workload=workload, arrivals=arrivals).outcome()
        for law in ("clairvoyant", "keda:lagThreshold=200,tolerance=0")
    }
    Console(file=out, width=80).print(table(Day(name="", arrivals=arrivals, outcomes=outcomes)))
    assert "…" not in out.getvalue()
    assert "REBALANCES" in out.getvalue()


def test_without_an_app_it_says_what_it_assumed(files: Path) -> None:
    found = run(files, "--arrivals", "day.csv", "--workload", "world.yaml", "--law", "static-max", "-o", "json")
    assert "no --app: assumed lagObjective 1m, minReplicas 1, maxReplicas 12" in found.stderr
    assert json.loads(found.stdout)["laws"]["static-max"]["peak_replicas"] == 12


def test_several_files_of_arrivals_are_several_days(files: Path) -> None:
    (files / "night.csv").write_text("second,messages\n0,600\n60,600\n")
    asked = ("--arrivals", "day.csv", "--arrivals", "night.csv", "--law", "static-max")
    value = json.loads(run(files, *asked, "-o", "json").stdout)
    assert [(name, day["arrivals"]["seconds"]) for name, day in value["days"].items()] == [("day", 600), ("night", 120)]
    lines = run(files, *asked).stdout.splitlines()
    assert [line.split(":")[0] for line in lines if "messages in" in line] == ["day", "night"]


def test_days_of_one_name_are_told_apart_by_their_folders(files: Path) -> None:
    (files / "june").mkdir()
    (files / "june" / "day.csv").write_text("second,messages\n0,600\n60,600\n")
    asked = ("--arrivals", "day.csv", "--arrivals", "june/day.csv", "--law", "static-max", "-o", "json")
    value = json.loads(run(files, *asked).stdout)
    assert list(value["days"]) == [str(files / "day.csv"), str(files / "june" / "day.csv")]


def test_load_multiplies_the_arrivals_and_says_what_breaks_first(files: Path) -> None:
    asked = ("--app", "app.yaml", "--arrivals", "day.csv", "--workload", "world.yaml", "--law", "static-max")
    found = run(files, *asked, "--load", "10x", "-o", "json")
    value = json.loads(found.stdout)
    assert value["arrivals"]["messages"] == pytest.approx(1_800_000, rel=0.02)
    assert value["load"]["factor"] == 10
    assert value["load"]["first"]["limit"] == "Max"
    assert [limit["limit"] for limit in value["load"]["limits"]] == ["Max", "Partitions"]
    assert value["laws"]["static-max"]["late_percent"] > 10
    last = run(files, *asked, "--load", "10x").stdout.splitlines()[-1]
    assert last.startswith("Max breaks first, at 2.09x of these arrivals: maxReplicas 8 handle 600 messages/s at most.")
    assert "10x is too much, whatever the law. Then Partitions at 4." in last
    assert "1x holds" in run(files, *asked, "--load", "1x").stdout


def test_the_objective_of_the_app_counts_and_one_can_be_given_where_it_has_none(files: Path) -> None:
    (files / "slow.csv").write_text("second,messages\n0,30000\n10,0\n300,0\n")
    asked = ("--arrivals", "slow.csv", "--workload", "world.yaml", "--law", "static-max", "-o", "json")
    late = [
        json.loads(run(files, *asked, "--objective", objective).stdout)["laws"]["static-max"]["late_percent"]
        for objective in ("10s", "20s", "5m")
    ]
    assert late[0] > late[1] > late[2] == 0
    clash = run(files, "--app", "app.yaml", *asked, "--objective", "60s")
    assert clash.exit_code == 2
    assert "--objective is '60s', but the app has lagObjective 30s: give one of the two" in clash.output


def test_the_day_is_drawn_as_svg_and_png(files: Path) -> None:
    for name, begins in (("out.svg", b"<?xml"), ("out.png", b"\x89PNG")):
        found = run(files, "--arrivals", "day.csv", "--law", "static-max", "--plot", str(files / name))
        assert found.exit_code == 0, found.output
        assert (files / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--law", "kedaa"), "--law is 'kedaa': write keda."),
        (("--law", "keda:lagTreshold=5"), "lagTreshold=5 is not an option of keda: write lagThreshold"),
        (("--law", "keda:poll=soon"), "poll is 'soon': write a number with a unit"),
        (("--load", "ten"), "--load is 'ten': write a factor above 0, as 10x"),
        (("--load", "0"), "--load is '0'"),
        (("--objective", "soon"), "--objective is 'soon': write a number with a unit"),
        (("--objective", "48h"), "write a duration from 1s to 24h"),
        (("--plot", "out.pdf"), "--plot is 'out.pdf': end the name with .svg or .png"),
        (("--arrivals", "day.csv", "--plot", "out.svg"), "--plot draws one day"),
        (("--plot", "nowhere/out.svg"), "--plot is 'nowhere/out.svg': make the folder nowhere first"),
        (("--app", "missing.yaml"), "missing.yaml"),
    ],
)
def test_wrong_usage_is_code_2_and_names_option_value_and_remedy(
    files: Path, arguments: tuple[str, ...], words: str
) -> None:
    found = run(files, "--arrivals", "day.csv", *arguments)
    assert found.exit_code == 2
    assert words in " ".join(found.output.split())


def test_without_any_arrivals_it_says_where_they_may_come_from(files: Path) -> None:
    found = run(files, "--workload", "world.yaml")
    assert found.exit_code == 2
    assert "give a CSV file, or a --workload with an arrivals block" in found.output


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("day.csv", "second;messages\n0;1\n", "day.csv: line 1 of the arrivals"),
        ("world.yaml", "partition: 12", "world.yaml: partition is not a field: write partitions"),
        ("world.yaml", "partitions: none", "world.yaml: partitions is"),
        ("app.yaml", APP.replace("maxReplicas: 8", "maxReplicas: 0"), "app.yaml: spec.scaling.maxReplicas is 0"),
        ("app.yaml", "kind: Deployment", "app.yaml: holds 0 resources of kind KafkaConsumerApp"),
        ("app.yaml", "a: [", "app.yaml: is no YAML"),
    ],
)
def test_a_file_that_cannot_be_used_is_code_1_and_one_sentence_with_its_name(
    files: Path, name: str, text: str, words: str
) -> None:
    (files / name).write_text(text)
    found = run(files, "--app", "app.yaml", "--arrivals", "day.csv", "--workload", "world.yaml", "--law", "static-max")
    assert found.exit_code == 1
    assert words in found.output
    assert "Traceback" not in found.output


def test_its_help_has_an_example_and_needs_no_numpy() -> None:
    found = CliRunner().invoke(cli, ["simulate", "--help"], prog_name="sluicegate")
    assert "Example: sluicegate simulate --app app.yaml" in found.output


@pytest.fixture
def dependent(files: Path) -> Path:
    """With an app that takes ten of the forty connections of orders-db a replica, and a world that has it."""
    (files / "app.yaml").write_text(APP + "  dependencies: [{name: orders-db, costPerReplica: 10}]\n")
    dependency = "{name: orders-db, capacity: 40, costPerReplica: 10}"
    (files / "db.yaml").write_text(f"partitions: 12\nstartNoise: 0\nseed: 3\ndependencies: [{dependency}]\n")
    rows = [f"{second},{700 * 60}" for second in range(0, 600, 60)]
    (files / "busy.csv").write_text("\n".join(["second,messages", *rows]))
    return files


def test_an_app_has_its_share_of_a_dependency_and_other_laws_are_refused(dependent: Path) -> None:
    arguments = ("--app", "app.yaml", "--workload", "db.yaml", "--arrivals", "busy.csv", "--law", "sluicegate,keda")
    found = run(dependent, *arguments, "-o", "json")
    laws = json.loads(found.stdout)["laws"]
    assert set(laws["sluicegate"]) == {*FIGURES, "refused_hours"}
    assert (laws["sluicegate"]["peak_replicas"], laws["sluicegate"]["refused_hours"]) == (4, 0)
    assert laws["keda"]["refused_hours"] > 0.1
    assert "REFUSED" in run(dependent, *arguments).stdout


def test_ten_times_as_much_breaks_the_dependency_first_and_says_so(dependent: Path) -> None:
    arguments = ("--app", "app.yaml", "--workload", "db.yaml", "--arrivals", "day.csv", "--law", "sluicegate")
    found = run(dependent, *arguments, "--load", "10x", "-o", "json")
    load = json.loads(found.stdout)["load"]
    assert load["first"]["limit"] == "Dependency/orders-db"
    assert "orders-db has connections for 4 replicas (10 each), which handle 400 messages/s at most" in load["message"]


def test_a_dependency_that_the_world_does_not_have_is_left_out_and_that_is_said(dependent: Path) -> None:
    found = run(
        dependent, "--app", "app.yaml", "--workload", "world.yaml", "--arrivals", "busy.csv", "--law", "sluicegate"
    )
    assert found.exit_code == 0
    assert "the app depends on orders-db, which the workload does not have: tried without" in found.stderr
    assert "REFUSED" not in found.stdout
