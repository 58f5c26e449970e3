"""`reconcile.toml` and the environment: their model, how they are read, and how they are printed."""
