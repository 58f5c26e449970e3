"""A Clopos on your own machine: the documented API on loopback, served from evidence or from a made-up day."""
