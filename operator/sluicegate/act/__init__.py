"""The hands: scale, status, events. Every write compares before it swaps."""
