"""What can happen to a customer, and what is allowed: pure, no I/O, no clock, no randomness, no SQL."""
