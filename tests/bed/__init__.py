"""Tests of the bed itself: its parts anywhere, its life from `up` to `down` as root."""
