"""One module an act: what is set up, what happens, and what must have come true."""
