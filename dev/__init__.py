"""What a developer of Sluicegate needs on one machine: a test bed, and ways to break it."""
