"""Sealed history: old events copied once into Parquet files, which rebuilds read in place of the log."""
