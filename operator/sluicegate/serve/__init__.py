"""What others read from the operator's pod: metrics and health."""
