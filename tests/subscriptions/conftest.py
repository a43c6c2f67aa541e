"""What subscriptions' tables show after given events."""

from tests.properties.given import engine, given

__all__ = ["engine", "given"]
