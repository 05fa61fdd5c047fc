"""Moves dead letters back to where they can be handled, in a process of its own: never one lost, repeats counted."""
