"""Reading Kafka: one sweep per access and poll, made in child processes that may crash or hang without harm."""
