"""The Clopos open API: a client that asks within the quota, and the fetch of one business day."""
