"""The demonstration: the operator scales real consumers on a real cluster, and the story is checked, not told.

`python -m demo --act lag` (or ``make demo``) plays an act on the test bed and writes ``build/demo/ACT/``. Every number
in it is read back from the API server or the broker: what the operator says of itself counts for nothing here.
"""
