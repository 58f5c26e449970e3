"""What the sheets show beyond findings, as frames, without Excel."""
