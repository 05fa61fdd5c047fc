"""A world in virtual time to try laws in, and the laws that others use."""
