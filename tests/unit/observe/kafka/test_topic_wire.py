"""Orders and answers about topics come out of the pipe as they went in, and are no sweeps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model.kafka import ClientConfig, Fault, FaultKind
from sluicegate.model.topic import BrokerTopic, Change, ChangeKind, Outcome
from sluicegate.model.topic_order import TopicAnswer, TopicOrder
from sluicegate.observe.kafka import wire
from sluicegate.observe.kafka.topic_wire import (
    TopicErrand,
    decode_answer,
    decode_errand,
    encode_answer,
    encode_errand,
    is_errand,
)

words = st.text(max_size=12)
numbers = st.integers(min_value=0, max_value=2**31)
settings_ = st.dictionaries(words, words, max_size=3)
faults = st.builds(Fault, st.sampled_from(FaultKind), words, retriable=st.booleans())
changes = st.builds(
    Change,
    kind=st.sampled_from(ChangeKind),
    topic=words,
    partitions=numbers,
    replication=st.none() | numbers,
    config=settings_,
    id=words,
    force=st.booleans(),
)
names = st.lists(words, max_size=3).map(tuple)
orders = st.builds(TopicOrder, read=names, changes=st.lists(changes, max_size=3).map(tuple), readers_of=names)
topics = st.builds(
    BrokerTopic,
    name=words,
    id=words,
    partitions=numbers,
    replication=numbers,
    config=settings_,
    own=st.frozensets(words, max_size=3),
)
outcomes = st.builds(
    Outcome, change=changes, fault=st.none() | faults, id=words, exists=st.booleans(), kept=st.booleans()
)
answers = st.builds(
    TopicAnswer,
    topics=st.dictionaries(words, st.none() | faults | topics, max_size=3),
    outcomes=st.lists(outcomes, max_size=3).map(tuple),
    config_keys=st.frozensets(words, max_size=3),
    fault=st.none() | faults,
    readers=st.dictionaries(words, names, max_size=3),
    requests=st.dictionaries(words, numbers, max_size=3),
)


@given(order=orders, number=numbers, limit=st.floats(min_value=0, max_value=600))
def test_an_order_comes_out_whole_and_is_told_from_a_sweep(order: TopicOrder, number: int, limit: float) -> None:
    errand = TopicErrand(
        number=number, config=ClientConfig(settings=(("bootstrap.servers", "b:1"),)), order=order, limit=limit
    )
    sweep = wire.Order(number=number, config=errand.config, questions=(), now=1.0, monotonic=1.0, limit=limit)

    assert decode_errand(encode_errand(errand)) == errand
    assert is_errand(encode_errand(errand))
    assert not is_errand(wire.encode_order(sweep))


@given(answer=answers, number=numbers)
def test_an_answer_comes_out_whole_under_its_number(answer: TopicAnswer, number: int) -> None:
    body = encode_answer(number, answer)

    assert decode_answer(body) == answer
    assert wire.number_of(body) == number
    assert not wire.is_begun(body)
