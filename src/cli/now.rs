//! What is being done now and why, in one sentence; and how long a pause lasts.
//!
//! Owns the words of `status`, `pause` and `resume` in the terminal. Times are shown and taken in the
//! user's own time zone, which only this edge knows.

use std::time::SystemTime;

use anyhow::bail;
use jiff::{Timestamp, Zoned, tz::TimeZone};
use nuthatch::{
    dirs::Dirs,
    engine::{self, Activity, Status},
    governor::{Hold, Pause},
    indexing::Doing,
};
use serde_json::{Value, json};

use super::show;

/// Pauses, and says until when.
pub(super) fn pause(dirs: &Dirs, length: &str, as_json: bool) -> anyhow::Result<()> {
    let now = Zoned::now();
    let pause = until(length, &now)?;
    engine::pause(dirs, Some(pause))?;
    tell(dirs, &now, as_json)
}

/// Resumes at once.
pub(super) fn resume(dirs: &Dirs, as_json: bool) -> anyhow::Result<()> {
    engine::pause(dirs, None)?;
    tell(dirs, &Zoned::now(), as_json)
}

fn tell(dirs: &Dirs, now: &Zoned, as_json: bool) -> anyhow::Result<()> {
    let hold = engine::paused(dirs, SystemTime::from(now.timestamp()));
    if as_json {
        let until = hold.and_then(seconds_until);
        return show::print(&json!({"paused": hold.is_some(), "until": until}));
    }
    match hold {
        Some(hold) => show::print_line(format_args!("{}.", held(hold, now))),
        None => show::print_line(format_args!("Indexing goes on.")),
    }
}

/// What is shown of a pause to somebody who has just asked for work that it holds up.
pub(super) fn refusal(dirs: &Dirs) -> Option<String> {
    let now = Zoned::now();
    let hold = engine::paused(dirs, SystemTime::from(now.timestamp()))?;
    Some(format!(
        "{}; what is new is read after that, or after `nuthatch resume`",
        held(hold, &now)
    ))
}

/// `30m`, `1h`, `2d`, `tomorrow`, `until-resumed`.
fn until(length: &str, now: &Zoned) -> anyhow::Result<Pause> {
    match length {
        "until-resumed" => return Ok(Pause::UntilResumed),
        "tomorrow" => return Ok(Pause::until_morning(now)?),
        _ => {}
    }
    let unit = length.chars().next_back();
    let number = length.get(..length.len().saturating_sub(1));
    let seconds = match unit {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => 0,
    };
    match number.and_then(|number| number.parse::<i64>().ok()) {
        Some(n) if seconds > 0 && (1..=10_000).contains(&n) => {
            Ok(Pause::Until(now.timestamp().as_second() + n * seconds))
        }
        _ => bail!("{length:?} is no time: 30m, 1h, 2d, tomorrow or until-resumed"),
    }
}

/// The key `now` of `status`.
pub(super) fn document(status: &Status) -> Value {
    let now = &status.now;
    let (hold, until) = (now.hold, now.hold.and_then(seconds_until));
    let doing = if now.process.is_some() {
        json!(now.doing)
    } else {
        json!("unattended")
    };
    json!({
        "doing": doing, "waits_for": hold.map(reason), "until": until,
        "sentence": sentence(now, left_to_do(status), &Zoned::now()),
        "done": now.n_done, "waiting": now.n_waiting, "current": now.current,
        "seconds_left": now.seconds_left,
    })
}

/// The sentence alone.
pub(super) fn line(status: &Status) -> String {
    sentence(&status.now, left_to_do(status), &Zoned::now())
}

fn left_to_do(status: &Status) -> u64 {
    let waiting = status.files.iter();
    let waiting = waiting.filter(|(state, _)| state.name() == "waiting");
    waiting.map(|&(_, n)| n).sum()
}

fn reason(hold: Hold) -> &'static str {
    match hold {
        Hold::Paused { .. } => "user",
        Hold::Battery => "battery",
        Hold::Load => "load",
        Hold::Typing => "typing",
    }
}

fn seconds_until(hold: Hold) -> Option<i64> {
    match hold {
        Hold::Paused { until } => until,
        _ => None,
    }
}

fn held(hold: Hold, now: &Zoned) -> String {
    match hold {
        Hold::Paused { until: None } => "Paused by you until you resume".into(),
        Hold::Paused { until: Some(until) } => {
            format!("Paused by you until {}", moment(until, now))
        }
        Hold::Battery => "Waiting: the computer runs on its battery".into(),
        Hold::Load => "Waiting: other programs keep the processor busy".into(),
        Hold::Typing => "Waiting while you type".into(),
    }
}

/// The time of a day, with the day if it is another one.
fn moment(seconds: i64, now: &Zoned) -> String {
    let zone: TimeZone = now.time_zone().clone();
    let Ok(at) = Timestamp::from_second(seconds) else {
        return "further notice".into();
    };
    let at = at.to_zoned(zone);
    let pattern = if at.date() == now.date() {
        "%H:%M"
    } else {
        "%a %d %b, %H:%M"
    };
    at.strftime(pattern).to_string()
}

fn sentence(now: &Activity, n_waiting: u64, time: &Zoned) -> String {
    if let Some(hold) = now.hold {
        return held(hold, time);
    }
    if let Some(trouble) = &now.trouble {
        return format!("Interrupted, and tries again: {trouble}");
    }
    if now.process.is_none() {
        return match n_waiting {
            0 => "Nothing runs; open the window or `nuthatch watch` to follow changes".into(),
            n => format!("Nothing runs: {n} files wait; open the window or `nuthatch watch`"),
        };
    }
    let left = now.seconds_left.map_or_else(String::new, left);
    match now.doing {
        Doing::Nothing => "Up to date".into(),
        Doing::Looking => "Looking for new and changed files".into(),
        Doing::Reading => {
            let current = now.current.as_deref();
            let current = current.map_or_else(String::new, |name| format!(": {name}"));
            let (at, n) = (now.n_done + 1, now.n_done + now.n_waiting);
            format!("Reading file {at} of {n}{current}{left}")
        }
        Doing::Embedding => format!("Learning meanings: {} passages to go{left}", now.n_to_embed),
        Doing::Recognising => {
            format!(
                "Recognising text in pictures: {} pages to go",
                now.n_to_recognise
            )
        }
    }
}

/// The longer, the coarser.
pub(super) fn left(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 10.0 => ", a few seconds left".into(),
        seconds if seconds < 60.0 => ", less than a minute left".into(),
        seconds if seconds < 5_400.0 => format!(", about {:.0} min left", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!(", about {:.0} h left", seconds / 3_600.0),
        seconds => format!(", about {:.0} days left", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    fn time() -> Zoned {
        civil::date(2026, 11, 27)
            .at(14, 40, 0, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap()
    }

    fn now(doing: Doing) -> Activity {
        Activity {
            process: Some(1),
            doing,
            ..Activity::default()
        }
    }

    #[test]
    fn a_pause_lasts_as_long_as_it_says() {
        let now = time();
        let seconds = now.timestamp().as_second();
        assert_eq!(until("1h", &now).unwrap(), Pause::Until(seconds + 3_600));
        assert_eq!(until("30m", &now).unwrap(), Pause::Until(seconds + 1_800));
        let tomorrow = (9 * 60 + 20 + 6 * 60) * 60;
        let expected = Pause::Until(seconds + tomorrow);
        assert_eq!(until("tomorrow", &now).unwrap(), expected);
        assert_eq!(until("until-resumed", &now).unwrap(), Pause::UntilResumed);
        for wrong in ["", "h", "0h", "-1h", "1", "soon", "1ä"] {
            assert!(until(wrong, &now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_state_is_one_sentence_with_its_reason() {
        let say = |activity: &Activity| sentence(activity, 3, &time());
        let at = |hours: i64| Some(time().timestamp().as_second() + hours * 3_600);
        let held = |hold| Activity {
            hold: Some(hold),
            ..now(Doing::Reading)
        };
        let paused = |until| held(Hold::Paused { until });
        assert_eq!(say(&paused(at(1))), "Paused by you until 15:40");
        assert_eq!(
            say(&paused(at(24))),
            "Paused by you until Sat 28 Nov, 14:40"
        );
        assert!(say(&paused(None)).contains("until you resume"));
        assert!(say(&held(Hold::Battery)).contains("battery"));
        assert!(say(&held(Hold::Load)).contains("other programs"));
        let reading = Activity {
            n_done: 2,
            n_waiting: 208,
            current: Some("report.pdf".into()),
            seconds_left: Some(181.0),
            ..now(Doing::Reading)
        };
        let said = "Reading file 3 of 210: report.pdf, about 3 min left";
        assert_eq!(say(&reading), said);
        assert_eq!(say(&now(Doing::Nothing)), "Up to date");
        assert!(say(&Activity::default()).contains("3 files wait"));
    }
}
