//! When a document was written, as people and programs say it, into ISO 8601.
//!
//! Pure. Invariants: what is no date gives nothing, never a wrong one; of 04/05/2024, where day and
//! month cannot be told apart, only the year is kept.

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// `2024-03-01`, `2024-03-01T10:20:00Z`, `2024-03` or `2024`; from these, from English dates and from
/// numbers divided by strokes or dots.
pub(super) fn iso(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '[', ']']);
    if text.len() > 64 {
        return None;
    }
    by_year(text).or_else(|| in_words(text))
}

/// Year first, in numbers; what follows is kept if it is a time.
fn by_year(text: &str) -> Option<String> {
    let (date, rest) = text.split_at(text.find(['T', ' ']).unwrap_or(text.len()));
    let numbers: Vec<&str> = date.split(['-', '/', '.']).collect();
    let &[first, second, third] = numbers.as_slice() else {
        return match *numbers.as_slice() {
            [year] => Some(format!("{:04}", self::year(year)?)),
            [year, month] => Some(format!(
                "{:04}-{:02}",
                self::year(year)?,
                number(month, 12)?
            )),
            _ => None,
        };
    };
    if let Some(year) = self::year(first) {
        let (month, day) = (number(second, 12)?, number(third, 31)?);
        let time = time(rest).unwrap_or_default();
        return Some(format!("{year:04}-{month:02}-{day:02}{time}"));
    }
    let year = self::year(third)?;
    Some(match (number(first, 31)?, number(second, 31)?) {
        (day, month @ ..=12) if day > 12 || date.contains('.') => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        (month @ ..=12, day) if day > 12 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}"),
    })
}

/// `T10:20:00Z` behind a date, with or without parts of it.
fn time(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches(['T', ' ']);
    let clock = rest.get(..5)?;
    let (hour, minute) = clock.split_once(':')?;
    let is_clock = hour.parse::<u8>().is_ok_and(|hour| hour < 24)
        && minute.parse::<u8>().is_ok_and(|minute| minute < 60);
    let seconds = rest.get(5..8).filter(|seconds| {
        let digits = seconds.strip_prefix(':');
        digits.is_some_and(|digits| digits.parse::<u8>().is_ok_and(|second| second <= 60))
    });
    let zone = if rest.ends_with('Z') { "Z" } else { "" };
    is_clock.then(|| format!("T{clock}{}{zone}", seconds.unwrap_or(":00")))
}

/// `1 March 2024`, `Mar 1, 2024`, `Fri, 1 Mar 2024 10:20:00 +0100`, `March 2024`.
fn in_words(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || ",.".contains(character))
        .filter(|word| !word.is_empty())
        .take(8)
        .collect();
    let mut months = words.iter().enumerate();
    let (at, month) = months.find_map(|(at, word)| Some((at, month(word)?)))?;
    let neighbour = |at: Option<usize>| at.and_then(|at| words.get(at)).copied();
    let (before, after) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
    let day = |word: Option<&str>| {
        let digits = word?.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        number(digits, 31)
    };
    if let Some(year) = after.and_then(year) {
        return Some(match day(before) {
            Some(day) => format!("{year:04}-{month:02}-{day:02}"),
            None => format!("{year:04}-{month:02}"),
        });
    }
    let year = neighbour(Some(at + 2)).and_then(year)?;
    Some(format!("{year:04}-{month:02}-{:02}", day(after)?))
}

fn month(word: &str) -> Option<usize> {
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| word.starts_with(month))?;
    (word.len() <= 9 && word.is_ascii()).then_some(at + 1)
}

fn year(digits: &str) -> Option<u32> {
    let is_year = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|&year| is_year && year > 0)
}

fn number(digits: &str, largest: u32) -> Option<u32> {
    let number = digits.parse().ok()?;
    (1..=largest).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_understood_however_it_is_written() {
        for (written, expected) in [
            ("2024-03-01", "2024-03-01"),
            ("2024-03-01T10:20:30Z", "2024-03-01T10:20:30Z"),
            ("2024-03-01 10:20", "2024-03-01T10:20:00"),
            ("2024/3/1", "2024-03-01"),
            ("2024-03", "2024-03"),
            ("1999", "1999"),
            ("1. March 2024", "2024-03-01"),
            ("March 1st, 2024", "2024-03-01"),
            ("Fri, 1 Mar 2024 10:20:00 +0100", "2024-03-01"),
            ("<2024-03-01 Fri>", "2024-03-01"),
            ("31/03/2024", "2024-03-31"),
            ("03/31/2024", "2024-03-31"),
            ("01.03.2024", "2024-03-01"),
            ("04/05/2024", "2024"),
        ] {
            assert_eq!(iso(written).as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_gives_nothing() {
        for written in [
            "",
            "soon",
            "12",
            "2024-13-01",
            "2024-00",
            "\\today",
            "é",
            "May",
            "99999",
        ] {
            assert_eq!(iso(written), None, "{written}");
        }
    }
}
