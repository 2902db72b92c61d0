//! Papers of a small firm that are alike but for what matters: versions of contracts, bills, statements.
//!
//! Each family is a template with a table, or with seeded choices, so that everybody gets the same
//! bytes. They are the distractors of each other's probes. Start at [`all`].

use nuthatch::bench::words::Random;

use super::made::Made;

/// Every file of these families.
pub(super) fn all() -> Vec<Made> {
    [contracts(), bills(), statements()].concat()
}

/// Name, what it is about, the other side, and per version: file name, day of signature, fee, weeks
/// of notice, who is responsible.
type Contract = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, u32, u32, &'static str)],
);

const CONTRACTS: [Contract; 6] = [
    (
        "Lease of the shop",
        "the rooms at Quayside 14, 86 square metres, with the cellar",
        "Halvorsen Estates",
        &[
            (
                "halvorsen lease v1.docx",
                "2019-02-01",
                11_400,
                26,
                "Nils Halvorsen",
            ),
            (
                "halvorsen lease v2.docx",
                "2020-02-01",
                11_900,
                26,
                "Nils Halvorsen",
            ),
            (
                "halvorsen lease v3.pdf",
                "2022-02-01",
                12_650,
                13,
                "Karin Moe",
            ),
            (
                "halvorsen lease v4.pdf",
                "2024-02-01",
                13_200,
                13,
                "Karin Moe",
            ),
        ],
    ),
    (
        "Maintenance of the goods lift",
        "the inspection and repair of the goods lift, type LG-400",
        "Brenner Aufzüge",
        &[
            (
                "brenner lift maintenance v1.docx",
                "2018-06-15",
                2_900,
                12,
                "Herr Kolb",
            ),
            (
                "brenner lift maintenance v2.docx",
                "2020-06-15",
                3_150,
                12,
                "Herr Kolb",
            ),
            (
                "brenner lift maintenance v3.docx",
                "2021-06-15",
                3_400,
                8,
                "Frau Ziegler",
            ),
            (
                "brenner lift maintenance v4.docx",
                "2023-06-15",
                3_900,
                4,
                "Frau Ziegler",
            ),
        ],
    ),
    (
        "Supply of picture glass",
        "the delivery of museum glass and float glass in sheets",
        "Nordglas",
        &[
            (
                "nordglas supply draft.docx",
                "2022-09-05",
                18_000,
                8,
                "Ole Sand",
            ),
            (
                "nordglas supply final.docx",
                "2022-09-20",
                18_500,
                8,
                "Ole Sand",
            ),
            (
                "nordglas supply final2 signed.pdf",
                "2022-10-01",
                18_750,
                6,
                "Ole Sand",
            ),
            (
                "nordglas supply 2024 renewal.pdf",
                "2024-10-01",
                21_000,
                6,
                "Berit Lund",
            ),
        ],
    ),
    (
        "Cleaning of shop and workshop",
        "the cleaning of shop, workshop and stairwell twice a week",
        "Sauber and Sons",
        &[
            (
                "sauber cleaning 2021-03.odt",
                "2021-03-10",
                1_850,
                4,
                "Mrs Adeyemi",
            ),
            (
                "sauber cleaning 2022-03.odt",
                "2022-03-10",
                1_950,
                4,
                "Mrs Adeyemi",
            ),
            (
                "sauber cleaning 2023-03.odt",
                "2023-03-10",
                2_150,
                6,
                "Mr Tanaka",
            ),
            (
                "sauber cleaning 2024-03.odt",
                "2024-03-10",
                2_300,
                6,
                "Mr Tanaka",
            ),
        ],
    ),
    (
        "Line to the internet",
        "a glass fibre line of 500 megabits to the shop",
        "Fjordnett",
        &[
            (
                "fjordnett internet v1.md",
                "2020-11-20",
                649,
                8,
                "customer desk",
            ),
            (
                "fjordnett internet v2.md",
                "2022-11-20",
                699,
                4,
                "customer desk",
            ),
            (
                "fjordnett internet v3.md",
                "2023-11-20",
                749,
                4,
                "business desk",
            ),
        ],
    ),
    (
        "Framing for the museum",
        "the framing of works on paper for exhibitions",
        "Haugen Museum",
        &[
            (
                "haugen framework agreement 1.html",
                "2021-01-11",
                40_000,
                10,
                "Dr Aas",
            ),
            (
                "haugen framework agreement 2.html",
                "2022-01-11",
                44_000,
                10,
                "Dr Aas",
            ),
            (
                "haugen framework agreement 3.html",
                "2024-01-11",
                52_000,
                10,
                "Dr Okafor",
            ),
        ],
    ),
];

fn contracts() -> Vec<Made> {
    let mut made = Vec::new();
    for (title, subject, partner, versions) in CONTRACTS {
        for &(name, signed, fee, weeks, who) in versions {
            let text = format!(
                "{title}\n\nBetween Lindqvist Frames and {partner}, signed on {signed}.\n\n\
                 Subject of this contract is {subject}. It begins on the day of signature and runs for \
                 one year; it is prolonged by a year each time unless it is ended before.\n\n\
                 Fee. The fee is {fee} without tax, due within thirty days. It may be raised once a \
                 year, by no more than the index of consumer prices.\n\n\
                 Notice. Either side may end this contract with notice of {weeks} weeks, in writing. \
                 For a weighty reason it may be ended at once.\n\n\
                 Contact. Responsible at {partner} is {who}. Changes of this contract need the written \
                 form; what was said does not count.\n\n\
                 Liability. Each side is liable for damage that it caused by intent or gross \
                 negligence. Place of jurisdiction is the seat of Lindqvist Frames."
            );
            made.push(Made::new(&format!("contracts/{name}"), signed, &text));
        }
    }
    made
}

/// Supplier, form of the file, what number bills carry, how it writes a date, and what it sells.
type Supplier = (
    &'static str,
    &'static str,
    &'static str,
    fn(&str) -> String,
    [(&'static str, u32); 4],
);

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn iso(date: &str) -> String {
    date.to_owned()
}

pub(super) fn parts(date: &str) -> (&str, usize, u32) {
    let number = |text: &str| text.parse::<u32>().unwrap();
    (&date[..4], number(&date[5..7]) as usize, number(&date[8..]))
}

pub(super) fn in_words(date: &str) -> String {
    let (year, month, day) = parts(date);
    format!("{day} {} {year}", MONTHS[month - 1])
}

fn american(date: &str) -> String {
    let (year, month, day) = parts(date);
    format!("{} {day}, {year}", MONTHS[month - 1])
}

fn with_dots(date: &str) -> String {
    let (year, month, day) = parts(date);
    format!("{day:02}.{month:02}.{year}")
}

const SUPPLIERS: [Supplier; 8] = [
    (
        "Dachbau Kessler",
        "pdf",
        "DK",
        with_dots,
        [
            ("roof tiles, replaced", 3_150),
            ("scaffolding, per week", 6_400),
            ("lead around the chimney", 2_275),
            ("gutter, cleaned and soldered", 1_380),
        ],
    ),
    (
        "Nordglas",
        "html",
        "NG",
        iso,
        [
            ("museum glass 2.5 mm, sheet", 1_450),
            ("float glass 2 mm, sheet", 310),
            ("acrylic 3 mm, sheet", 520),
            ("cutting to size", 240),
        ],
    ),
    (
        "Profilwerk Thal",
        "docx",
        "PT",
        in_words,
        [
            ("profile Aster, 30 m", 4_260),
            ("profile Campion, 12 m", 7_320),
            ("profile Foxglove, 15 m", 5_850),
            ("samples", 95),
        ],
    ),
    (
        "Elektro Lunde",
        "pdf",
        "EL",
        iso,
        [
            ("spotlights on rails, fitted", 2_980),
            ("residual current breaker", 1_145),
            ("call-out", 690),
            ("cable in the cellar", 1_735),
        ],
    ),
    (
        "Blattgold Aurum",
        "html",
        "BA",
        american,
        [
            ("gold leaf 23 carat, book of 25", 1_120),
            ("silver leaf, book of 25", 210),
            ("bole, red and yellow", 185),
            ("agate burnisher", 640),
        ],
    ),
    (
        "Nordfrakt",
        "txt",
        "NF",
        iso,
        [
            ("pallet, Hamburg to the shop", 2_340),
            ("customs clearance", 780),
            ("storage, per day", 420),
            ("lift truck", 350),
        ],
    ),
    (
        "Papierhandel Ulm",
        "docx",
        "PU",
        with_dots,
        [
            ("museum board 1.5 mm, 50 sheets", 3_675),
            ("barrier paper, roll", 410),
            ("linen tape", 88),
            ("tissue, 500 sheets", 265),
        ],
    ),
    (
        "Skovly Catering",
        "md",
        "SC",
        in_words,
        [
            ("open sandwiches, forty", 2_160),
            ("coffee and cakes", 940),
            ("glasses, hired", 320),
            ("a waiter, four hours", 1_480),
        ],
    ),
];

fn bills() -> Vec<Made> {
    let mut random = Random::new(2024);
    let mut made = Vec::new();
    for (supplier, form, code, written, goods) in SUPPLIERS {
        let mut number = 1_000 + random.below(8_000);
        for quarter in 0..9 {
            number += 1 + random.below(60);
            let (year, month) = (2022 + quarter / 4, 1 + (quarter % 4) * 3 + random.below(3));
            let date = format!("{year}-{month:02}-{:02}", 1 + random.below(28));
            let mut lines = Vec::new();
            let mut sum = 0;
            for (what, price) in goods {
                let n = u32::try_from(random.below(4)).unwrap();
                if n > 0 {
                    sum += n * price;
                    lines.push(format!("{n} x {what}: {}", n * price));
                }
            }
            let tax = sum / 4;
            let text = format!(
                "{supplier}\n\nInvoice {code}-{number}\n\nDate: {}\n\nTo: Lindqvist Frames, Quayside \
                 14\n\n{}\n\nSum {sum}, tax 25 per cent {tax}, to be paid {}. Please pay within {} days \
                 and name the number of the invoice.",
                written(&date),
                lines.join("\n\n"),
                sum + tax,
                if code == "DK" { 14 } else { 30 },
            );
            let name = supplier.to_lowercase().replace(' ', "-");
            let path = format!("invoices/{name}/{code}-{number}.{form}");
            made.push(Made::new(&path, &date, &text));
        }
    }
    made
}

fn statements() -> Vec<Made> {
    let mut random = Random::new(5);
    let mut made = Vec::new();
    for month in 1..=12 {
        let mut text = String::from("booked,with,text,amount,balance\n");
        let mut balance = 90_000 + random.below(60_000);
        for _ in 0..14 {
            let (supplier, _, code, _, _) = SUPPLIERS[random.below(8) as usize];
            let amount = 200 + random.below(9_000);
            balance = balance.saturating_sub(amount) + random.below(9_000);
            text += &format!(
                "2023-{month:02}-{:02},{supplier},{code} transfer,-{amount},{balance}\n",
                1 + random.below(28)
            );
        }
        let date = format!("2023-{month:02}-28");
        made.push(Made::new(
            &format!("bank/statement 2023-{month:02}.csv"),
            &date,
            &text,
        ));
    }
    made
}
