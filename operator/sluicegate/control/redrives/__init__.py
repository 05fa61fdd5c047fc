"""Redrives as resources: who may run, the processes that do it, and what people are told."""
