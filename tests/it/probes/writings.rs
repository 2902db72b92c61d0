//! Writings that are alike but for what matters: minutes, orders, and long manuals with a needle or two.
//!
//! As [`super::business`], whose dates they are written by. Start at [`all`].

use nuthatch::bench::words::Random;

use super::{
    business::{MONTHS, in_words, parts},
    made::Made,
};

/// Every file of these families.
pub(super) fn all() -> Vec<Made> {
    [minutes(), orders(), manuals()].concat()
}

/// What was decided, two a month from January 2022 on.
const DECISIONS: [&str; 48] = [
    "The compressor is moved to the cellar because of its noise.",
    "Jonas writes a list of all profiles that are sold out.",
    "Frames that were not collected for a year are given to the school.",
    "The till is counted by two people from now on.",
    "Petra gets a second place for gilding beside the north window.",
    "We stop taking cheques.",
    "A first-aid course is booked for everybody.",
    "The sign over the door is repainted by a student of the art school.",
    "Repairs of antique frames cost at least 900.",
    "The web shop is put off until somebody has time for photographs.",
    "Dust extraction for the mitre saw is bought second-hand.",
    "Birgit takes over the ordering of glass.",
    "Customers get a message when their order is ready.",
    "Nobody works alone with solvents.",
    "The lease of the coffee machine is not prolonged.",
    "Mounts are cut on Tuesdays and Fridays only.",
    "For the jubilee in May there is an open day with gilding to try.",
    "The old guillotine goes to the museum of crafts.",
    "Overtime is written down weekly and taken as days off.",
    "We join the purchasing ring of the coast towns.",
    "The bicycle for deliveries gets a box with a lock.",
    "Lamps in the fitting room are changed to 4000 kelvin.",
    "The cat may stay in the back room, not in the gilding.",
    "The year closes with a loss of 12,600, mostly the roof.",
    "Prices rise by six per cent from February on.",
    "Interest of the loan is fixed at 4.1 per cent for five years.",
    "The apprentice begins in August; Petra is in charge of her.",
    "A sprinkler is too expensive; we take two more extinguishers.",
    "The museum gets fifteen per cent off above thirty frames.",
    "Complaints are answered within three working days.",
    "Anders checks the locks on Sundays.",
    "The parquet in the fitting room is laid by Holm.",
    "Gold leaf is kept in the safe, and its weight noted.",
    "Humidity in the fitting room is held at 45 per cent by a new device.",
    "The display window is decorated by each of us in turn.",
    "No deliveries on the market days.",
    "Tomasz photographs all finished work.",
    "The crate from Chile is unpacked by two, with gloves.",
    "We take part in the night of the museums.",
    "Waste wood goes to the baker for his oven.",
    "A data back-up lies in the bank, changed every month.",
    "Company phones are bought for those who drive.",
    "The contract with the lift people is looked at again.",
    "Smokers go to the yard, not to the stairs.",
    "The workshop closes at four on Fridays in summer.",
    "Old mounting boards are tested for acid with the pen.",
    "Ines designs the new letter paper.",
    "The stocktaking is on the second Saturday of January.",
];

fn minutes() -> Vec<Made> {
    let mut random = Random::new(31);
    let mut made = Vec::new();
    for (month, decided) in (0..).zip(DECISIONS.chunks(2)) {
        let date = format!(
            "{}-{:02}-{:02}",
            2022 + month / 12,
            month % 12 + 1,
            3 + random.below(24)
        );
        let absent = ["Jonas", "Petra", "Birgit", "nobody"][random.below(4) as usize];
        let text = format!(
            "Minutes of the workshop's meeting\n\nHeld on {} in the back room, absent: {absent}. The \
             minutes of the last meeting were read and agreed to.\n\nOrders: {} open, {} of them late. \
             Takings of the month before: {}.\n\nDecided: {}\n\nDecided: {}\n\nThe next meeting is in \
             four weeks, and whoever comes last brings the cake.",
            in_words(&date),
            20 + random.below(60),
            random.below(9),
            60_000 + 10 * random.below(5_000),
            decided[0],
            decided[1],
        );
        let form = if month % 3 == 0 { "docx" } else { "odt" };
        made.push(Made::new(
            &format!("minutes/meeting {date}.{form}"),
            &date,
            &text,
        ));
    }
    made
}

fn orders() -> Vec<Made> {
    const PEOPLE: [&str; 10] = [
        "Agnes Holt",
        "Bram Visser",
        "Chiara Conti",
        "David Okoye",
        "Elin Strand",
        "Farid Nazari",
        "Greta Blom",
        "Hugo Lefèvre",
        "Iris Papadaki",
        "Jakub Zielony",
    ];
    const WORKS: [&str; 10] = [
        "a watercolour of a lighthouse",
        "my diploma",
        "a poster of the jazz festival",
        "an etching of a hare",
        "the wedding picture of my parents",
        "a child's drawing of a whale",
        "an old map of the fjord",
        "a sampler, cross-stitched",
        "a signed football shirt",
        "a charcoal nude",
    ];
    const WISHES: [&str; 6] = [
        "in oak, as plain as can be",
        "with museum glass, it hangs in the sun",
        "in gold, but not shiny",
        "with a wide mount, ivory",
        "in black, narrow",
        "in walnut like the last one",
    ];
    let mut random = Random::new(77);
    let mut made = Vec::new();
    for number in 0..40_usize {
        let (person, work) = (PEOPLE[number % 10], WORKS[(number * 3 + number / 10) % 10]);
        let wish = WISHES[random.below(6) as usize];
        let (width, height) = (20 + random.below(80), 20 + random.below(80));
        let month = 1 + random.below(12);
        let date = format!(
            "202{}-{month:02}-{:02}",
            2 + number % 2,
            1 + random.below(28)
        );
        let address = person.split(' ').next().unwrap().to_lowercase();
        let text = format!(
            "From: {person} <{address}@mail.example>\nTo: Lindqvist Frames \
             <shop@lindqvist.example>\nDate: {} 10:00:00 +0100\nSubject: a frame, please \
             ({number})\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nGood morning, I \
             would like to have {work} framed, {width} by {height} cm, {wish}. It need not be done \
             before the end of the month. Best wishes, {person}\n",
            {
                let (year, month, day) = parts(&date);
                format!("{day} {} {year}", &MONTHS[month - 1][..3])
            },
        );
        made.push(Made::new(
            &format!("orders/order {number:02} {address}.eml"),
            &date,
            &text,
        ));
    }
    made
}

/// File, title, what it is about, pages, and what stands on one page of it alone.
type Manual = (
    &'static str,
    &'static str,
    [&'static str; 12],
    usize,
    &'static [(usize, &'static str)],
);

const MANUALS: [Manual; 4] = [
    (
        "manuals/auriga 9 installation manual.pdf",
        "Auriga 9 heat pump, installation and service",
        [
            "outdoor unit",
            "refrigerant circuit",
            "buffer tank",
            "expansion valve",
            "circulation pump",
            "flow sensor",
            "control board",
            "condensate drain",
            "shut-off valve",
            "defrost cycle",
            "heating curve",
            "terminal strip",
        ],
        56,
        &[
            (
                17,
                "Tighten the flare nuts of the 12.7 mm pipe with 55 newton metres, never by feel.",
            ),
            (
                38,
                "If the display shows F 41, the four-way valve hangs: knock on it lightly with the handle of a screwdriver while the compressor runs.",
            ),
            (
                51,
                "The service menu opens when both arrow keys are held for eight seconds; the code is 2608.",
            ),
        ],
    ),
    (
        "manuals/harbour rules.pdf",
        "Rules of procedure of the municipal harbour",
        [
            "berth holder",
            "harbour master",
            "visiting vessel",
            "mooring line",
            "fuel jetty",
            "slipway",
            "waste station",
            "breakwater",
            "winter storage",
            "shore power",
            "crane",
            "navigation light",
        ],
        60,
        &[
            (
                22,
                "A berth that stands empty for more than three weeks may be let to guests; the holder gets two thirds of the fee.",
            ),
            (
                44,
                "Whoever scrapes old paint off a hull spreads a tarpaulin beneath and takes the dust home as hazardous waste.",
            ),
        ],
    ),
    (
        "manuals/workshop handbook.docx",
        "Handbook of the workshop",
        [
            "mitre saw",
            "underpinner",
            "glass cutter",
            "mount cutter",
            "vacuum press",
            "spray booth",
            "band clamp",
            "glue pot",
            "dust extractor",
            "work bench",
            "finished goods rack",
            "drying cabinet",
        ],
        54,
        &[
            (
                13,
                "A splinter of glass in the eye is not wiped: cover both eyes and call 113.",
            ),
            (
                47,
                "Rabbit glue that was heated above sixty degrees no longer holds and is thrown away.",
            ),
        ],
    ),
    (
        "manuals/kiln controller.docx",
        "Kiln controller KC-3, operating instructions",
        [
            "thermocouple",
            "heating element",
            "relay",
            "programme",
            "ramp",
            "soak time",
            "fuse",
            "door switch",
            "display",
            "firing curve",
            "alarm output",
            "cone setting",
        ],
        52,
        &[
            (
                29,
                "After a power cut of less than ten minutes the controller resumes where it was; after a longer one it cools down and reports PF.",
            ),
            (
                50,
                "The fuse on the board is a slow one of 3.15 ampere, 5 by 20 millimetres.",
            ),
        ],
    ),
];

fn manuals() -> Vec<Made> {
    const DOES: [&str; 10] = [
        "must be checked before",
        "is switched off during",
        "has to be cleaned after",
        "may only be replaced together with",
        "is described in the section about",
        "must never touch",
        "is connected before",
        "is set anew after work on",
        "should stand level with",
        "is protected from",
    ];
    const WHEN: [&str; 10] = [
        "once a year",
        "in frost",
        "when the season begins",
        "by trained persons only",
        "as the table in the appendix shows",
        "unless the label says otherwise",
        "and the result is entered into the log",
        "while a second person watches",
        "after consulting the manufacturer",
        "if an unusual sound is heard",
    ];
    const LEAD: [&str; 8] = [
        "Note that the",
        "The",
        "In every case the",
        "For this reason the",
        "As a rule the",
        "Before anything else the",
        "Together with its cover, the",
        "Where there is one, the",
    ];
    let mut random = Random::new(99);
    let mut made = Vec::new();
    for (path, title, things, n_pages, needles) in MANUALS {
        let mut pages = Vec::new();
        for page in 1..=n_pages {
            let mut pick = |from: &[&'static str]| from[random.below(from.len() as u64) as usize];
            let mut text = format!(
                "{title}\n\n{page}. The {} and the {}\n\n",
                pick(&things),
                pick(&things)
            );
            for sentence in 0..11 {
                if sentence == 6
                    && let Some((_, needle)) = needles.iter().find(|(at, _)| *at == page)
                {
                    text += needle;
                    text.push(' ');
                }
                let (lead, thing, does) = (pick(&LEAD), pick(&things), pick(&DOES));
                text += &format!(
                    "{lead} {thing} {does} the {} {}. ",
                    pick(&things),
                    pick(&WHEN)
                );
            }
            pages.push(text);
        }
        made.push(Made::new(path, "2022-05-01", &pages.join("\u{c}")));
    }
    made
}
