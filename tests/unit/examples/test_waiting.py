"""What is not due is put back and holds up nobody else; who loses a partition forgets it."""

from __future__ import annotations

from confluent_kafka import TopicPartition

from examples.consumer.waiting import Waiting


class Seat:
    """Remembers which partitions rest, and where they go on."""

    def __init__(self) -> None:
        self.paused: set[tuple[str, int]] = set()
        self.position: dict[tuple[str, int], int] = {}

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused |= {(one.topic, one.partition) for one in partitions}

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.paused -= {(one.topic, one.partition) for one in partitions}

    def seek(self, partition: TopicPartition) -> None:
        self.position[(partition.topic, partition.partition)] = partition.offset


def test_a_partition_rests_from_the_message_that_is_not_due_until_it_is() -> None:
    seat = Seat()
    waiting = Waiting(seat)
    waiting.put_back(topic="r", partition=2, offset=17, until=100.0)
    waiting.resume(99.9)
    assert seat.paused == {("r", 2)}
    assert seat.position == {("r", 2): 17}
    waiting.resume(100.0)
    assert seat.paused == set()


def test_it_says_which_partitions_rest_so_that_nobody_pauses_them_twice() -> None:
    waiting = Waiting(Seat())
    waiting.put_back(topic="r", partition=0, offset=5, until=100.0)
    assert waiting.holds(TopicPartition("r", 0))
    assert not waiting.holds(TopicPartition("r", 1))
    waiting.resume(100.0)
    assert not waiting.holds(TopicPartition("r", 0))


def test_each_partition_is_taken_up_at_its_own_time() -> None:
    seat = Seat()
    waiting = Waiting(seat)
    for partition in range(3):
        waiting.put_back(topic="r", partition=partition, offset=0, until=100.0 + partition)
    waiting.resume(101.0)
    assert seat.paused == {("r", 2)}


def test_a_partition_that_others_have_now_is_not_taken_up() -> None:
    seat = Seat()
    waiting = Waiting(seat)
    waiting.put_back(topic="r", partition=0, offset=5, until=100.0)
    waiting.forget([TopicPartition("r", 0)])
    waiting.resume(200.0)
    assert seat.paused == {("r", 0)}
