"""Kafka: the clients as the settings say, and what they read."""
