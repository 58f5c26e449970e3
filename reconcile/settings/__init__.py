"""`reconcile.toml` and the environment: data model, reading and printing."""
