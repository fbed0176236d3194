"""The change log of master data and setup."""

from db.connection import peewee
from db.fields import CodeField, KeyField, UtcField
from db.models.base import Base


class ChangeLog(Base):
    """One field of one record that was changed; a record made or deleted is one row without a field. Append-only."""

    change_no = peewee.BigAutoField()
    changed_at = UtcField()
    user_code = CodeField()
    terminal = KeyField(max_length=60)
    source_code = KeyField(max_length=20)
    kind = KeyField(max_length=40)  # what a message calls such a record
    record_key = peewee.TextField()
    action = KeyField(max_length=10)  # made, changed, deleted
    field = KeyField(max_length=60)
    old_value = peewee.TextField()
    new_value = peewee.TextField()

    class Meta:
        table_name = "change_log"


CHANGES = (ChangeLog,)
