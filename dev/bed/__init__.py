"""The test bed: a one-node Kubernetes and a Kafka broker as plain processes on one Linux machine.

Tests and the demo use these names; the command line (`python -m dev.bed`) is the same functions.
"""

from dev.bed.brokerctl import kill_broker, pause_broker, resume_broker, start_broker, stop_broker
from dev.bed.down import down
from dev.bed.environment import environment
from dev.bed.errors import BedError
from dev.bed.imagebuild import build_image
from dev.bed.layout import Layout, layout
from dev.bed.pods import PodProcess, container_pid, processes, run_in_network, signal_pod, signal_process
from dev.bed.progress import Progress
from dev.bed.up import healthy, up

__all__ = [
    "BedError",
    "Layout",
    "PodProcess",
    "Progress",
    "build_image",
    "container_pid",
    "down",
    "environment",
    "healthy",
    "kill_broker",
    "layout",
    "pause_broker",
    "processes",
    "resume_broker",
    "run_in_network",
    "signal_pod",
    "signal_process",
    "start_broker",
    "stop_broker",
    "up",
]
