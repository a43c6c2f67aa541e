"""The program on both stores, as in tests/project."""

from tests.project.conftest import embedded, postgres_program, program

__all__ = ["embedded", "postgres_program", "program"]
