"""The one error of the bed: a sentence for the person at the keyboard, printed without a traceback."""


class BedError(Exception):
    """Something a person can act on: what failed, and the last thing the failing part said."""
