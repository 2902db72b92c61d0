#!/usr/bin/env python3
"""Makes documents with sentences whose places are known, in the formats that other programs write.

    python tests/corpus/make_seeds.py        # writes tests/corpus/seeds/

Needs python-pptx, openpyxl, xlwt, odfpy, ebooklib, reportlab, pypdf, extract-msg and LibreOffice. What
it makes is committed, so that the tests need none of them: tests/it/planted.rs looks each sentence of
planted.tsv up, and the fuzzer mutates the documents. All of their content is made up here.
"""
import email.message
import io
import json
import mailbox
import pathlib
import struct
import subprocess
import zipfile

from ebooklib import epub
from odf import opendocument, style, table, text as odf_text, draw
from extract_msg import OleWriter
from openpyxl import Workbook
from pptx import Presentation
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from reportlab.pdfgen import canvas
import xlwt

SEEDS = pathlib.Path(__file__).parent / "seeds"
WORDS = iter(
    "acorn beechnut chestnut dogwood elderberry foxglove gooseberry hazelnut ivyleaf juniper kernel "
    "larchcone medlar nutmeg oakgall pinecone quince rosehip sloeberry teasel umbel vetchpod walnut "
    "yewberry almond barleycorn cobnut damson elmseed filbert gromwell hawberry linseed mastnut "
    "peppercorn rowanberry sorbapple tamarind".split()
)
planted = []


def plant(file, page=None, unit=None, label=None, line=None):
    """A sentence of its own, noted with its place."""
    word = next(WORDS)
    planted.append([file, word, unit or "", page or "", label or "", line or ""])
    return f"The nuthatch hid one {word} right here."


def pdf():
    name = "planted.pdf"
    labels = {1: "i", 2: "ii", 3: None, 4: "A-1", 5: "A-2", 6: "A-3"}
    buffer = io.BytesIO()
    pages = canvas.Canvas(buffer, pagesize=(420, 595), invariant=1)
    for number in range(1, 7):
        # Page 2 is blank, and page 3 too.
        if number not in (2, 3):
            pages.drawString(60, 500, plant(name, number, "page", labels[number]))
        pages.showPage()
    pages.save()
    writer = PdfWriter()
    for number, page in enumerate(PdfReader(buffer).pages, 1):
        writer.add_page(page.rotate({4: 90, 5: 180, 6: 270}.get(number, 0)))
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 2, style=PageLabelStyle.DECIMAL, start=3)
    writer.set_page_label(3, 5, style=PageLabelStyle.DECIMAL, prefix="A-", start=1)
    writer.write(SEEDS / name)


def pptx():
    name = "planted.pptx"
    show = Presentation()
    for number in range(1, 5):
        slide = show.slides.add_slide(show.slide_layouts[1 if number != 3 else 6])
        # Slide 3 is empty.
        if number != 3:
            slide.shapes.title.text = f"Slide {number}"
            slide.placeholders[1].text = plant(name, number, "slide")
    notes = plant(name, 4, "slide", "notes")
    show.slides[3].notes_slide.notes_text_frame.text = notes
    show.save(SEEDS / name)


def xlsx():
    name = "planted.xlsx"
    book = Workbook()
    for number, title in enumerate(["Rent", "Empty", "Repairs"], 1):
        sheet = book.active if number == 1 else book.create_sheet()
        sheet.title = title
        if title != "Empty":
            sheet["B2"], sheet["C2"] = "what", "amount"
            sheet["B3"], sheet["C3"] = plant(name, number, "sheet", f"{title}!B2:C3"), 700
    book.save(SEEDS / name)


def xls():
    name = "planted.xls"
    book = xlwt.Workbook()
    for number, title in enumerate(["Keys", "Locks"], 1):
        sheet = book.add_sheet(title)
        sheet.write(0, 0, plant(name, number, "sheet", f"{title}!A1:A2"))
        sheet.write(1, 0, number)
    book.save(str(SEEDS / name))


def ods():
    name = "planted.ods"
    book = opendocument.OpenDocumentSpreadsheet()
    for number, title in enumerate(["Heating", "Water"], 1):
        sheet = table.Table(name=title)
        row = table.TableRow()
        for value in (plant(name, number, "sheet", f"{title}!A1:B1"), "litres"):
            cell = table.TableCell(valuetype="string")
            cell.addElement(odf_text.P(text=value))
            row.addElement(cell)
        sheet.addElement(row)
        book.spreadsheet.addElement(sheet)
    book.save(SEEDS / name)


def odp():
    name = "planted.odp"
    show = opendocument.OpenDocumentPresentation()
    layout = style.PageLayout(name="layout")
    show.automaticstyles.addElement(layout)
    master = style.MasterPage(name="master", pagelayoutname=layout)
    show.masterstyles.addElement(master)
    for number in (1, 2, 3):
        page = draw.Page(masterpagename=master, name=f"page{number}")
        if number != 2:
            frame = draw.Frame(width="20cm", height="3cm", x="2cm", y="2cm")
            box = draw.TextBox()
            box.addElement(odf_text.P(text=plant(name, number, "slide")))
            frame.addElement(box)
            page.addElement(frame)
        show.presentation.addElement(page)
    show.save(SEEDS / name)


def odt():
    letter = opendocument.OpenDocumentText()
    letter.text.addElement(odf_text.H(outlinelevel=1, text="A letter"))
    letter.text.addElement(odf_text.P(text=plant("planted.odt")))
    letter.save(SEEDS / "planted.odt")


def book():
    name = "planted.epub"
    made = epub.EpubBook()
    made.set_identifier("nuthatch-seed")
    made.set_title("Where seeds are hidden")
    made.set_language("en")
    chapters = []
    for number, title in enumerate(["Bark", "Moss", "Stone"], 1):
        chapter = epub.EpubHtml(title=title, file_name=f"c{number}.xhtml", lang="en")
        sentence = plant(name, number, "chapter", title)
        chapter.content = f"<h1>{title}</h1><p>{sentence}</p>"
        made.add_item(chapter)
        chapters.append(chapter)
    made.toc = chapters
    made.add_item(epub.EpubNcx())
    made.spine = chapters
    epub.write_epub(SEEDS / name, made)


def lines():
    """Formats whose places are lines, and mails, whose places are their parts."""
    markdown = f"# Seeds\n\nIntro.\n\n{plant('planted.md', line=5)}\n\n```\n{plant('planted.md', line=8)}\n```\n"
    (SEEDS / "planted.md").write_text(markdown)
    (SEEDS / "planted.txt").write_text(f"one\ntwo\n\n{plant('planted.txt', line=4)}\n")
    (SEEDS / "planted.py").write_text(f"def main():\n    # {plant('planted.py', line=2)}\n    pass\n")
    (SEEDS / "planted.org").write_text(f"* Seeds\n\n{plant('planted.org', line=3)}\n")
    cell = lambda kind, source: {"cell_type": kind, "metadata": {}, "source": source} | (
        {"outputs": [], "execution_count": 1} if kind == "code" else {}
    )
    cells = [cell("markdown", ["# Seeds"]), cell("code", [plant("planted.ipynb", label="cell 2")])]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (SEEDS / "planted.ipynb").write_text(json.dumps(notebook, indent=1))
    (SEEDS / "planted.csv").write_text(f"what,amount\nrent,700\n{plant('planted.csv', label='rows 1-3', line=3)},1\n")
    (SEEDS / "planted.srt").write_text(
        f"1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:01:05,000 --> 00:01:07,000\n{plant('planted.srt', label='00:01:05', line=7)}\n"
    )
    (SEEDS / "planted.rtf").write_text("{\\rtf1\\ansi " + plant("planted.rtf") + "\\par}")
    mail = email.message.EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ada@example.org", "bob@example.org", "Seeds"
    mail.set_content(plant("planted.eml", label="body"))
    mail.set_boundary("seed") if mail.is_multipart() else None
    (SEEDS / "planted.eml").write_bytes(bytes(mail))
    path = SEEDS / "planted.mbox"
    path.unlink(missing_ok=True)
    box = mailbox.mbox(path)
    for _ in range(2):
        message = email.message.EmailMessage()
        message["From"], message["Subject"] = "ada@example.org", "More seeds"
        message.set_content(plant("planted.mbox", label="body"))
        made = mailbox.mboxMessage(message)
        made.set_from("ada@example.org Mon Jan  1 00:00:00 2024")
        box.add(made)
    box.close()


# The smallest documents with the parts that a reader of the format looks at: for the fuzzer alone.
SMALL = {
    "small.fb2": """<?xml version="1.0"?><FictionBook><description><title-info><author><first-name>Ada</first-name>
</author><book-title>Seeds</book-title><lang>en</lang></title-info></description><body><title><p>Seeds</p></title>
<section><title><p>Bark</p></title><p>Under <emphasis>bark</emphasis>.</p><empty-line/><section><p>Deeper.</p>
</section></section></body><binary id="a" content-type="image/png">iVBORw0KGgo=</binary></FictionBook>""",
    "small.fodt": """<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:h text:outline-level="1">Seeds
</text:h><text:p>Hidden<text:s text:c="3"/>under<text:tab/>bark.<text:note><text:note-body><text:p>Note.</text:p>
</text:note-body></text:note></text:p><table:table><table:table-row><table:table-cell table:number-columns-repeated="2">
<text:p>1</text:p></table:table-cell></table:table-row></table:table></office:text></office:body></office:document>""",
    "small.tex": "\\documentclass{article}\\title{Seeds}\\author{Ada}\\begin{document}\\maketitle\n% no\n\\section{Bark}\n"
    "Under \\emph{the \\textbf{bark}} \\cite{a}: $x^2$ \\'e.\n\\begin{itemize}\\item one\\end{itemize}\n"
    "\\begin{verbatim}\n{%\n\\end{verbatim}\n\\newcommand{\\a}[1]{b#1}\n\\end{document}\n",
    "small.rst": "Seeds\n=====\n\n:Author: Ada\n\nBark\n----\n\n.. note:: Under *bark*.\n\n::\n\n  code\n\n"
    "+---+---+\n| a | b |\n+---+---+\n\n.. code:: python\n\n   x = 1\n",
    "small.adoc": "= Seeds\nAda\n:lang: en\n\n== Bark\n\nUnder *bark*.\n\n----\ncode\n----\n\n|===\n|a |b\n|===\n\n////\nno\n////\n",
    "small.json": '{"title": "Seeds", "list": [1, -2.5e3, true, null, {"deep": ["\\u00e9\\ud83d\\ude00", {}]}], "text": "under\\nbark"}\n',
    "small.jsonl": '{"a": "bark"}\n{"a": "moss"}\n[1, 2]\n',
    "small.xml": '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE a [<!ENTITY b "bark">]><a c="d"><!-- e --><f>under &b; &#x41;'
    "<![CDATA[ <moss> ]]></f><?g h?><title>Seeds</title></a>",
    "small.vtt": "WEBVTT\n\nNOTE no\n\nSTYLE\n::cue {}\n\na\n00:01.000 --> 00:02.000 align:left\n<v Ada>Under <b>bark</b>.\n",
    "small.yaml": "title: Seeds\nlist:\n  - bark\n  - {moss: [1, 2]}\ntext: |\n  under\n",
    "small.toml": 'title = "Seeds"\n[list]\nbark = [1, 2]\n',
    "small.mhtml": "From: <Saved by Ada>\r\nSubject: Seeds\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; "
    'type="text/html"; boundary="seed"\r\n\r\n--seed\r\nContent-Type: text/html; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.org/\r\n\r\n<html><body><main>"
    "<h1>Seeds</h1><p>Under=20bark.</p></main></body></html>\r\n--seed\r\nContent-Type: image/png\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--seed--\r\n",
}


def small():
    for name, text in SMALL.items():
        (SEEDS / name).write_bytes(text.encode())
    mail = b"From: ada@example.org\r\nSubject: =?utf-8?q?Seeds?=\r\n\r\nUnder bark.\r\n"
    flags = b'<?xml version="1.0"?><plist version="1.0"><dict><key>flags</key><integer>1</integer></dict></plist>\n'
    (SEEDS / "small.emlx").write_bytes(str(len(mail)).encode() + b"\n" + mail + flags)


def outlook():
    """A mail as Outlook stores it: properties that are streams, a list of the others, one recipient, one file."""
    written = OleWriter()
    texts = {0x001A: "IPM.Note", 0x0037: "Seeds", 0x0C1A: "Ada", 0x1000: "Under bark.\r\n"}
    listed = b""
    for number, value in texts.items():
        written.addEntry(f"__substg1.0_{number:04X}001F", value.encode("utf-16-le"))
        listed += struct.pack("<HHIII", 0x001F, number, 6, 2 * len(value) + 2, 0)
    written.addEntry("__properties_version1.0", struct.pack("<8xIIII8x", 1, 1, 1, 1) + listed)
    inner = struct.pack("<8x")
    for folder, parts in {
        "__recip_version1.0_#00000000": {0x3001: "Bob"},
        "__attach_version1.0_#00000000": {0x3707: "seed.txt"},
    }.items():
        written.addEntry(folder, storage=True)
        written.addEntry(f"{folder}/__properties_version1.0", inner)
        for number, value in parts.items():
            written.addEntry(f"{folder}/__substg1.0_{number:04X}001F", value.encode("utf-16-le"))
    written.addEntry("__attach_version1.0_#00000000/__substg1.0_37010102", b"moss")
    written.write(SEEDS / "small.msg")


def xlsb():
    """A workbook as Excel packs it: records instead of XML. No program that can be had writes one."""
    name = "planted.xlsb"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

    def record(number, body=b""):
        numbered = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
        length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
        return numbered + length + body

    def text(value):
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    def cell(column):
        return struct.pack("<II", column, 0)

    def related(*targets):
        links = [
            f'<Relationship Id="rId{i}" Type="{kind}{what}" Target="{target}"/>'
            for i, (what, target) in enumerate(targets, 1)
        ]
        space = "http://schemas.openxmlformats.org/package/2006/relationships"
        return f'<?xml version="1.0"?><Relationships xmlns="{space}">{"".join(links)}</Relationships>'

    titles = ["Hedge", "Ditch"]
    sheets = b"".join(
        record(0x9C, struct.pack("<II", 0, i) + text(f"rId{i}") + text(title))
        for i, title in enumerate(titles, 1)
    )
    book = record(0x83) + record(0x8F) + sheets + record(0x90) + record(0x9D, bytes(26)) + record(0x84)
    excel = "application/vnd.ms-excel"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.bin" ContentType="{excel}.worksheet"/>' for i in (1, 2)
    )
    content = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        f'relationships+xml"/><Default Extension="bin" ContentType="{excel}.sheet.binary.macroEnabled.main"/>'
        f"{types}</Types>",
        "_rels/.rels": related(("officeDocument", "xl/workbook.bin")),
        "xl/_rels/workbook.bin.rels": related(*(("worksheet", f"worksheets/sheet{i}.bin") for i in (1, 2))),
        "xl/workbook.bin": book,
    }
    for i, title in enumerate(titles, 1):
        said = plant(name, i, "sheet", f"{title}!B2:C2")
        row = record(0, struct.pack("<IIHHBI", 1, 0, 300, 0, 0, 0))
        cells = record(6, cell(1) + text(said)) + record(5, cell(2) + struct.pack("<d", 700 * i))
        range_ = record(0x94, struct.pack("<IIII", 1, 1, 1, 2))
        content[f"xl/worksheets/sheet{i}.bin"] = (
            record(0x81) + range_ + record(0x91) + row + cells + record(0x92) + record(0x82)
        )
    with zipfile.ZipFile(SEEDS / name, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, value in content.items():
            packed.writestr(zipfile.ZipInfo(part), value)


def legacy():
    """The old office formats, which LibreOffice alone writes."""
    for source, kind in (("planted.odt", "doc"), ("planted.odp", "ppt")):
        command = ["soffice", "--headless", "--convert-to", kind, "--outdir", str(SEEDS), str(SEEDS / source)]
        subprocess.run(command, check=True, capture_output=True)
        (SEEDS / "planted").with_suffix(f".{kind}").rename(SEEDS / f"small.{kind}")


for make in (pdf, pptx, xlsx, xls, ods, odp, odt, book, lines, small, outlook, xlsb, legacy):
    make()
rows = ["\t".join(map(str, row)) for row in planted]
(SEEDS / "planted.tsv").write_text("file\tword\tunit\tpage\tlabel\tline\n" + "\n".join(rows) + "\n")
print(len(planted), "sentences in", len({row[0] for row in planted}), "files")
