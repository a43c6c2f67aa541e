"""The fact tables: an event's row, typed. Their columns and staging statements are generated from the event models."""
