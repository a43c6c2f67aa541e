"""The real servers that tests and benches run against, started without Docker.

`python -m infra.services start|stop|status` is what `make services` calls; the tests call `postgres.start` and
`kafka.start` themselves.
"""
