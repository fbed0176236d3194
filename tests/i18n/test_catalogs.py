"""Every text of the program is in every catalog, whole, and no longer than its place. `make catalogs` brings them up to date."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from db.core.errors import UnknownCode
from stockterm.i18n import in_language, in_words
from tests.i18n import catalogs
from tests.i18n.catalogs import LANGUAGES, PLACEHOLDER, SOURCE_LANGUAGE, WIDTHS, extracted, missing, texts_of

OTHERS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


@pytest.fixture(scope="module")
def template() -> Catalog:
    """What the source says now."""
    return catalogs.template()


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each English text with its translation; both forms where a text has a plural."""
    for message in catalogs.read(language):
        if message.id:
            yield from zip(_forms(message.id), _forms(message.string), strict=True)


def _forms(texts: object) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)  # type: ignore[arg-type]


def translation(language: str) -> dict[str, str]:
    return dict(pairs(language))


def _ids(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


# ---- complete


def test_the_template_has_what_the_source_has(template: Catalog) -> None:
    assert catalogs.TEMPLATE.read_bytes() == catalogs.as_text(template), "run `make catalogs`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_source_is_in_the_catalog_and_nothing_else(template: Catalog, language: str) -> None:
    catalog = catalogs.read(language)
    assert _ids(template) - _ids(catalog) == set(), "run `make catalogs`"
    assert _ids(catalog) - _ids(template) == set(), "run `make catalogs`"
    assert list(catalog.obsolete) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_untranslated_or_guessed(language: str) -> None:
    catalog = catalogs.read(language)
    assert [message.id for message in missing(catalog)] == []
    assert [message.id for message in catalog if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalog_is_what_its_text_compiles_to(language: str) -> None:
    assert catalogs.path_of(language, "mo").read_bytes() == catalogs.compiled(catalogs.read(language)), "run `make catalogs`"


def test_the_english_catalog_says_each_text_as_it_stands() -> None:
    assert [(text, said) for text, said in pairs(SOURCE_LANGUAGE) if text != said] == []


# ---- each translation


@pytest.mark.parametrize("language", OTHERS)
def test_the_placeholders_of_a_translation_are_those_of_the_text(language: str) -> None:
    wrong = [said for text, said in pairs(language) if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(said))]
    assert wrong == []
    broken = [said for text, said in pairs(language) if _braces(text) != _braces(said)]
    assert broken == []


def _braces(text: str) -> tuple[int, int]:
    without = PLACEHOLDER.sub("", text)
    return without.count("{"), without.count("}")


@pytest.mark.parametrize("language", OTHERS)
def test_codes_keys_and_commands_are_the_same_in_every_language(language: str) -> None:
    fixed = re.compile(r"\bF\d+\b|\bEsc\b|\bCMD:\w+|\b[A-Z]{3}:[A-Z0-9-]+\b|--[a-z]+|\.quit|\b\d{4,}\b")
    assert [said for text, said in pairs(language) if set(fixed.findall(text)) != set(fixed.findall(said))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_begins_and_ends_like_the_text(language: str) -> None:
    """Blanks at the ends join texts; a full stop or a question mark ends a sentence."""
    for text, said in pairs(language):
        assert (said[:1].isspace(), said[-1:].isspace()) == (text[:1].isspace(), text[-1:].isspace()), said
        if text.endswith(("?", ":")) or (text.endswith(".") and " " in text.rstrip(".")):
            assert said.endswith((text[-1], "}")), said


@pytest.mark.parametrize("language", OTHERS)
def test_texts_that_are_one_line_of_twenty_columns_keep_to_its_places(language: str) -> None:
    """Words of the key line, prompts, titles, messages: where the English text has room, the translation has too."""
    said = translation(language)
    for one in extracted():
        if one.role in WIDTHS and _width(one.text) <= WIDTHS[one.role]:
            assert _width(said[one.text]) <= WIDTHS[one.role], f"{one.role}: {said[one.text]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_key_line_are_short(language: str) -> None:
    """`F5angre F9lukk ~`: two hints and a half in 20 columns."""
    said = translation(language)
    words = {said[one.text] for one in extracted() if one.role == "key"}
    assert words
    assert [word for word in words if _width(word) > WIDTHS["key"]] == []
    assert [word for word in words if not word[0].islower()] == []


def _width(text: str) -> int:
    """Columns of what is fixed in a text; what is filled in is cut by the screen."""
    return len(PLACEHOLDER.sub("", text).rstrip())


@pytest.mark.parametrize("language", OTHERS)
def test_lines_laid_out_for_80_columns_keep_to_them(language: str) -> None:
    assert [said for text, said in pairs(language) if text.startswith("  ") and len(said) > max(len(text), 90)] == []


# ---- Norwegian terms (the published words of Dynamics NAV and Business Central; the short ones on the handheld)

TERMS = {
    r"\bitems?\b": r"vare|menyvalg",
    r"\bbins?\b": r"hylle",
    r"\blocations?\b": r"lokasjon",
    r"\blots?\b": r"parti",
    r"\bserials?\b(?! numbers?)": r"serienr|serienummer|serienumre|s\.nr",
    r"\bserial numbers?\b": r"serienr|serienummer|serienumre",
    r"\bvariants?\b": r"variant",
    r"\bunits?\b(?! \(SSCC)": r"enhet",
    r"\bregister\b": r"journal",
    r"\bquantity\b": r"antall|beholdning",
    r"\bblocked\b": r"sperret",
    r"\bexpired\b": r"utløpt",
    r"\bexpiry\b": r"utløpsdato|utl\.dato",
    r"\btransfer order": r"overføringsordre",
    r"\bin transit\b": r"transitt",
    r"\bzone\b": r"sone",
    r"\bbarcodes?\b": r"strekkode",
    r"\busers?\b": r"bruker|logget på",
    r"\bdifferences?\b": r"differanse",
    r"\bmenu\b": r"meny",
    r"\bblind count\b": r"blindtelling",
}
FORBIDDEN = {
    r"\bbin\b(?!:)": "a bin is a hylle",
    r"\blot\b": "a lot is a parti",
    r"\bseriell?\b": "a serial number is a serienr.",
    r"\blagerplass\w*": "a bin is a hylle",
    r"\bplassering av\b": "a place is a sted",
    r"\bposter (?:antall|linje)": "to post is to bokføre; Post is an entry",
    r"\bpostet?\b(?! var)": "to post is to bokføre",
    r"\bregistrer(?:t|e)?\b": "to register is for the warehouse; to post is to bokføre",
    r"\bskanne?t inn\b": "to scan is to skanne",
    r"\b(?:ae|oe|aa)\b": "æ, ø and å are written out",
    r"[\"“”]": "quotation marks are «…»",
}


@pytest.mark.parametrize("term", TERMS)
def test_norwegian_uses_the_terms_of_the_glossary(term: str) -> None:
    english, norwegian = re.compile(term, re.IGNORECASE), re.compile(TERMS[term], re.IGNORECASE)
    wrong = [
        (text, said)
        for text, said in pairs("nb")
        if english.search(PLACEHOLDER.sub("", text)) and not norwegian.search(PLACEHOLDER.sub("", said))
    ]
    assert wrong == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_norwegian_avoids_what_means_something_else(word: str) -> None:
    pattern = re.compile(word, re.IGNORECASE)
    assert [said for _text, said in pairs("nb") if pattern.search(PLACEHOLDER.sub("", said))] == [], FORBIDDEN[word]


def test_posting_is_bokfore_and_undoing_is_angre() -> None:
    said = translation("nb")
    assert said["post"] == "bokfør"
    for text, norwegian in pairs("nb"):
        if re.match(r"Post(ed)?\b", text):
            assert norwegian.startswith("Bokfør"), norwegian
        if re.search(r"\bpost(ed|s)?\b", text) and "stockterm post" not in text and "CMD:" not in text:
            assert re.search(r"bokfør|bokf\.", norwegian, re.IGNORECASE), norwegian
        if re.search(r"\bundo(ne)?\b", text, re.IGNORECASE) and "CMD:" not in text:
            assert re.search(r"angr[ei]", norwegian, re.IGNORECASE), norwegian


# ---- reading the source


def test_texts_inside_f_strings_are_found() -> None:
    assert [one.text for one in texts_of("""x = f"{_('Lot')} {number}" """, "x.py")] == ["Lot"]


def test_texts_written_in_pieces_are_one_text() -> None:
    assert [one.text for one in texts_of('N_("Not " "this")', "x.py")] == ["Not this"]


def test_both_forms_of_a_plural_are_found() -> None:
    found = list(texts_of('ngettext("{n} line", "{n} lines", n)', "x.py"))
    assert [(one.text, one.plural) for one in found] == [("{n} line", "{n} lines")]


def test_a_text_that_was_marked_elsewhere_may_be_looked_up() -> None:
    assert list(texts_of("_(right.value) + _(STEPS[step])", "x.py")) == []


@pytest.mark.parametrize("source", ['_(f"{n} lines")', '_("{n} lines".format(n=n))', '_("a" + b)', 'N_("a %s" % b)'])
def test_a_text_made_at_run_time_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="made at run time"):
        list(texts_of(source, "x.py"))


def test_what_becomes_of_a_text_is_known() -> None:
    source = """
def view():
    return ViewState(title=_("Count {place}"), prompt=_("Bin"), keys=(KeyHint(Command.UNDO, _("undo")),))
prompts = {"bin": _("From bin")}
ask = Ask("new", _("Found?"), yes=_("found"))
"""
    assert {one.text: one.role for one in texts_of(source, "x.py")} == {
        "Count {place}": "title", "Bin": "prompt", "undo": "key", "From bin": "prompt", "Found?": "warning", "found": "key",
    }  # fmt: skip


def test_a_translation_survives_an_update_and_none_is_guessed() -> None:
    texts = Catalog(locale=None)
    texts.add("Bin")
    texts.add("Bin {bin} is quite new")
    updated = catalogs.updated("nb", texts)
    assert _said(updated.get("Bin")) == "Hylle"
    assert [message.id for message in missing(updated)] == ["Bin {bin} is quite new"]
    assert [message.id for message in missing(catalogs.updated("en", texts))] == []


def _said(message: Message | None) -> object:
    return message.string if message is not None else None


# ---- words inside refusals

_FACTS_IN_WORDS = ("action", "because", "done", "expected", "hint", "problem", "reason", "what")


def test_words_of_ours_inside_a_refusal_are_marked() -> None:
    """`BadValue(expected="a number")` would stay English; `expected=phrase("a number")` does not."""
    plain = []
    for path in sorted(path for package in catalogs.PACKAGES for path in (catalogs.ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id[:1].isupper():
                for keyword in node.keywords:
                    if keyword.arg in _FACTS_IN_WORDS and re.search(r"(?<![.\w])[a-z]{2}", _written(keyword.value)):
                        plain.append(f"{path.relative_to(catalogs.ROOT)}:{node.lineno}: {ast.unparse(keyword)}")
    assert plain == []


def _written(node: ast.expr) -> str:
    """The letters that the source itself writes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "".join(map(_written, node.values)) if isinstance(node, ast.JoinedStr) else ""


def test_kinds_of_things_are_translated_wherever_they_come_from() -> None:
    said = translation("nb")
    for kind in ("item", "variant", "location", "bin", "lot", "serial", "package", "user", "reason", "unit"):
        error = UnknownCode(field="x", kind=kind, value="X")
        with in_language("nb"):
            assert in_words(error) == f"Ukjent {said[kind]} «X». Ingenting er bokført."


def test_the_program_speaks_norwegian_where_babel_is_not_installed() -> None:
    program = "import sys; sys.modules['babel'] = None; from stockterm.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "--lang", "nb", "scan", "]E04006381333932"]
    answer = subprocess.run(command, cwd=catalogs.ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert "kontrollsifferet" in answer.stdout, answer.stderr
