"""The data contracts of the frames, and the catalogue of products."""
