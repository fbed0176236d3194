"""Labels: data in, something printable out. Only `company` and `sending` know of items and of the print queue."""
