"""Calendars (iCalendar, RFC 5545): their entries become meetings and tasks."""
