"""Label printers, and the queue of what they are to print."""

from db.connection import peewee
from db.fields import CodeField, KeyField, UtcField
from db.models.base import Base


class Printer(Base):
    """One label printer: where its bytes go, and what lies in it."""

    code = CodeField(primary_key=True)
    name = peewee.CharField(max_length=100, default="")
    kind = peewee.CharField(max_length=10, default="port")  # port, file
    address = peewee.CharField(max_length=200, default="")  # host:port; or the path of a folder, file or device
    width_mm = peewee.IntegerField(default=100)
    height_mm = peewee.IntegerField(default=70)
    dpi = peewee.IntegerField(default=203)
    location_code = CodeField(default="")  # where it stands; blank: serves all that have none of their own
    blocked = peewee.BooleanField(default=False)  # switched off: its jobs wait


class PrintJob(Base):
    """Labels for one printer, whole, as the bytes it takes. Rows are never deleted: what became of each can be looked up."""

    job_no = peewee.BigAutoField()
    printer_code = peewee.ForeignKeyField(Printer, column_name="printer_code", on_delete="RESTRICT", index=False)
    title = peewee.CharField(max_length=100)  # what people call it: what was printed
    label_count = peewee.IntegerField()
    data = peewee.TextField()  # ZPL
    state = peewee.CharField(max_length=10)  # waiting, sending, sent, failed, cancelled
    attempts = peewee.IntegerField()
    reason = peewee.CharField(max_length=200)  # why the latest attempt came to nothing; blank once it was sent
    next_attempt_at = UtcField()
    sender = KeyField(max_length=90)  # host and number of the process that is sending it
    user_code = CodeField()
    terminal = KeyField(max_length=60)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "print_job"


PRINTING = (Printer, PrintJob)
