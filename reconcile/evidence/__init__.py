"""The evidence file: the raw records of a day, less personal data and secrets."""
