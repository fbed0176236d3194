"""Labels: data in, something printable out. Knows no item and no database."""
