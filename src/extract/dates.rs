//! Dates as containers and documents write them, into the two forms that are stored: nanoseconds
//! since 1970, and ISO 8601.
//!
//! Pure. Invariant: what is no date gives nothing, never a wrong one.

/// A moment of the calendar, without a time zone: that of whoever wrote it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
    pub(super) second: u8,
}

impl Moment {
    /// Nanoseconds since 1970, taken for UTC.
    pub(super) fn nanoseconds(self) -> Option<i64> {
        let is_real = (0..10_000).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60;
        if !is_real {
            return None;
        }
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60;
        let seconds = seconds + i64::from(self.second) + self.days() * 86_400;
        seconds.checked_mul(1_000_000_000)
    }

    /// Days since 1970-01-01 in the Gregorian calendar. Counted in years that begin in March, so that
    /// a leap day is a year's last; eras of 400 years, 146,097 days, repeat.
    fn days(self) -> i64 {
        let month = i64::from(self.month);
        let year = self.year - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }
}

/// Of Windows, which counts tenths of microseconds since 1601.
pub(super) fn of_windows(ticks: u64) -> Option<String> {
    let seconds = ticks / 10_000_000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Counted from a March, so that a leap day is the last of its year: Hinnant, "chrono-compatible
    // low-level date algorithms". Day 0 is 1 March 1600.
    let days = days + 306;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = 1600 + 400 * era + year + next;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    (1902..=9998)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// A PDF's date (`D:20240131120000+01'00'`, of which all behind the year may be missing) as ISO 8601.
pub(super) fn of_pdf(date: &str) -> Option<String> {
    let digits = date.trim().trim_start_matches("D:");
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    let part = |range: std::ops::Range<usize>| digits.get(range).filter(|_| n_digits >= 4);
    let number = |range: std::ops::Range<usize>, least: u32, most: u32| {
        let found = (range.end <= n_digits).then(|| part(range)).flatten();
        found.filter(|found| {
            found
                .parse()
                .is_ok_and(|n: u32| (least..=most).contains(&n))
        })
    };
    let mut iso = part(0..4)?.to_owned();
    let parts = [
        ("-", 4..6, 1, 12),
        ("-", 6..8, 1, 31),
        ("T", 8..10, 0, 23),
        (":", 10..12, 0, 59),
        (":", 12..14, 0, 60),
    ];
    for (divider, range, least, most) in parts {
        let Some(found) = number(range, least, most) else {
            break;
        };
        iso.push_str(divider);
        iso.push_str(found);
    }
    // An hour alone is no time.
    Some(if iso.len() == 13 {
        iso.get(..10)?.to_owned()
    } else {
        iso
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_pdfs_are_read_as_far_as_they_go() {
        let read = |date: &str| of_pdf(date);
        let full = read("D:20240131120405+01'00'");
        assert_eq!(full.as_deref(), Some("2024-01-31T12:04:05"));
        assert_eq!(read("20240131").as_deref(), Some("2024-01-31"));
        assert_eq!(read("D:2024").as_deref(), Some("2024"));
        assert_eq!(read("D:20241399").as_deref(), Some("2024"));
        assert_eq!(read("D:2024013112").as_deref(), Some("2024-01-31"));
        for wrong in ["", "D:", "yesterday", "D:19", "٢٠٢٤"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    fn moment(year: i64, month: u8, day: u8) -> Moment {
        Moment {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 1,
        }
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        let seconds = |moment: Moment| moment.nanoseconds().map(|n| n / 1_000_000_000);
        assert_eq!(seconds(moment(1970, 1, 1)), Some(1));
        assert_eq!(seconds(moment(2000, 2, 29)), Some(951_782_401));
        assert_eq!(seconds(moment(2024, 3, 1)), Some(1_709_251_201));
        assert_eq!(seconds(moment(1969, 12, 31)), Some(-86_399));
        assert_eq!(seconds(moment(2024, 0, 1)), None);
        assert_eq!(seconds(moment(i64::MAX / 400, 1, 1)), None);
    }

    #[test]
    fn ticks_of_windows_are_dates() {
        let of = |seconds: u64| of_windows(seconds * 10_000_000);
        assert_eq!(
            of(11_644_473_600 + 1_709_210_096).as_deref(),
            Some("2024-02-29T12:34:56Z")
        );
        assert_eq!(of(11_644_473_600).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(
            of(11_644_473_600 + 1_704_067_199).as_deref(),
            Some("2023-12-31T23:59:59Z")
        );
        assert_eq!((of(0), of_windows(u64::MAX)), (None, None));
    }
}
