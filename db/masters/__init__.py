"""Master data and settings: inserting and changing them, with every check. `change.py` is the door."""
