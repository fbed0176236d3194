"""What is under way and may change: saved scans, the work that each user has in hand, and open counts.

Nothing here is a ledger: rows are updated and deleted. What is posted from them lies in the ledgers.
"""

from db.connection import peewee
from db.fields import CodeField, DayField, ExactField, KeyField, NumberField, UtcField
from db.models.base import Base


class WorkSession(Base):
    """What one user has in hand: where, at which terminal, at which step. One row a user, kept when the user signs out.

    `session_no` rises whenever the work is taken up: a terminal that still holds an older number writes nothing.
    """

    user_code = CodeField(primary_key=True)
    session_no = peewee.IntegerField()
    terminal = KeyField(max_length=60)
    process = KeyField(max_length=90)  # host and number of the process that has it
    signed_in = peewee.BooleanField()
    location_code = CodeField()
    state = peewee.TextField()  # JSON of `stockterm.flows.hand.Hand`
    pending = peewee.TextField()  # half-typed text
    scan_count = peewee.IntegerField()  # good scans since signing in
    started_at = UtcField()
    seen_at = UtcField()

    class Meta:
        table_name = "work_session"
        indexes = ((("terminal",), False),)


class ScanLog(Base):
    """Every scan as it came in, saved before anything is done with it. Never a PIN, never a badge."""

    scan_no = peewee.BigAutoField()
    scan_id = KeyField(max_length=64, unique=True)  # a name given where it was scanned: saving it twice keeps one
    user_code = CodeField()
    session_no = peewee.IntegerField()
    terminal = KeyField(max_length=60)
    scanned_at = UtcField()
    raw = peewee.TextField()  # type: ignore[assignment]  # hides `Model.raw`, which nothing here calls
    command = peewee.BooleanField()  # a command key or label; `raw` is its label
    certain = peewee.BooleanField()  # scan: certainly from a reader; command: certainly from a key
    status = peewee.CharField(max_length=10)  # saved, held, applied, refused, discarded
    waiting = peewee.BooleanField()  # saved or held
    note = peewee.CharField(max_length=200)  # code of the error that refused it

    class Meta:
        table_name = "scan_log"


class SignInAttempt(Base):
    """Wrong PINs of one user in a row, and until when the next try must wait."""

    user_code = CodeField(primary_key=True)
    failures = peewee.IntegerField()
    wait_until = UtcField()

    class Meta:
        table_name = "sign_in_attempt"


class OpenCount(Base):
    """A free count at one location: counted by one user (or handed on to another), posted as one operation."""

    count_no = peewee.BigAutoField()
    user_code = CodeField()  # who has it in hand
    location_code = CodeField()
    status = peewee.CharField(max_length=10)  # open, handed_in, posted, discarded
    blind = peewee.BooleanField()  # counted by somebody who may not know what is expected
    started_at = UtcField()
    changed_at = UtcField()
    register_no = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "open_count"
        indexes = ((("location_code", "status"), False),)


class CountedLine(Base):
    """One counted quantity, in base units, with the watermarks of its first and its latest scan."""

    count_no = peewee.BigIntegerField()
    line_no = peewee.IntegerField()
    item_no = CodeField()
    variant_code = CodeField()
    bin_code = CodeField()
    lot_no = NumberField()
    serial_no = NumberField()
    package_no = NumberField()
    lot_key = NumberField()
    serial_key = NumberField()
    package_key = NumberField()
    expiration_date = DayField(null=True)
    quantity = ExactField()
    entered = peewee.TextField()  # JSON {unit: quantity}: what was scanned in which unit
    confirmed_empty = peewee.BooleanField()
    first_item_ledger_entry_no = peewee.BigIntegerField()
    first_warehouse_entry_no = peewee.BigIntegerField()
    last_item_ledger_entry_no = peewee.BigIntegerField()
    last_warehouse_entry_no = peewee.BigIntegerField()
    counted_by = CodeField()
    counted_at = UtcField()
    terminal = KeyField(max_length=60)
    open = peewee.BooleanField()  # its count is not posted and not discarded

    class Meta:
        table_name = "counted_line"
        primary_key = peewee.CompositeKey("count_no", "line_no")
        indexes = ((("count_no", "bin_code", "item_no", "variant_code", "lot_key", "serial_key", "package_key"), True),)


class WorkStep(Base):
    """One scan that changed the work in hand, and what was before it: what undo goes back to. Deleted when the work is posted."""

    work = KeyField(max_length=60)  # `count:17`, `move:ANN`
    step_no = peewee.IntegerField()
    what = peewee.CharField(max_length=100)  # what was scanned
    state = peewee.TextField()  # JSON of the flow's state before
    before = peewee.TextField()  # JSON of the row before, as the flow understands it

    class Meta:
        table_name = "work_step"
        primary_key = peewee.CompositeKey("work", "step_no")


WORK = (WorkSession, ScanLog, SignInAttempt, OpenCount, CountedLine, WorkStep)
