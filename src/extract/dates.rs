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

#[cfg(test)]
mod tests {
    use super::*;

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
}
