"""Exports: what the tables show, in the forms that other programs read."""
