"""Labels of what is in the database say what the database knows."""

from datetime import date
from decimal import Decimal

import pytest

from db.core.errors import UnknownCode
from db.masters.change import put_masters
from db.masters.check_digits import draw_check_digits
from db.queries.labels import labelled_bins
from stockterm.labels import company
from stockterm.labels.barcode import Symbology
from tests.support.builders import a_location, a_lot_item, an_item, posted, purchase

pytestmark = pytest.mark.usefixtures("database")

PIECE, CARTON, SSCC = "09501101530003", "19501101530000", "095011015300000010"


def test_an_item_is_labelled_with_the_gtin_of_the_unit_that_was_asked_for() -> None:
    an_item("1000", units={"BOX": "12"}, description="Bolt", gtin=PIECE)
    put_masters([("barcode", {"barcode": CARTON, "item": "1000", "uom": "BOX"})])
    piece, box = company.label_for_item("1000"), company.label_for_item("1000", uom_code="BOX")
    assert [one.data for one in piece.symbols] == [PIECE[1:]]
    assert [(one.symbology, one.data) for one in box.symbols] == [(Symbology.ITF_14, CARTON)]
    assert "1 BOX = 12 PCS" in box.lines


def test_an_item_without_a_barcode_of_that_unit_and_variant_is_labelled_by_its_number() -> None:
    an_item("1000", variants=["RED"], gtin=PIECE)
    assert [one.data for one in company.label_for_item("1000", "RED").symbols] == ["ITM:1000"]
    put_masters([("barcode", {"barcode": "SUP-1", "item": "1000", "variant": "RED"})])
    assert [one.data for one in company.label_for_item("1000", "RED").symbols] == ["SUP-1"]


@pytest.mark.parametrize(("item", "variant", "unit"), [("NONE", "", ""), ("1000", "BLUE", ""), ("1000", "", "PALLET")])
def test_what_does_not_exist_has_no_label(item: str, variant: str, unit: str) -> None:
    an_item("1000")
    with pytest.raises(UnknownCode):
        company.label_for_item(item, variant, unit)


def test_a_lot_is_labelled_as_it_was_first_written_with_the_expiry_that_is_known() -> None:
    a_lot_item("2000", gtin=PIECE)
    posted(purchase(5, item="2000", lot="Ab-1", expires=date(2027, 3, 31)))
    label = company.label_for_lot("2000", "AB-1", count=Decimal(5), expiration_date=date(2030, 1, 1))
    assert label.elements == (("01", PIECE), ("17", "270331"), ("10", "Ab-1"), ("30", "5"))


def test_a_new_lot_is_labelled_before_it_is_posted_with_the_date_that_was_given() -> None:
    a_lot_item("2000")
    label = company.label_for_lot("2000", "N-1", expiration_date=date(2030, 1, 1))
    assert [one.data for one in label.symbols] == ["ITM:2000", "LOT:N-1"]


def test_a_received_package_is_labelled_with_what_lies_in_it() -> None:
    put_masters([("tracking_code", {"code": "LP", "lot": True, "package": True})])
    an_item("2000", tracking_code="LP", gtin=PIECE, description="Milk")
    posted(purchase(480, item="2000", lot="L1", package=SSCC, expires=date(2027, 3, 31)))
    label = company.label_for_package(SSCC)
    assert label.elements == (("02", PIECE), ("37", "480"), ("17", "270331"), ("10", "L1"), ("00", SSCC))
    posted(purchase(1, item="2000", lot="L2", package=SSCC))
    assert company.label_for_package(SSCC).elements == (("00", SSCC),)
    posted(purchase(1, item="2000", lot="L1", package="P-7"))
    assert [one.data for one in company.label_for_package("P-7").symbols] == ["LP:P-7"]


class TestCheckDigits:
    def test_every_bin_gets_two_digits_unlike_its_neighbours_and_the_end_of_its_code(self) -> None:
        codes = [f"A-{number:02}" for number in range(60)]
        a_location("MAIN", bins=codes)
        assert draw_check_digits("MAIN") == 60
        digits = [one.check_digits for one in labelled_bins("MAIN")]
        assert all(len(one) == 2 and one.isdigit() for one in digits)
        for place, one in enumerate(digits):
            assert one not in digits[max(place - 2, 0) : place]
            assert one != f"{place:02}"
        assert len(set(digits)) > 20, "random"

    def test_they_stay_unless_they_are_drawn_anew(self) -> None:
        a_location("MAIN", bins=["A-01", "A-02"])
        draw_check_digits("MAIN")
        before = labelled_bins("MAIN")
        assert draw_check_digits("MAIN") == 0
        assert labelled_bins("MAIN") == before
        assert draw_check_digits("MAIN", ["A-01"], anew=True) == 1
        first, second = labelled_bins("MAIN")
        assert (first.check_digits != before[0].check_digits, second) == (True, before[1])

    def test_they_stand_on_the_label(self) -> None:
        a_location("MAIN", bins=["A-01"])
        draw_check_digits("MAIN")
        [found] = labelled_bins("MAIN")
        [label] = company.labels_for_bins("MAIN", bin_code="A-01")
        assert label.corner == found.check_digits


def test_badges_are_labelled_for_those_who_have_one() -> None:
    put_masters([("user", {"code": "ANN", "badge": "K7", "name": "Ann"}), ("user", {"code": "BOB"})])
    [label] = company.labels_for_badges()
    assert (label.title, [one.data for one in label.symbols]) == ("Ann", ["USR:K7"])
    assert company.labels_for_badges("BOB") == []
