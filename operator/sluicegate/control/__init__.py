"""The heartbeat: what is known (store), one task per Kafka connection, and what happens when things fail."""
