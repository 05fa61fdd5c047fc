"""What the process says about itself: metrics, logs, and the redaction that stands before both."""
