"""The senses: what Kafka, workloads and dependencies show. Reads only; decides nothing."""
