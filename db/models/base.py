"""What all row models share."""

from db.connection import database, peewee


class Base(peewee.Model):
    """Bound to the one database of the process. Rows never leave `db`; dataclasses do."""

    class Meta:
        database = database
        legacy_table_names = False
