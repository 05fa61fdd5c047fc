"""What tests share: real clusters, real brokers, and ways to wait for them."""
