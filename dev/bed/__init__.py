"""The test bed: a one-node Kubernetes and a Kafka broker as plain processes on one Linux machine."""

from dev.bed.down import down
from dev.bed.errors import BedError
from dev.bed.layout import Layout, layout
from dev.bed.up import healthy, up

__all__ = ["BedError", "Layout", "down", "healthy", "layout", "up"]
