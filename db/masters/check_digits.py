"""Check digits of bins: two digits on the label that are not in its barcode and cannot be worked out from the code.

They are random, so that nobody can say them who does not stand there; unlike those of the bins beside them, so that the wrong
shelf is noticed; and not the end of the bin's own code. They are drawn anew from time to time. Source: scanning reference,
section 5.
"""

import secrets
from collections.abc import Collection, Sequence

from db.connection import fetch, in_write_transaction
from db.masters.change import put
from db.masters.settings import note_change

_NEIGHBOURS = 2  # on either side, in the order of the way through the warehouse


def draw_check_digits(location_code: str, bin_codes: Collection[str] | None = None, *, anew: bool = False) -> int:
    """Give digits to the bins (None: all of the location) that have none, or with `anew` to all of them. Returns to how many."""

    def work() -> int:
        note_change()
        sql = "SELECT code, check_digits FROM bin WHERE location_code = ? ORDER BY ranking, code"
        rows = fetch(sql, (location_code,))
        digits = [row[1] for row in rows]
        given = 0
        for place, (code, old) in enumerate(rows):
            if (bin_codes is None or code in bin_codes) and (anew or not old):
                digits[place] = _drawn(code, digits, place)
                put("bin", {"location": location_code, "code": code, "check_digits": digits[place]})
                given += 1
        return given

    return in_write_transaction(work)


def _drawn(code: str, digits: Sequence[str], place: int) -> str:
    """Two random digits, other than the bin's own so far, those of its neighbours, and the end of its code."""
    near = set(digits[max(place - _NEIGHBOURS, 0) : place + _NEIGHBOURS + 1])
    end = "".join(character for character in code if character.isdigit())[-2:]
    return secrets.choice([two for number in range(100) if (two := f"{number:02}") not in near and two != end])
