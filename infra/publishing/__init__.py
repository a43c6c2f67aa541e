"""Owning the tables and letting others read them: files in RAPPORT_HOME, or a PostgreSQL database."""
