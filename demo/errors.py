"""What can go wrong in a demonstration, as one sentence a person can act on."""


class DemoError(Exception):
    """The story cannot go on; the text says why and, where there is one, what to do."""
