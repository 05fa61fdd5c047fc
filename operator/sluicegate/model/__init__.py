"""The words of Sluicegate: frozen values, parsed once at the edge. Standard library and pydantic only."""
