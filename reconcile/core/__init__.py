"""Used by all other packages: exact numbers and JSON, id positions, errors, log lines, atomic file writes."""
