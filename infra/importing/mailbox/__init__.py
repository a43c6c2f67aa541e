"""Mailboxes: messages found in files, read, and turned into events of e-mails and contacts."""
