"""The Clopos open API: a client that keeps to the quota, and the fetch of one business day."""
