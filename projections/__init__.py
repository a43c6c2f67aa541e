"""Facts, and the read models computed from them: SQL that runs unchanged on DuckDB and on PostgreSQL."""
