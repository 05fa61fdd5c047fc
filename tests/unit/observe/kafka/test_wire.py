"""What goes into the pipe comes out of it, whole and only once decoded when it is asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sluicegate.model.kafka import (
    ClientConfig,
    Fault,
    FaultKind,
    Group,
    GroupAnswer,
    GroupQuestion,
    Member,
    Partition,
    Sweep,
    TopicPartition,
)
from sluicegate.model.topic import DeadLetters, RetryPartition
from sluicegate.observe.kafka.wire import (
    HEADER,
    Order,
    decode_order,
    decode_sweep,
    encode_begun,
    encode_order,
    encode_sweep,
    frame,
    is_begun,
    number_of,
)

words = st.text(max_size=12)
offsets = st.none() | st.integers(min_value=0, max_value=2**62)
times = st.floats(min_value=0, max_value=4e9)
faults = st.none() | st.builds(Fault, st.sampled_from(FaultKind), words, retriable=st.booleans())
topics = st.none() | st.lists(words, max_size=3).map(tuple)
questions = st.builds(
    GroupQuestion,
    group=words,
    topics=topics,
    describe=st.booleans(),
    urgent=st.booleans(),
    history=st.booleans(),
    retry=st.lists(st.tuples(words, times), max_size=3).map(tuple),
    dead_letters=st.lists(words, max_size=3).map(tuple),
)
retries = st.builds(
    RetryPartition,
    topic=words,
    partition=st.integers(0, 9999),
    due_end=offsets,
    committed=offsets,
    start=st.integers(0, 2**62),
    fault=faults,
)
letters = st.builds(DeadLetters, topic=words, records=offsets, ends=offsets, oldest=st.none() | times, fault=faults)
partitions = st.builds(
    Partition,
    topic=words,
    partition=st.integers(min_value=0, max_value=9999),
    start=offsets,
    end=offsets,
    stable=offsets,
    committed=offsets,
    fault=faults,
    at=times,
    topic_id=st.none() | words,
    earlier=st.none() | st.tuples(st.integers(min_value=0, max_value=2**62), times),
)
members = st.builds(
    Member,
    id=words,
    instance_id=st.none() | words,
    client_id=words,
    host=words,
    partitions=st.lists(st.builds(TopicPartition, words, st.integers(0, 99)), max_size=3).map(tuple),
)
groups = st.none() | st.builds(
    Group,
    state=words,
    type=words,
    assignor=words,
    generation=st.none() | st.integers(0, 99),
    members=st.lists(members, max_size=2).map(tuple),
    described_at=times,
)
answers = st.builds(
    GroupAnswer,
    question=questions,
    partitions=st.lists(partitions, max_size=3).map(tuple),
    group=groups,
    group_fault=faults,
    topic_faults=st.lists(st.tuples(words, faults.filter(lambda one: one is not None)), max_size=2).map(tuple),
    fault=faults,
    at=times,
    retry=st.lists(retries, max_size=3).map(tuple),
    dead_letters=st.lists(letters, max_size=2).map(tuple),
)
sweeps = st.builds(
    Sweep,
    at=times,
    seconds=times,
    brokers=st.integers(0, 999),
    answers=st.lists(answers, max_size=3).map(tuple),
    cluster_id=st.none() | words,
    fault=faults,
    requests=st.dictionaries(words, st.integers(0, 999), max_size=3),
)


@given(sweep=sweeps, number=st.integers(1, 2**40))
def test_a_sweep_comes_back_as_it_was(sweep: Sweep, number: int) -> None:
    body = encode_sweep(number, sweep)

    assert decode_sweep(body, questions=tuple(answer.question for answer in sweep.answers)) == (number, sweep)
    assert number_of(body) == number
    assert not is_begun(body)


@given(
    asked=st.lists(questions, max_size=4).map(tuple),
    settings=st.dictionaries(words, words, max_size=3),
    number=st.integers(1, 2**40),
)
def test_an_order_comes_back_as_it_was(asked: tuple[GroupQuestion, ...], settings: dict[str, str], number: int) -> None:
    config = ClientConfig(settings=tuple(sorted(settings.items())))
    order = Order(number=number, config=config, questions=asked, now=1.5, monotonic=2.5, limit=3.5)

    assert decode_order(encode_order(order)) == order


def test_a_failed_sweep_has_no_answers_for_its_questions() -> None:
    fault = Fault(FaultKind.UNREACHABLE, "no broker of kafka:9092 can be reached")
    failed = Sweep(at=1.0, seconds=2.0, brokers=0, answers=(), fault=fault)

    assert decode_sweep(encode_sweep(7, failed), questions=(GroupQuestion(group="g", topics=None),)) == (7, failed)


def test_a_frame_begins_with_the_length_of_its_body() -> None:
    assert frame(b"abc") == HEADER.pack(3) + b"abc"


def test_the_word_that_an_order_was_taken_up_names_it() -> None:
    assert is_begun(encode_begun(42))
    assert number_of(encode_begun(42)) == 42
