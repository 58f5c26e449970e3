"""The chain: what the books and the ledger of all venues of a folder say, for one page. Writes nothing."""
