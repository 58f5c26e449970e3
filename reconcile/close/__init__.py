"""The close: what the books and the ledger say of a month, and what stands in the way of closing it."""
