"""Which redrives may run, and from where to where they move dead letters: pure."""
