"""What all row models share."""

from peewee import Model

from db.connection import database


class Base(Model):
    """Bound to the one database of the process. Rows never leave `db`; dataclasses do."""

    class Meta:
        database = database
        legacy_table_names = False
