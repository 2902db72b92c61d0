//! Dates and long numbers that are written in several pieces, as one word: `13. Dezember 2022`,
//! `12/13/2022` and `2022-12-13` meet, and so do `555 0142` and `5550142`.
//!
//! Pure. Invariant: tokens are only added, each before the first of its pieces.

use super::{Form, Token};

/// Names of months, folded and sorted: English, German, French, Spanish, Italian, Dutch.
const MONTHS: [(&str, u32); 71] = [
    ("abril", 4),
    ("agosto", 8),
    ("aout", 8),
    ("apr", 4),
    ("april", 4),
    ("aprile", 4),
    ("aug", 8),
    ("august", 8),
    ("augustus", 8),
    ("avril", 4),
    ("dec", 12),
    ("december", 12),
    ("decembre", 12),
    ("dez", 12),
    ("dezember", 12),
    ("dicembre", 12),
    ("diciembre", 12),
    ("enero", 1),
    ("feb", 2),
    ("febbraio", 2),
    ("febrero", 2),
    ("februar", 2),
    ("februari", 2),
    ("february", 2),
    ("fevrier", 2),
    ("gennaio", 1),
    ("giugno", 6),
    ("jan", 1),
    ("januar", 1),
    ("januari", 1),
    ("january", 1),
    ("janvier", 1),
    ("juillet", 7),
    ("juin", 6),
    ("jul", 7),
    ("juli", 7),
    ("julio", 7),
    ("july", 7),
    ("jun", 6),
    ("june", 6),
    ("juni", 6),
    ("junio", 6),
    ("luglio", 7),
    ("maart", 3),
    ("maggio", 5),
    ("mai", 5),
    ("mar", 3),
    ("march", 3),
    ("mars", 3),
    ("marz", 3),
    ("marzo", 3),
    ("may", 5),
    ("mayo", 5),
    ("mei", 5),
    ("nov", 11),
    ("november", 11),
    ("novembre", 11),
    ("noviembre", 11),
    ("oct", 10),
    ("october", 10),
    ("octobre", 10),
    ("octubre", 10),
    ("okt", 10),
    ("oktober", 10),
    ("ottobre", 10),
    ("sep", 9),
    ("sept", 9),
    ("september", 9),
    ("septembre", 9),
    ("septiembre", 9),
    ("settembre", 9),
];
/// Digits of a number that is written in groups.
const N_DIGITS: std::ops::RangeInclusive<usize> = 7..=16;
/// Its groups.
const MAX_GROUPS: usize = 5;

/// Adds what is written in pieces as one.
pub(super) fn join(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let steps: Vec<usize> = (0..tokens.len())
        .filter(|&at| tokens[at].form.is_step())
        .collect();
    let pieces = Pieces {
        text,
        tokens: &tokens,
        steps: &steps,
    };
    let mut joined: Vec<(usize, Token)> = Vec::new();
    let mut nth = 0;
    while nth < steps.len() {
        let (words, n_pieces) = pieces.at(nth).unwrap_or_default();
        for word in words {
            let (first, last) = (&tokens[steps[nth]], &tokens[steps[nth + n_pieces - 1]]);
            let token = Token {
                span: first.span.start..last.span.end,
                word,
                position: first.position,
                form: Form::Whole,
            };
            joined.push((steps[nth], token));
        }
        nth += n_pieces.max(1);
    }
    if joined.is_empty() {
        return tokens;
    }
    let mut joined = joined.into_iter().peekable();
    let mut all = Vec::with_capacity(tokens.len() + joined.len());
    for (at, token) in tokens.into_iter().enumerate() {
        while let Some((_, whole)) = joined.next_if(|&(before, _)| before == at) {
            all.push(whole);
        }
        all.push(token);
    }
    all
}

struct Pieces<'a> {
    text: &'a str,
    tokens: &'a [Token],
    steps: &'a [usize],
}

/// The words to add, and of how many pieces they are made.
type Joined = (Vec<String>, usize);

impl Pieces<'_> {
    fn word(&self, nth: usize) -> Option<&str> {
        let at = *self.steps.get(nth)?;
        Some(self.tokens[at].word.as_str())
    }

    /// What stands between a piece and the next.
    fn gap(&self, nth: usize) -> Option<&str> {
        let (here, next) = (*self.steps.get(nth)?, *self.steps.get(nth + 1)?);
        self.text
            .get(self.tokens[here].span.end..self.tokens[next].span.start)
    }

    fn number_of(&self, nth: usize, n_digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let word = self.word(nth)?;
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && n_digits.contains(&word.len()))
            .then(|| word.parse().ok())
            .flatten()
    }

    fn year(&self, nth: usize) -> Option<u32> {
        self.number_of(nth, 4..=4)
            .filter(|year| (1000..3000).contains(year))
    }

    fn month(&self, nth: usize) -> Option<u32> {
        let word = self.word(nth)?;
        let found = MONTHS.binary_search_by(|&(name, _)| name.cmp(word)).ok()?;
        MONTHS.get(found).map(|&(_, month)| month)
    }

    /// What begins here; most words begin nothing.
    fn at(&self, nth: usize) -> Option<Joined> {
        if self.word(nth)?.starts_with(|c: char| c.is_ascii_digit()) {
            let date = self.in_numbers(nth).or_else(|| self.in_words(nth));
            return date.or_else(|| self.number(nth));
        }
        // Nearly every word goes no further: a number is behind a month that begins a date.
        let next = self.word(nth + 1)?;
        if !next.starts_with(|c: char| c.is_ascii_digit()) && !matches!(next, "de" | "del") {
            return None;
        }
        self.month(nth)?;
        self.in_words(nth)
    }

    fn in_numbers(&self, nth: usize) -> Option<Joined> {
        let sign = self
            .gap(nth)
            .filter(|gap| matches!(*gap, "-" | "/" | "."))?;
        let has_third = self.gap(nth + 1) == Some(sign);
        if let Some(year) = self.year(nth) {
            let month = self.number_of(nth + 1, 1..=2)?;
            let day = self.number_of(nth + 2, 1..=2).filter(|_| has_third);
            return match day {
                Some(day) => day_of(year, month, day, 3),
                None if sign != "." => month_of(year, month, 2),
                None => None,
            };
        }
        let year = self.year(nth + 2).filter(|_| has_third)?;
        let (first, second) = (self.number_of(nth, 1..=2)?, self.number_of(nth + 1, 1..=2)?);
        // 3/4/2024 is another day on each side of the ocean.
        let (day, month) = match (first > 12 || sign == ".", second > 12) {
            (_, true) if sign != "." => (second, first),
            (true, _) => (first, second),
            _ if first == second => (first, second),
            _ => return None,
        };
        day_of(year, month, day, 3)
    }

    /// `13 December 2022`, `13. Dezember 2022`, `December 13, 2022`, `13 de diciembre de 2022`, `April 2023`.
    fn in_words(&self, nth: usize) -> Option<Joined> {
        if let Some(month) = self.month(nth) {
            if let Some(year) = self.year_after(nth) {
                return month_of(year.0, month, year.1 - nth + 1);
            }
            let day = self.day(nth + 1).filter(|_| self.is_near(nth))?;
            let year = self.year(nth + 2).filter(|_| self.is_near(nth + 1))?;
            return day_of(year, month, day, 3);
        }
        let day = self.day(nth).filter(|_| self.is_near(nth))?;
        let skipped = usize::from(self.word(nth + 1) == Some("de"));
        let month = self.month(nth + 1 + skipped)?;
        let (year, last) = self.year_after(nth + 1 + skipped)?;
        day_of(year, month, day, last - nth + 1)
    }

    /// The year behind a month, and which piece it is.
    fn year_after(&self, month: usize) -> Option<(u32, usize)> {
        let at = month + 1 + usize::from(matches!(self.word(month + 1), Some("de" | "del")));
        Some((self.year(at).filter(|_| self.is_near(month))?, at))
    }

    fn day(&self, nth: usize) -> Option<u32> {
        let word = self.word(nth)?;
        let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let is_ordinal = matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th");
        digits
            .parse()
            .ok()
            .filter(|day| is_ordinal && digits.len() <= 2 && (1..=31).contains(day))
    }

    fn is_near(&self, nth: usize) -> bool {
        matches!(
            self.gap(nth),
            Some(" " | ". " | ", " | "-" | "." | "\u{a0}" | ".\u{a0}" | "\n")
        )
    }

    /// A number in groups: of a telephone, an account, a card.
    fn number(&self, nth: usize) -> Option<Joined> {
        let mut n_pieces = 1;
        self.number_of(nth, 2..=5)?;
        while matches!(
            self.gap(nth + n_pieces - 1),
            Some(" " | "-" | "\u{a0}" | "\u{202f}")
        ) && self.number_of(nth + n_pieces, 2..=5).is_some()
        {
            n_pieces += 1;
        }
        let groups = (nth..nth + n_pieces).filter_map(|nth| self.word(nth));
        let number: String = groups.collect();
        let is_number = (2..=MAX_GROUPS).contains(&n_pieces) && N_DIGITS.contains(&number.len());
        // A longer row of numbers belongs to a table, and is passed over whole.
        Some((if is_number { vec![number] } else { Vec::new() }, n_pieces))
    }
}

/// A day is found by its month, too.
fn day_of(year: u32, month: u32, day: u32, n_pieces: usize) -> Option<Joined> {
    let (mut words, _) = month_of(year, month, n_pieces)?;
    words.insert(0, format!("{year:04}-{month:02}-{day:02}"));
    (1..=31).contains(&day).then_some((words, n_pieces))
}

fn month_of(year: u32, month: u32, n_pieces: usize) -> Option<Joined> {
    let words = vec![format!("{year:04}-{month:02}")];
    (1..=12).contains(&month).then_some((words, n_pieces))
}

#[cfg(test)]
mod tests {
    use crate::lexical::tokens::tokens;

    fn wholes(text: &str) -> Vec<String> {
        let tokens = tokens(text).into_iter();
        let wholes =
            tokens.filter(|token| token.form == super::Form::Whole && token.word.contains('-'));
        wholes.map(|token| token.word).collect()
    }

    #[test]
    fn a_date_is_one_word_however_it_is_written() {
        for date in [
            "2022-12-13",
            "2022/12/13",
            "13.12.2022",
            "13/12/2022",
            "12/13/2022",
            "13 December 2022",
            "December 13, 2022",
            "Dec 13th, 2022",
            "13. Dezember 2022",
            "le 13 décembre 2022",
            "13 de diciembre de 2022",
        ] {
            assert_eq!(wholes(date), ["2022-12-13", "2022-12"], "{date}");
        }
        assert_eq!(wholes("in April 2023 and 2023-04"), ["2023-04", "2023-04"]);
    }

    #[test]
    fn what_is_no_date_or_could_be_two_is_left_alone() {
        for text in [
            "3/4/2024",
            "1.2.3",
            "2022-13-40",
            "version 2022.12",
            "may I 5",
            "12 13 2022",
        ] {
            assert!(wholes(text).is_empty(), "{text}: {:?}", wholes(text));
        }
    }

    #[test]
    fn a_number_in_groups_is_one_word_and_a_row_of_a_table_is_none() {
        let has = |text: &str, number: &str| tokens(text).iter().any(|token| token.word == number);
        assert!(has("call 555 0142 now", "5550142"));
        assert!(has("4111-1111-1111-1111", "4111111111111111"));
        assert!(!has("120 230 340 450 560 670", "120230"));
        assert!(!has("in 12 34", "1234"));
    }
}
