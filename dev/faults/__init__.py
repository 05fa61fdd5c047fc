"""Ways to make the network lie, for tests that must see how the operator takes it."""
