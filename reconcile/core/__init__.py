"""What every other package stands on: exact numbers and JSON, positions of ids, errors, log lines, whole files."""
