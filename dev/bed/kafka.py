"""One KRaft broker with a listener for each way a client may come in.

| listener | address | who may come |
| --- | --- | --- |
| PLAINTEXT | 10.245.0.1:9092 | anyone; is a super user |
| PROXIED | 10.245.0.1:9094, advertised as 10.245.0.2:9092 | anyone who came through a proxy on that address |
| SASL | 10.245.0.1:9095 | `sluice` and `admin`, by PLAIN or SCRAM, without TLS |
| TLS | 10.245.0.1:9096 | anyone over TLS; a client certificate is asked for, not required |
| SASLTLS | 10.245.0.1:9097 | `sluice` and `admin`, by PLAIN or SCRAM, over TLS |
"""

from pathlib import Path
from typing import Final

from dev.bed import addresses as at
from dev.bed import command
from dev.bed.daemons import Daemon
from dev.bed.layout import Layout

USERS: Final = {"sluice": "sluice-secret", "admin": "admin-secret"}
"""User to password, the same for PLAIN and SCRAM. `sluice` is an ordinary user: ACLs can deny it things."""

CLUSTER_ID: Final = "c2x1aWNlZ2F0ZS1iZWQtMQ"

_LISTENERS: Final = {
    "PLAINTEXT": (at.KAFKA_PLAIN, at.KAFKA_PLAIN, "PLAINTEXT"),
    "PROXIED": (at.KAFKA_PROXIED, at.KAFKA_BEHIND_PROXY, "PLAINTEXT"),
    "SASL": (at.KAFKA_SASL, at.KAFKA_SASL, "SASL_PLAINTEXT"),
    "TLS": (at.KAFKA_TLS, at.KAFKA_TLS, "SSL"),
    "SASLTLS": (at.KAFKA_SASL_TLS, at.KAFKA_SASL_TLS, "SASL_SSL"),
    "CONTROLLER": (at.KAFKA_CONTROLLER, "", "PLAINTEXT"),
}

# Serial collector and first compiler only: a broker that serves a laptop's tests must start fast and stay small.
_JAVA: Final = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")

_LOG4J: Final = """\
<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
  <Loggers>
    <Logger name="kafka.server.KafkaRaftServer" level="info"/>
    <Root level="warn"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


def write_config(*, layout: Layout) -> None:
    """server.properties and the log settings."""
    (layout.config / "kafka.properties").write_text(_properties(layout))
    (layout.config / "log4j2.xml").write_text(_LOG4J)
    (layout.config / "kafka.properties").chmod(0o600)


def format_storage(*, jars: Path, layout: Layout) -> None:
    """Prepare an empty log directory and the SCRAM users; a formatted one is left alone."""
    if (layout.state / "kafka" / "meta.properties").exists():
        return
    scram = [
        word
        for user, password in USERS.items()
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
        for word in ("--add-scram", f"{mechanism}=[name={user},password={password}]")
    ]
    tool = [*_JAVA, "-Xmx128m", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID]
    command.run([*tool, "-c", layout.config / "kafka.properties", *scram], timeout=120)


def broker(*, jars: Path, layout: Layout) -> Daemon:
    """The broker, which is its own controller."""
    log4j = f"-Dlog4j2.configurationFile={layout.config}/log4j2.xml"
    return Daemon(
        name="kafka",
        listens=tuple(bind for bind, _, _ in _LISTENERS.values()),
        grace=30.0,
        argv=(
            *_JAVA,
            "-Xms128m",
            "-Xmx384m",
            log4j,
            "-cp",
            f"{jars}/*",
            "kafka.Kafka",
            f"{layout.config}/kafka.properties",
        ),
    )


def _properties(layout: Layout) -> str:
    plain = " ".join(f'user_{user}="{password}"' for user, password in USERS.items())
    modules = "org.apache.kafka.common.security"
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        # Static voters: a dynamic quorum spun its raft thread after a kill -9 and a change of addresses.
        "controller.quorum.voters": f"1@{at.KAFKA_CONTROLLER}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": ",".join(f"{name}://{bind}" for name, (bind, _, _) in _LISTENERS.items()),
        "advertised.listeners": ",".join(f"{name}://{shown}" for name, (_, shown, _) in _LISTENERS.items() if shown),
        "listener.security.protocol.map": ",".join(f"{name}:{kind}" for name, (_, _, kind) in _LISTENERS.items()),
        "log.dirs": f"{layout.state}/kafka",
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "10",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "5",
        # For tests only: production waits 3 s for more members before it assigns partitions.
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker that comes back waits until its former self is given up.
        "broker.session.timeout.ms": "4000",
        "broker.heartbeat.interval.ms": "1000",
        # Whoever comes without a user name may do all; a named user may do what no ACL on the resource speaks against.
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:admin",
        "allow.everyone.if.no.acl.found": "true",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": f"{layout.pki}/kafka.pem",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(layout.kafka_ca),
        "ssl.client.auth": "requested",
    }
    for listener in ("sasl", "sasltls"):
        prefix = f"listener.name.{listener}"
        settings[f"{prefix}.plain.sasl.jaas.config"] = f"{modules}.plain.PlainLoginModule required {plain};"
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            settings[f"{prefix}.{mechanism}.sasl.jaas.config"] = f"{modules}.scram.ScramLoginModule required;"
    return "".join(f"{key}={value}\n" for key, value in settings.items())
