"""Laws by what a person writes."""

import pytest

from sluicegate.errors import Invalid
from sluicegate.simulate.laws import DEFAULT_LAWS, NAMES, law, split
from tests.unit.simulate.laws.given import context


@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_a_law_with_a_period(name: str) -> None:
    assert law(name, context=context()).period > 0


def test_the_laws_compared_by_default_exist() -> None:
    assert set(DEFAULT_LAWS) <= set(NAMES)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kedaa", "--law is 'kedaa': write keda"),
        ("best", "write one of sluicegate, keda, "),
        ("keda:lagTreshold=5", "lagTreshold=5 is not an option of keda: write lagThreshold (it has lagThreshold, poll"),
        ("static-max:x=1", "x=1 is not an option of static-max: remove it; it has replicas"),
        ("keda:lagThreshold=0", "lagThreshold is '0': write a whole number of 1 or more"),
        ("keda:tolerance=-1", "tolerance is '-1': write a number of 0 or more"),
        ("keda:tolerance=nan", "tolerance is 'nan': write a number"),
        ("keda:down=5 weeks", "down is '5 weeks': write a number with a unit"),
        ("keda:even=yes", "even is 'yes': write true or false"),
        ("keda:even", "'even' is not an option: write it as option=value"),
        ("keda:poll=15,poll=30", "poll is given twice"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(text: str, words: str) -> None:
    with pytest.raises(Invalid) as said:
        law(text, context=context())
    assert words in str(said.value)


def test_a_list_of_laws_is_told_from_a_list_of_options_by_the_equals_sign() -> None:
    assert split(["keda:poll=15,tolerance=0,flink", "static-max"]) == [
        "keda:poll=15,tolerance=0",
        "flink",
        "static-max",
    ]
    assert split(["keda:poll=15,flink:window=5m,down=0s"]) == ["keda:poll=15", "flink:window=5m,down=0s"]
