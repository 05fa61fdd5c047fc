"""`python -m dev.bed`."""

from dev.bed.cli import main

main()
