import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockterm.scanning.check_digits import check_digit, has_valid_check_digit, padded_gtin

DIGITS = st.text("0123456789", min_size=1, max_size=20)


def test_the_worked_example_of_the_standard() -> None:
    assert check_digit("950110153000") == "3"


def test_the_case_number_is_not_the_unit_number_with_a_digit_in_front() -> None:
    assert has_valid_check_digit("19501101530000")
    assert not has_valid_check_digit("19501101530003")


@given(DIGITS)
def test_a_computed_check_digit_is_valid_and_no_other_is(digits: str) -> None:
    valid = [digit for digit in "0123456789" if has_valid_check_digit(digits + digit)]
    assert valid == [check_digit(digits)]


@given(DIGITS)
def test_one_wrong_digit_is_always_noticed(digits: str) -> None:
    number = digits + check_digit(digits)
    for place, digit in enumerate(number):
        wrong = str((int(digit) + 1) % 10)
        assert not has_valid_check_digit(number[:place] + wrong + number[place + 1 :])


@given(DIGITS.filter(lambda digits: len(digits) <= 13))
def test_padding_with_zeros_does_not_change_the_check_digit(digits: str) -> None:
    assert has_valid_check_digit(padded_gtin(digits + check_digit(digits)))


@pytest.mark.parametrize("text", ["", "A", "12 3", "-5", "٣٤٥", "½", "²"])
def test_only_ascii_digits_have_a_check_digit(text: str) -> None:
    assert not has_valid_check_digit(text)
    with pytest.raises(ValueError, match="row of digits"):
        check_digit(text)
