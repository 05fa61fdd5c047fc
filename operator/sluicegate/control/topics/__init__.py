"""Provisioning of retry and dead-letter topics: what is remembered, when Kafka is asked, what is told."""
