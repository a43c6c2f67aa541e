"""Sealing personal data: the boxes, the keys and where they are kept."""
