"""The reference pages under docs/, generated from the code they describe: `make docs` writes them, a test compares."""
