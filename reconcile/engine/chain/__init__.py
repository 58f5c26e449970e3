"""The chain of a stock: the order of its operations, the gaps between them, and what the gaps say of findings."""
