"""The rim towards Kubernetes: the API client, and watches that put what they saw in the store."""
