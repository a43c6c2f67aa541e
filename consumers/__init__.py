"""Long-running work: what comes in to the log, and what goes on from the log to the tables."""
