-- The example consumer's table. The key is the message's place in Kafka: one that is handed out twice is written once.
CREATE TABLE IF NOT EXISTS handled (
  topic text NOT NULL,
  partition integer NOT NULL,
  place bigint NOT NULL, -- the message's offset
  handled_by text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, partition, place)
);
