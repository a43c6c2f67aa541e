"""Imports: files loaded into DuckDB, one SELECT over them, its rows as CloudEvents."""
