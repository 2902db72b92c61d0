//! Stretches of days as people write them: `2024`, `2024-03..2024-05`, `>2023`, `last month`, `7d`.
//!
//! Pure; is told what day it is.

use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// Days from one on, up to before another; an end that is missing is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<Date>,
    pub(super) before: Option<Date>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The days that a value means; `None` for what is no date.
pub(super) fn days(value: &str, today: Date) -> Option<Days> {
    let value = value.trim().to_lowercase();
    if let Some((first, last)) = value.split_once("..") {
        let end = |text: &str| match text.trim() {
            "" => Some(Days::default()),
            text => stretch(text, today),
        };
        let (first, last) = (end(first)?, end(last)?);
        let is_open = first.from.is_none() && last.before.is_none();
        let days = Days {
            from: first.from,
            before: last.before,
        };
        let is_forward = days
            .from
            .zip(days.before)
            .is_none_or(|(from, before)| from < before);
        return (!is_open && is_forward).then_some(days);
    }
    let compared = |sign: &str| {
        let rest = value.strip_prefix(sign)?;
        stretch(rest.trim(), today)
    };
    if value.starts_with(['>', '<', '=']) {
        let from = |from| Days { from, before: None };
        let before = |before| Days { from: None, before };
        return compared(">=")
            .map(|days| from(days.from))
            .or_else(|| compared("<=").map(|days| before(days.before)))
            .or_else(|| compared(">").map(|days| from(days.before)))
            .or_else(|| compared("<").map(|days| before(days.from)))
            .or_else(|| compared("="));
    }
    stretch(&value, today)
}

/// A day, month, quarter or year, or a stretch up to today.
fn stretch(text: &str, today: Date) -> Option<Days> {
    by_number(text)
        .or_else(|| by_name(text, today))
        .or_else(|| ago(text, today))
        .or_else(|| month_in_words(text, today))
}

fn between(from: Date, before: Date) -> Days {
    Days {
        from: Some(from),
        before: Some(before),
    }
}

fn lasting(from: Date, span: Span) -> Option<Days> {
    Some(between(from, from.checked_add(span).ok()?))
}

/// `2024`, `2024-q3`, `2024-03`, `2024-03-05`, `5.3.2024`, `25/3/2024`.
fn by_number(text: &str) -> Option<Days> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let number = |part: &str| part.parse::<i8>().ok();
    match *parts.as_slice() {
        [y] => lasting(Date::new(year(y)?, 1, 1).ok()?, 1.year()),
        [y, part] if part.starts_with('q') => {
            let quarter = number(&part[1..]).filter(|q| (1..=4).contains(q))?;
            lasting(Date::new(year(y)?, quarter * 3 - 2, 1).ok()?, 3.months())
        }
        [y, month] => lasting(Date::new(year(y)?, number(month)?, 1).ok()?, 1.month()),
        [y, month, day] if year(y).is_some() => lasting(
            Date::new(year(y)?, number(month)?, number(day)?).ok()?,
            1.day(),
        ),
        [first, second, y] => {
            let (first, second) = (number(first)?, number(second)?);
            // 3/4/2024 is another day on each side of the ocean.
            let is_day_first = text.contains('.') || first > 12;
            let is_month_first = !text.contains('.') && second > 12;
            let (day, month) = match (is_day_first, is_month_first) {
                (true, false) => (first, second),
                (false, true) => (second, first),
                _ if first == second => (first, second),
                _ => return None,
            };
            lasting(Date::new(year(y)?, month, day).ok()?, 1.day())
        }
        _ => None,
    }
}

fn year(text: &str) -> Option<i16> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| is_year && *year > 0)
}

/// `today`, `last month`, `this-week`.
fn by_name(text: &str, today: Date) -> Option<Days> {
    let tomorrow = today.tomorrow().ok()?;
    match text {
        "today" => return Some(between(today, tomorrow)),
        "yesterday" => return Some(between(today.yesterday().ok()?, today)),
        _ => {}
    }
    let (which, unit) = text.split_once([' ', '-', '_']).or_else(|| {
        let at = ["this", "last", "past"]
            .iter()
            .find_map(|word| text.strip_prefix(word).map(|_| word.len()))?;
        Some(text.split_at(at))
    })?;
    let (first, span): (Date, Span) = match unit {
        "week" => (monday(today)?, 1.week()),
        "month" => (today.first_of_month(), 1.month()),
        "quarter" => {
            let month = (today.month() - 1) / 3 * 3 + 1;
            (Date::new(today.year(), month, 1).ok()?, 3.months())
        }
        "year" => (today.first_of_year(), 1.year()),
        _ => return None,
    };
    match which {
        "this" => lasting(first, span),
        "last" => Some(between(first.checked_sub(span).ok()?, first)),
        "past" => Some(between(today.checked_sub(span).ok()?, tomorrow)),
        _ => None,
    }
}

fn monday(today: Date) -> Option<Date> {
    match today.weekday() {
        Weekday::Monday => Some(today),
        _ => today.nth_weekday(-1, Weekday::Monday).ok(),
    }
}

/// `7d`, `2 weeks`, `last 3 months`: up to today.
fn ago(text: &str, today: Date) -> Option<Days> {
    let text = text.trim_start_matches("last ").trim_start_matches("past ");
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(at);
    let n: i64 = number.parse().ok().filter(|n| *n < 10_000)?;
    let span = match unit.trim() {
        "d" | "day" | "days" => n.days(),
        "w" | "week" | "weeks" => n.weeks(),
        "m" | "month" | "months" => n.months(),
        "y" | "year" | "years" => n.years(),
        _ => return None,
    };
    let from = today.checked_sub(span).ok()?;
    Some(between(from, today.tomorrow().ok()?))
}

/// `march 2024`, `mar`: without a year, the last one there was.
fn month_in_words(text: &str, today: Date) -> Option<Days> {
    let (name, rest) = text.split_once([' ', '-']).unwrap_or((text, ""));
    let at = MONTHS
        .iter()
        .position(|month| name.len() >= 3 && month.starts_with(name))?;
    let month = at as i8 + 1;
    let year = match rest.trim() {
        "" if month > today.month() => today.year() - 1,
        "" => today.year(),
        rest => year(rest)?,
    };
    lasting(Date::new(year, month, 1).ok()?, 1.month())
}

/// Whether two words are one value: `last month`, `march 2024`, `3 weeks`.
pub(super) fn is_one_value(first: &str, second: &str, today: Date) -> bool {
    let is_begun = first.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_begun
        && year(first).is_none()
        && stretch(&format!("{first} {second}").to_lowercase(), today).is_some()
}

impl Days {
    /// In seconds since 1970 by the clock on the wall.
    pub(super) fn on_the_wall(self) -> std::ops::Range<i64> {
        self.seconds(&TimeZone::UTC)
    }

    /// In seconds since 1970, at this place.
    pub(super) fn here(self) -> std::ops::Range<i64> {
        self.seconds(&TimeZone::system())
    }

    fn seconds(self, zone: &TimeZone) -> std::ops::Range<i64> {
        let second = |date: Option<Date>, open| {
            let zoned = date.and_then(|date| date.to_zoned(zone.clone()).ok());
            zoned.map_or(open, |zoned| zoned.timestamp().as_second())
        };
        second(self.from, i64::MIN)..second(self.before, i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 27);

    fn shown(value: &str) -> Option<String> {
        let days = days(value, TODAY)?;
        let end = |end: Option<Date>| end.map(|date| date.to_string()).unwrap_or_default();
        Some(format!("{}..{}", end(days.from), end(days.before)))
    }

    #[test]
    fn dates_are_understood_as_people_write_them() {
        for (value, expected) in [
            ("2024", "2024-01-01..2025-01-01"),
            ("2024-03", "2024-03-01..2024-04-01"),
            ("2024-03-05", "2024-03-05..2024-03-06"),
            ("5.3.2024", "2024-03-05..2024-03-06"),
            ("25/3/2024", "2024-03-25..2024-03-26"),
            ("3/25/2024", "2024-03-25..2024-03-26"),
            ("2024-q3", "2024-07-01..2024-10-01"),
            ("2024-03..2024-05", "2024-03-01..2024-06-01"),
            ("..2024", "..2025-01-01"),
            ("2024..", "2024-01-01.."),
            (">2023", "2024-01-01.."),
            ("<=2023-06", "..2023-07-01"),
            ("today", "2026-11-27..2026-11-28"),
            ("Yesterday", "2026-11-26..2026-11-27"),
            ("last month", "2026-10-01..2026-11-01"),
            ("this-week", "2026-11-23..2026-11-30"),
            ("last year", "2025-01-01..2026-01-01"),
            ("7d", "2026-11-20..2026-11-28"),
            ("last 3 months", "2026-08-27..2026-11-28"),
            ("march 2024", "2024-03-01..2024-04-01"),
            ("dec", "2025-12-01..2026-01-01"),
        ] {
            assert_eq!(shown(value).as_deref(), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for value in [
            "2024-02-31",
            "2024-13",
            "soon",
            "",
            "3/4/2024",
            "2025..2024",
            "..",
            "99999d",
            ">",
        ] {
            assert_eq!(shown(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_a_date_or_none(value in "\\PC{0,20}", form in "[0-9a-z.<>=/-]{0,14}") {
            let _ = (days(&value, TODAY), days(&form, TODAY));
        }
    }
}
