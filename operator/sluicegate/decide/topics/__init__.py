"""Which retry and dead-letter topics an app asks for, and what must change so that they are there: pure."""
