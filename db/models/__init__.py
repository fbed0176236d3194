import db.connection  # noqa: F401  before any "from peewee import": it keeps the drivers out (see db/connection/drivers.py)
