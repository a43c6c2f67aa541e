"""Shadows: tables of changed models beside the live ones, to see what would be if."""
