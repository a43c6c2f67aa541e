"""The tables: facts and read models in DuckDB or PostgreSQL, each with its position in the log."""
