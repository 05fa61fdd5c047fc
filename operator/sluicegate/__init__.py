"""Sluicegate: scales Kafka consumers by lag, held back by what partitions and downstream systems can bear."""
