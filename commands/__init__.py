"""What people and systems ask for: frozen commands, thin handlers, one registry on one screen."""
