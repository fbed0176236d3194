"""Peewee without the drivers nobody asked for.

`import peewee` imports every PostgreSQL and MySQL driver that it finds: 149 ms instead of 46 before the first screen. So it
is imported here, once, while the drivers are hidden, and the PostgreSQL driver is imported when a PostgreSQL address is opened.
Each package whose modules say `from peewee import …` imports `db.connection` in its `__init__`; a test holds them to it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi", "pymysql", "MySQLdb", "mysql", "mariadb", "pysqlite3", "apsw")


@contextmanager
def hidden_drivers() -> Iterator[None]:
    """Inside the block an `import` of any driver fails as if it were not installed."""
    before = {name: sys.modules[name] for name in _DRIVERS if name in sys.modules}
    for name in _DRIVERS:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in _DRIVERS:
            del sys.modules[name]
        sys.modules.update(before)


with hidden_drivers():
    import peewee

__all__ = ["hidden_drivers", "peewee"]
