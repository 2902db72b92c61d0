#!/usr/bin/env python3
"""Makes documents that hold facts, and the questions about them, in tests/corpus/facts/.

    python tests/corpus/make_facts.py

Needs python-pptx, openpyxl, reportlab and python-docx. What it makes is committed, so that the tests need
none of them: tests/it/answers.rs asks the questions of facts.tsv and looks at what is cited. All of the
content is made up here. A question is asked in other words than the fact is told in, as people do; the
questions were written with the facts, before anything was tuned by them. The last ones have no answer in
any of the documents, though they are about the same things.
"""
import csv
import pathlib

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

HERE = pathlib.Path(__file__).parent / "facts"

# Per place: what stands there, then questions with the words that answer them.
HANDBOOK = [
    ("""The Hollow Oak ferry company was founded by Ingrid Tallow in 1987 with a single wooden boat. Its office
    stands at the old customs pier in Marlow Bay. The company employs forty-three people, of whom nine are deckhands.
    Every new employee receives a blue jacket, a torch and the keys to locker room two.""",
     [("Who started the ferry company?", "Ingrid Tallow"), ("How many people work for the ferry company?", "forty-three"),
      ("What colour is the jacket that new staff are given?", "blue")]),
    ("""Working hours are from six in the morning until two in the afternoon on the early shift. The late shift ends
    at ten at night. Overtime is paid at one and a half times the hourly wage. Whoever is ill calls the harbour
    desk before half past five. A doctor's certificate is needed from the third day of absence.""",
     [("When does the late shift finish?", "ten at night"), ("From which day of sickness must a certificate be handed in?", "third"),
      ("How is overtime paid?", "one and a half times the hourly wage")]),
    ("""Annual leave is twenty-eight days. Leave that was not taken by the end of March is lost. Requests go to Tomas
    Verrick, who decides within five working days. During the regatta week in July nobody may take leave.""",
     [("To whom are holiday requests sent?", "Tomas Verrick"), ("How many days of annual leave are there?", "twenty-eight"),
      ("In which week can no holiday be taken?", "regatta week")]),
    ("""The engine room of the Kestrel may only be entered with ear protection. The oil is changed every two hundred
    and fifty running hours. The emergency pump is tested on the first Monday of each month and the result is
    written into the red book. The fire extinguishers were last inspected by Delmar Safety in October 2023.""",
     [("How often is the oil of the Kestrel changed?", "every two hundred and fifty running hours"),
      ("Into which book does the result of the pump test go?", "red book"), ("Who inspected the fire extinguishers?", "Delmar Safety")]),
    ("""Passengers may bring dogs on a leash without charge. Bicycles cost four euros. Children under six travel free.
    A lost ticket is replaced for a fee of two euros at the kiosk. Groups of more than fifteen have to book three
    days ahead.""",
     [("What does it cost to take a bicycle on board?", "four euros"), ("How large may a group be without booking?", "fifteen"),
      ("Up to what age do children ride for nothing?", "six")]),
]
SLIDES = [
    ("Results of the year 2024", ["Revenue rose to 3.4 million euros", "The Kestrel carried 212,000 passengers", "Fuel was the largest cost at 610,000 euros"],
     [("How many passengers did the Kestrel carry?", "212,000"), ("What was the revenue of 2024?", "3.4 million euros")]),
    ("The new boat", ["The Merganser will be built by the Osprey yard in Lindholm", "She takes 180 passengers and runs on batteries", "Delivery is planned for May 2026"],
     [("Which yard builds the Merganser?", "Osprey yard"), ("When will the Merganser be delivered?", "May 2026")]),
    ("Complaints", ["71 complaints were received, most about late departures", "Answers took eleven days on average", "Petra Lindqvist took over the complaints desk in September"],
     [("Who is now responsible for complaints?", "Petra Lindqvist"), ("How long did it take to answer a complaint on average?", "eleven days")]),
    ("Outlook", ["Winter timetable with hourly crossings from November", "A second kiosk opens at Gull Point", "The loan from the Coastal Bank is repaid in 2029"],
     [("Where does the second kiosk open?", "Gull Point"), ("When is the bank loan paid back?", "2029")]),
]
SHEETS = [
    ("Fuel", ["month", "litres", "supplier"], [["January", 41200, "Brightwater Oil"], ["February", 38900, "Brightwater Oil"], ["March", 44750, "Sundby Energy"]],
     [("Who supplied the fuel in March?", "Sundby Energy"), ("How many litres were used in February?", "38900")]),
    ("Repairs", ["boat", "work", "cost"], [["Kestrel", "new propeller shaft", 18450], ["Plover", "hull repainted", 9300], ["Kestrel", "radar replaced", 12600]],
     [("What did the propeller shaft cost?", "18450"), ("Which boat was repainted?", "Plover")]),
    ("Insurance", ["policy", "insurer", "until"], [["liability", "Norrgard Mutual", "30 June 2027"], ["hull", "Seaward Re", "31 December 2026"]],
     [("Which insurer covers liability?", "Norrgard Mutual"), ("Until when does the hull policy run?", "31 December 2026")]),
]
MINUTES = [
    ("""The board met on 14 February 2025 in the sail loft. Present were Ingrid Tallow, Tomas Verrick and the
    auditor Hollis Grange. The board approved the purchase of a ticket machine for 23,000 euros.""",
     [("Where did the board meet?", "sail loft"), ("What was the price of the ticket machine?", "23,000 euros"), ("What is the name of the auditor?", "Hollis Grange")]),
    ("""The lease of the boathouse was extended until 2031. The landlord, the parish of Saint Brannock, asked for a
    higher rent, which was refused. The next meeting takes place on 9 May.""",
     [("Who owns the boathouse?", "parish of Saint Brannock"), ("Until which year does the lease of the boathouse run?", "2031")]),
]
UNANSWERED = [
    "Who designed the logo of the ferry company?", "What is the password of the harbour desk computer?",
    "How many cabins does the Merganser have?", "When was the Kestrel built?", "How much does Petra Lindqvist earn?",
    "Which bank does the landlord use?", "What is the phone number of the kiosk?", "Who painted the Plover?",
    "How many litres of fuel were used in October?", "What is the capital of Norway?",
    "Which captain sails the Merganser?", "When does the kiosk at Gull Point close in the evening?",
    "How long is the pier in Marlow Bay?", "What does a cup of coffee cost on board?",
    "Who won the regatta?", "When does the liability policy of the boathouse begin?",
]
rows = []


def note(file, unit, page, questions):
    rows.extend([file, unit, page, question, answer] for question, answer in questions)


def handbook():
    style = getSampleStyleSheet()["BodyText"]
    story = []
    for number, (text, questions) in enumerate(HANDBOOK, 1):
        story += [Paragraph(" ".join(text.split()), style), PageBreak()]
        note("handbook.pdf", "page", number, questions)
    SimpleDocTemplate(str(HERE / "handbook.pdf"), pagesize=A5, title="Staff handbook", invariant=1).build(story)


def results():
    show = Presentation()
    for number, (title, points, questions) in enumerate(SLIDES, 1):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(points)
        note("results.pptx", "slide", number, questions)
    show.save(HERE / "results.pptx")


def budget():
    book = Workbook()
    for number, (title, head, lines, questions) in enumerate(SHEETS, 1):
        sheet = book.active if number == 1 else book.create_sheet()
        sheet.title = title
        for line in [head, *lines]:
            sheet.append(line)
        note("budget.xlsx", "sheet", number, questions)
    book.save(HERE / "budget.xlsx")


def minutes():
    document = Document()
    document.add_heading("Minutes of the board", 1)
    for text, questions in MINUTES:
        document.add_paragraph(" ".join(text.split()))
        note("minutes.docx", "", "", questions)
    document.save(HERE / "minutes.docx")


def main():
    HERE.mkdir(exist_ok=True)
    for make in (handbook, results, budget, minutes):
        make()
    rows.extend(["", "", "", question, ""] for question in UNANSWERED)
    with open(HERE / "facts.tsv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow(["file", "unit", "page", "question", "answer"])
        writer.writerows(rows)


main()
