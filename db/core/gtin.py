"""Trade item numbers: GTIN-8, UPC-A, GTIN-13 and GTIN-14 are one number, written with 14 digits.

Worked example: in 4006381333931 the digits before the last add up to 3·(3+3+3+8+6+0) + (9+3+1+3+0+4) = 89, every other one
counted three times from the right; 1 brings that to the next multiple of ten. Source: GS1 General Specifications, "Check digit
calculations".
"""

GTIN_LENGTHS = (8, 12, 13, 14)


def check_digit(digits: str) -> str:
    """The digit that completes `digits` (all but the last of a GTIN): weights 3, 1, 3 … from the right."""
    total = sum(int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def normalize_gtin(text: str) -> str | None:
    """The 14 digits of a GTIN of any length; None where it has another length, other characters or a wrong check digit."""
    if len(text) not in GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        return None
    if check_digit(text[:-1]) != text[-1]:
        return None
    return text.rjust(14, "0")
