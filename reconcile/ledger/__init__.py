"""Open items: what an accountant works through, and the answers given in earlier workbooks."""
