"""A list on labels: nothing of it is cut off, and every label is drawn."""

from stockterm.labels.drawing import Stock, draw
from stockterm.labels.text import text_labels


def test_every_word_of_a_long_list_is_on_some_label_and_every_label_can_be_drawn() -> None:
    lines = [f"2027-01-31 C{number:04} L7 {number}" for number in range(40)]
    contents = text_labels("Recall L7", lines, 60, 30)
    assert len(contents) > 5
    assert contents[0].title == f"Recall L7 1/{len(contents)}"
    printed = []
    for content in contents:
        drawing = draw(content, Stock(60, 30, 203))
        printed += [text.text for text in drawing.texts if not text.bold]
    assert printed == lines


def test_a_line_too_long_for_the_label_goes_on_in_the_next() -> None:
    contents = text_labels("T", ["word " * 20], 40, 60)
    said = " ".join(line.strip() for content in contents for line in content.lines)
    assert said.split() == ["word"] * 20
    drawing = draw(contents[0], Stock(40, 60, 203))
    assert not any(text.text.endswith("~") for text in drawing.texts)


def test_an_empty_list_is_one_label_that_says_so() -> None:
    [content] = text_labels("T", [], 60, 30)
    assert content.title == "T 1/1"
