"""The GS1 check digit: of GTIN, SSCC, GLN, GSIN and the other keys that end in one.

From the right, the check digit left out, the digits are multiplied by 3, 1, 3, 1 …; the check digit makes the sum a
multiple of 10: 950110153000 gives 47, so 3. Leading zeros change nothing, so a GTIN-8, -12, -13 and -14 compare equal
once padded to 14 digits.
"""

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
SSCC_LENGTH = 18


def is_digits(text: str) -> bool:
    """Whether the text is one or more of the digits 0 to 9. Other scripts' digits, which `str.isdigit` takes, are not."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> str:
    """The digit that completes a number. Raises `ValueError` for anything but digits."""
    if not is_digits(digits):
        raise ValueError(f"{digits!r} is not a row of digits")
    return str(-(3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))) % 10)


def has_valid_check_digit(number: str) -> bool:
    """Whether a whole number, check digit included, is consistent. False for anything but digits."""
    if not is_digits(number):
        return False
    return (sum(map(int, number[::-2])) + 3 * sum(map(int, number[-2::-2]))) % 10 == 0


def padded_gtin(number: str) -> str:
    """A GTIN of any length as the 14 digits it is stored and looked up by."""
    return number.zfill(14)
