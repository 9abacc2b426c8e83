"""The elements of an OFX file, by `ofxtools`, and the values in them: text, amounts and days.

The library forgives what is cut short or not closed, so that is looked for here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.formats.request import FormatRequest, reading_library
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem

_AGGREGATES = (
    "OFX",
    "BANKMSGSRSV1",
    "CREDITCARDMSGSRSV1",
    "STMTTRNRS",
    "CCSTMTTRNRS",
    "STMTRS",
    "CCSTMTRS",
    "BANKACCTFROM",
    "CCACCTFROM",
    "BANKTRANLIST",
    "STMTTRN",
    "LEDGERBAL",
)
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&nbsp;": " "}


def read_tree(request: FormatRequest, file: ExportFile) -> Element:
    """The elements of a file.

    Raises:
        ImportProblemsError: where it is no OFX, or is cut short.
    """
    library = reading_library("ofxtools.Parser", "ofxtools", request.ready)
    remedy = "Download it again, as OFX or QFX."
    content = file.path.read_bytes()
    if not re.search(rb"</OFX>\s*$", content, re.IGNORECASE):
        text = "does not end with </OFX>: it is cut short, or no OFX"
        raise ImportProblemsError([Problem("unreadable_file", file.name, text, remedy)])
    unclosed = next((name for name in _AGGREGATES if not _is_closed(name, content)), None)
    if unclosed is not None:
        text = f"opens <{unclosed}> more often than it closes it, or less"
        raise ImportProblemsError([Problem("unreadable_file", file.name, text, remedy)])
    try:
        root: Element = library.OFXTree().parse(str(file.path))
    except (SyntaxError, ValueError, LookupError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        text = f"is no OFX ({reason})"
        raise ImportProblemsError([Problem("unreadable_file", file.name, text, remedy)]) from error
    return root


def _is_closed(name: str, content: bytes) -> bool:
    """Whether an element is closed as often as it is opened: the library forgives what is not."""
    tags = (f"<{name}>", f"</{name}>")
    opened, closed = (len(re.findall(tag.encode(), content, re.IGNORECASE)) for tag in tags)
    return opened == closed


def error_in(root: Element) -> str | None:
    """What the bank's server answered instead of a statement."""
    for status in root.iter("STATUS"):
        if text_of(status, "SEVERITY") == "ERROR":
            message = text_of(status, "MESSAGE") or f"code {text_of(status, 'CODE')}"
            return f"holds an error of the bank's instead of a statement: {message}"
    return None


def transactions_in(statement: Element) -> Iterator[tuple[int, Element]]:
    """The posted and pending rows of a statement, numbered from 1."""
    rows = [*statement.iter("STMTTRN"), *statement.iter("STMTTRNP")]
    yield from enumerate(rows, 1)


def text_of(element: Element, path: str) -> str | None:
    """The text of an element below, trimmed; None where it is not there or blank."""
    found = element.find(path)
    if found is None or found.text is None:
        return None
    return unescape(found.text, _ENTITIES).strip() or None


def plain_number(text: str | None) -> str | None:
    """An amount in plain digits; OFX allows a comma for the decimal mark."""
    if text is not None and re.fullmatch(r"[+-]?\d+,\d{1,2}", text):
        return text.replace(",", ".")
    return text


def day_of(text: str | None) -> dt.date | None:
    """The day that is written, whatever zone stands behind it: it is the bank's own."""
    found = _DATE.match(text or "")
    if found is None:
        return None
    try:
        return dt.date(*map(int, found.groups()))
    except ValueError:
        return None
