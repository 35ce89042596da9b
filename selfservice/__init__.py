"""Surfaces for members: their API, S2 (`v1`), and their portal."""
