"""Everything that touches the world: settings, the log, the databases, keys, the command line."""
