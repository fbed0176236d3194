import db.connection  # before any "from peewee import": it keeps the drivers out (see db/connection/drivers.py)
