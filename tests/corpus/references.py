"""What other programs read of a folder's documents: the references of `measure.py`.

`python tests/corpus/references.py FOLDER OUT`

Writes `OUT/<file>.txt` for each docx, odt, rtf, doc (LibreOffice's text export), xlsx, ods, xls
(LibreOffice's tables, every sheet), pptx (python-pptx: text, tables and notes), odp, ppt (LibreOffice's
PDF, through `pdftotext`), epub (pandoc) and eml (Python's `email`; pages through pandoc). A file that
such a program cannot read has none. Needs `soffice`, `pdftotext`, `pandoc` and python-pptx.
`--drawn` takes pptx from LibreOffice's PDF, too: with it come the numbers that it draws (of lists and
of a chart's axes), and words that it breaks in narrow boxes.
"""

import argparse
import email
import email.policy
import pathlib
import shutil
import subprocess
import tempfile

import pptx
from pptx.shapes.group import GroupShape

TEXT = {".docx", ".odt", ".rtf", ".doc"}
TABLES = {".xlsx", ".xlsm", ".xlsb", ".ods", ".xls"}
SLIDES = {".odp", ".ppt"}
# Comma, quote, UTF-8, from the first line on, values and not what is shown, every sheet.
SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
SECONDS = 120


def output_of(command, given=None):
    """What a program prints, or nothing if it fails or takes too long."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def converted(path, target, suffix):
    """The files that LibreOffice makes of one, in order of their names, which are its sheets'."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy = scratch / ("document" + path.suffix)
        shutil.copy(path, copy)
        # A profile of its own, so that a copy which hangs is nobody else's.
        profile = f"-env:UserInstallation=file://{tempfile.gettempdir()}/references-profile"
        output_of(["soffice", profile, "--headless", "--convert-to", target, "--outdir", str(scratch), str(copy)])
        made = sorted(made for made in scratch.iterdir() if made.suffix == suffix)
        if suffix == ".pdf":
            texts = [output_of(["pdftotext", "-q", str(pdf), "-"]) for pdf in made]
            return [text for text in texts if text]
        return [text.read_text(encoding="utf-8", errors="replace") for text in made]


def shapes_of(shapes):
    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from shapes_of(shape.shapes)
        else:
            yield shape


def slides(path):
    """What python-pptx finds: the text of shapes and tables, and notes."""
    try:
        show = pptx.Presentation(path)
    except Exception:  # Whatever it makes of a damaged file.
        return None
    parts = []
    for slide in show.slides:
        for shape in shapes_of(slide.shapes):
            if shape.has_text_frame:
                parts.append(shape.text_frame.text)
            if shape.has_table:
                parts.extend(cell.text for row in shape.table.rows for cell in row.cells)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            parts.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(parts)


def page(source):
    return output_of(["pandoc", "-f", "html", "-t", "plain", "--wrap=none"], source.encode()) or ""


def message(path):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    parts = [str(mail.get(name) or "") for name in ("From", "To", "Cc", "Subject")]
    try:
        body = mail.get_body(("plain", "html"))
        content = body.get_content() if body else ""
        parts.append(page(content) if body and body.get_content_subtype() == "html" else content)
    except (KeyError, LookupError, UnicodeError, AttributeError):
        return None
    return "\n".join(parts)


def read(path, drawn):
    suffix = path.suffix.lower()
    if suffix == ".rtf" and not path.read_bytes().startswith(b"{\\rtf"):
        # LibreOffice takes it for plain text.
        return None
    if suffix in TEXT:
        texts = converted(path, "txt:Text (encoded):UTF8", ".txt")
    elif suffix in TABLES:
        texts = converted(path, SHEETS, ".csv")
    elif suffix == ".pptx" and not drawn:
        texts = [slides(path)]
    elif suffix in SLIDES or suffix == ".pptx":
        texts = converted(path, "pdf", ".pdf")
    elif suffix == ".epub":
        texts = [output_of(["pandoc", "-f", "epub", "-t", "plain", "--wrap=none", str(path)])]
    elif suffix == ".eml":
        texts = [message(path)]
    else:
        return None
    return "\n".join(text for text in texts if text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--drawn", action="store_true")
    arguments = parser.parse_args()
    for path in sorted(path for path in arguments.folder.rglob("*") if path.is_file()):
        text = read(path, arguments.drawn)
        if text and text.strip():
            target = arguments.out / (str(path.relative_to(arguments.folder)) + ".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
