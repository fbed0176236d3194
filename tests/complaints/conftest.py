"""Programs on a pseudo-terminal, for complaints that only the whole program can answer."""

from tests.terminal.whole.conftest import company_file, sqlite_company, start

__all__ = ["company_file", "sqlite_company", "start"]
