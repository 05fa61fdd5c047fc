"""docs/scenarios.md is made by one command; what can be known without running it for minutes is proven here."""

import pytest

from sluicegate.simulate.laws import NAMES
from tests.bench.scenarios import LAWS, PAGE, PICTURES, Scenario, page, read

SCENARIOS = read()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_world_says_what_it_is_and_stands_on_the_page_with_its_picture(scenario: Scenario) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert scenario.about.endswith(".")
    assert f"## {scenario.name}\n\n{scenario.about}\n" in page
    assert f"(images/scenarios/{scenario.name}.svg)" in page
    assert (PICTURES / f"{scenario.name}.svg").exists()


def test_the_page_has_no_world_that_is_gone() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("\n## ") == len(SCENARIOS) + 1
    assert {path.stem for path in PICTURES.glob("*.svg")} == {scenario.name for scenario in SCENARIOS}


def test_some_scenarios_can_be_made_anew_and_the_others_stay_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text).text([one.name for one in SCENARIOS]) == text
    assert page(text).text(["knee"]).count("\n## ") == 2


def test_an_app_declares_what_its_world_counts_units_of() -> None:
    declared = {one.name: [ref.name for ref in one.runs()[0].app.dependencies] for one in SCENARIOS}
    assert {name for name, refs in declared.items() if refs} == {"connections", "knee-declared"}


def test_all_laws_run_in_all_worlds() -> None:
    assert {law.split(":")[0] for law in LAWS} == set(NAMES)
    for scenario in SCENARIOS:
        assert [run.law for run in scenario.runs()] == list(LAWS)


def test_a_poisoned_partition_s_messages_are_not_counted() -> None:
    scenario = next(one for one in SCENARIOS if one.workload.stuck)
    run = scenario.runs()[LAWS.index("static-max")]
    outcome = run.outcome()
    assert outcome.late_percent > 1
    assert scenario.late(outcome) == 0
