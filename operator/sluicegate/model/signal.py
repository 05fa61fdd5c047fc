"""Where a figure about a dependency, or a word on its health, comes from: HTTP, Prometheus, PostgreSQL."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import Field

from sluicegate.model.duration import Duration, between
from sluicegate.model.resource import Part
from sluicegate.model.rule import QUOTED, Rule
from sluicegate.model.secret import SecretKeyRef, SecretRef

_HOST = r"([a-zA-Z0-9]([-a-zA-Z0-9._]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])"
_REST = r"[/?][-a-zA-Z0-9._~:/?@!$&()*+,;=%\[\]]*"
_URL = f"https?://{_HOST}(:[0-9]{{1,5}})?({_REST})?"
_SETTING = "[a-z_]+"
_LIMIT = "(>=|<=|==|!=|>|<) ?-?[0-9]{1,12}([.][0-9]{1,9})?"

Url = Annotated[
    str,
    Field(min_length=1, max_length=2048),
    Rule(
        message="write an address that starts with http:// or https://, without user, password, spaces or '#'",
        cel=f"self.matches(r'^{_URL}$')",
        found=QUOTED,
        holds=lambda url: re.fullmatch(_URL, url) is not None,
    ),
]
Query = Annotated[str, Field(min_length=1, max_length=4096)]
Setting = Annotated[
    str,
    Field(min_length=1, max_length=63),
    Rule(
        message="write the name of a PostgreSQL setting, such as max_connections",
        cel=f"self.matches('^{_SETTING}$')",
        found=QUOTED,
        holds=lambda name: re.fullmatch(_SETTING, name) is not None,
    ),
]
Limit = Annotated[
    str,
    Field(min_length=1, max_length=32),
    Rule(
        message="write an operator (>, >=, <, <=, ==, !=) and a number, such as '> 0.05'",
        cel=f"self.matches('^{_LIMIT}$')",
        found=QUOTED,
        holds=lambda limit: re.fullmatch(_LIMIT, limit) is not None,
    ),
]
Interval = Annotated[Duration, between("1s", "1h")]
Timeout = Annotated[Duration, between("100ms", "30s")]

_CA_NEEDS_TLS = Rule(
    message="write a url that starts with https://, or remove caSecretRef",
    cel="!has(self.caSecretRef) || self.url.startsWith('https://')",
    holds=lambda part: part.ca_secret_ref is None or part.url.startswith("https://"),
    field="caSecretRef",
)


class PrometheusSource(Part):
    """An instant query to a Prometheus, and how to get at it. It must answer with one number."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            message="set at most one of bearerTokenSecretRef and basicAuthSecretRef",
            cel="!has(self.bearerTokenSecretRef) || !has(self.basicAuthSecretRef)",
            holds=lambda part: part.bearer_token_secret_ref is None or part.basic_auth_secret_ref is None,
        ),
        _CA_NEEDS_TLS,
    )

    url: Url
    """Address of the Prometheus, such as http://prometheus.monitoring:9090; what its API needs is added to it."""
    query: Query
    """PromQL whose result is one number: a scalar, or a vector of one series."""
    timeout: Timeout = 5.0
    """An answer that takes longer is a failure of the query: 100ms to 30s."""
    ca_secret_ref: SecretRef | None = None
    """Secret with the key ca.crt: the authority that signed the server's certificate; absent: the system's."""
    bearer_token_secret_ref: SecretKeyRef | None = None
    """The token to send with the query."""
    basic_auth_secret_ref: SecretRef | None = None
    """Secret with the keys username and password."""


class PrometheusQuery(PrometheusSource):
    """A figure from Prometheus."""

    interval: Interval = 30.0
    """How often it is read: 1s to 1h."""


class PrometheusCheck(PrometheusSource):
    """A health check by a figure from Prometheus."""

    fail_when: Limit
    """When the check has failed: an operator and a number, such as '> 0.05'."""


class PostgresSource(Part):
    """A PostgreSQL, and how to get at it. The operator opens one connection for a look and closes it."""

    connection_secret_ref: SecretKeyRef
    """A key that holds a connection URI: postgresql://user:password@host:5432/database?sslmode=verify-full."""
    timeout: Timeout = 5.0
    """Connecting and asking may take this long together: 100ms to 30s."""
    ca_secret_ref: SecretRef | None = None
    """Secret with the key ca.crt: the authority that signed the server's certificate; absent: the system's."""


class PostgresQuery(PostgresSource):
    """A figure from PostgreSQL."""

    interval: Interval = 30.0
    """How often it is read: 1s to 1h."""


class PostgresCapacity(PostgresQuery):
    """A capacity that PostgreSQL itself knows."""

    setting: Setting = "max_connections"
    """The setting whose value is the capacity."""


class PostgresUsage(PostgresQuery):
    """What is in use, by PostgreSQL's own account."""

    query: Query | None = None
    """SQL whose result is one number; absent: client connections in pg_stat_activity, without the operator's own."""


class PostgresCheck(PostgresSource):
    """A health check by connecting to PostgreSQL."""

    max_waiting_sessions: int | None = Field(default=None, ge=0, le=1_000_000)
    """The check fails when more sessions than this wait for a lock; absent: connecting is the check."""


class HttpCheck(Part):
    """A health check by a GET request. Redirects are not followed."""

    rules: ClassVar[tuple[Rule, ...]] = (_CA_NEEDS_TLS,)

    url: Url
    """The address to get."""
    expect_status: int = Field(default=200, ge=100, le=599)
    """The status code of a good answer."""
    timeout: Timeout = 2.0
    """An answer that takes longer is a failed check: 100ms to 30s."""
    ca_secret_ref: SecretRef | None = None
    """Secret with the key ca.crt: the authority that signed the server's certificate; absent: the system's."""
