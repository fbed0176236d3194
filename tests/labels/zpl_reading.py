"""What a label printer makes of ZPL: a strict reader of the few commands that are used, and the picture that they draw.

Only what is known is accepted: any other command, a field outside of the label or text that would command the printer is an
error. Bars are drawn from the field data, by the rules of the language, so that a picture read back proves what was sent.
"""

import re
from dataclasses import dataclass
from typing import Any

import zxingcpp
from barcode.charsets import code128
from PIL import Image, ImageDraw

from stockterm.labels.barcode import encode_ean_8, encode_ean_13, encode_itf_14, encode_upc_a
from tests.labels.reading import Read

_COMMAND = re.compile(r"\^(XA|XZ|CI|LH|PW|LL|FO|A0|FH|FD|FS|BY|BC|BE|BU|B8|B2|GB|PQ)([^^~]*)", re.DOTALL)


@dataclass
class Label:
    """One format: its size in dots, texts, the black rectangles, and how often it is printed."""

    width: int
    height: int
    copies: int
    texts: list[str]
    rectangles: list[tuple[int, int, int, int]]
    fields: list[tuple[str, str]]  # barcode command and data

    def picture(self) -> Image.Image:
        image = Image.new("L", (self.width, self.height), 255)
        canvas = ImageDraw.Draw(image)
        for left, top, width, height in self.rectangles:
            assert left >= 0
            assert top >= 0
            assert left + width <= self.width, "outside of the label"
            assert top + height <= self.height, "outside of the label"
            canvas.rectangle((left, top, left + width - 1, top + height - 1), fill=0)
        return image

    def read(self) -> list[Read]:
        """Every symbol, from the top."""
        found = zxingcpp.read_barcodes(self.picture(), text_mode=zxingcpp.TextMode.Plain)
        found.sort(key=lambda one: one.position.top_left.y)
        return [Read(one.symbology_identifier, one.text) for one in found]


def labels_of(text: str) -> list[Label]:
    """The labels of a job. Raises `AssertionError` for anything that is not understood."""
    labels: list[Label] = []
    position = 0
    state: dict[str, Any] = {}
    for match in _COMMAND.finditer(text):
        assert text[position : match.start()].strip() == "", text[position : match.start()]
        position = match.end()
        command, given = match[1], match[2]
        match command:
            case "XA":
                assert not state, "a label inside a label"
                state = {"label": Label(0, 0, 1, [], [], [])}
            case "XZ":
                labels.append(state["label"])
                state = {}
            case "CI":
                assert given == "28"
            case "LH":
                assert given.strip() == "0,0"
            case "PW":
                state["label"].width = int(given)
            case "LL":
                state["label"].height = int(given)
            case "PQ":
                state["label"].copies = int(given)
            case "FO":
                state["at"] = tuple(map(int, given.split(",")))
            case "A0":
                state["kind"] = "text"
            case "FH":
                assert given == "_"
                state["hex"] = True
            case "BY":
                module, ratio, height = given.split(",")
                assert ratio == "2.5"
                state["module"], state["height"] = int(module), int(height)
            case "BC" | "BE" | "BU" | "B8" | "B2":
                assert given.startswith("N,")
                state["kind"] = command
                assert int(given.split(",")[1]) == state["height"]
                assert set(given.split(",")[2:]) == {"N"}, "the text below is ours"
            case "GB":
                state["kind"] = "box"
                state["box"] = tuple(map(int, given.split(",")))
            case "FD":
                state["data"] = given
            case "FS":
                _finish_field(state)
                state = {"label": state["label"]}
    assert text[position:].strip() == ""
    assert not state, "a label without an end"
    return labels


def _finish_field(state: dict[str, Any]) -> None:
    label, (left, top), kind = state["label"], state["at"], state["kind"]
    if kind == "text":
        assert state.get("hex")
        raw = re.sub(rb"_([0-9A-F]{2})", lambda one: bytes([int(one[1], 16)]), state["data"].encode())
        label.texts.append(raw.decode())
        return
    if kind == "box":
        width, height, thickness = state["box"]
        assert thickness == height
        label.rectangles.append((left, top, width, height))
        return
    label.fields.append((kind, state["data"]))
    modules, module = _modules(kind, state["data"]), state["module"]
    if kind == "B2":
        assert module % 2 == 0
        module //= 2
    for place, one in enumerate(modules):
        if one == "1":
            label.rectangles.append((left + place * module, top, module, state["height"]))


def _modules(kind: str, data: str) -> str:
    match kind:
        case "BE":
            return encode_ean_13(data + _completing(data)).modules
        case "B8":
            return encode_ean_8(data + _completing(data)).modules
        case "BU":
            return encode_upc_a(data + _completing(data)).modules
        case "B2":
            return encode_itf_14(data).modules
    values = code_128_values(data)
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    bars = "".join(str(code128.CODES[value]) for value in [*values, check])
    return f"{bars}{code128.STOP}11"


def _completing(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


_INVOKED = {"<": 62, "0": 30, "=": 94, "5": 99, "6": 100, "7": 101, "8": 102, "9": 103, ":": 104, ";": 105}


def code_128_values(data: str) -> list[int]:
    """The values of the symbol characters that `^BC` data stands for, start character first."""
    values: list[int] = []
    subset = ""
    position = 0
    while position < len(data):
        if data[position] == ">":
            value = _INVOKED[data[position + 1]]
            position += 2
            values.append(value)
            subset = {104: "B", 105: "C", 99: "C", 100: "B"}.get(value, subset)
            assert value not in (101, 103), "character set A is not used"
            continue
        assert values, "no start character"
        if subset == "C":
            pair = data[position : position + 2]
            assert len(pair) == 2
            assert pair.isdigit()
            values.append(int(pair))
            position += 2
        else:
            assert data[position] not in "^~"
            values.append(ord(data[position]) - 32)
            position += 1
    return values
