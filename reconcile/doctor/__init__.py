"""First contact: what works between this machine and the API, what does not, and what to do."""
