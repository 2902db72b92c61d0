//! Linux: `/sys/class/power_supply` and `/proc`. Tried.

use std::{fs, path::Path, time::Duration};

use super::{Ticks, Turn};

/// What `/proc` counts in; 100 a second on every architecture that is left.
const TICKS_PER_SECOND: u64 = 100;

/// No mains that is plugged in, and a battery of the machine itself that is being emptied.
pub(super) fn is_on_battery(root: &Path) -> Option<bool> {
    let supplies = fs::read_dir(root.join("sys/class/power_supply")).ok()?;
    let mut is_discharging = false;
    for supply in supplies.flatten() {
        let fact = |name: &str| {
            let value = fs::read_to_string(supply.path().join(name));
            value.unwrap_or_default().trim().to_owned()
        };
        match fact("type").as_str() {
            // A battery of a mouse says so.
            "Battery" if fact("scope") != "Device" => {
                is_discharging |= fact("status") == "Discharging";
            }
            "Mains" | "USB" | "Wireless" if fact("online") == "1" => return Some(false),
            _ => {}
        }
    }
    Some(is_discharging)
}

pub(super) fn ticks(root: &Path) -> Option<Ticks> {
    let proc = root.join("proc");
    let stat = fs::read_to_string(proc.join("stat")).ok()?;
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
    let times: Vec<u64> = line
        .split_whitespace()
        .take(8)
        .map(|time| time.parse().unwrap_or(0))
        .collect();
    let idle = times.get(3)? + times.get(4)?;
    // What other machines on the same host took is nobody's here.
    let stolen = times.get(7).copied().unwrap_or(0);
    let all: u64 = times.iter().sum();
    Some(Ticks {
        all,
        busy: all - idle - stolen,
        ours: ours(&proc)?,
    })
}

/// This process with the children that have ended, and those that run.
fn ours(proc: &Path) -> Option<u64> {
    let own = stat(&proc.join("self"))?;
    let mut sum = own.used + own.used_by_ended_children;
    // One list per thread that started some; empty on a kernel that keeps none.
    for thread in fs::read_dir(proc.join("self/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let children = fs::read_to_string(thread.path().join("children"));
        for child in children.unwrap_or_default().split_whitespace() {
            sum += stat(&proc.join(child)).map_or(0, |child| child.used);
        }
    }
    Some(sum)
}

struct Stat {
    state: char,
    used: u64,
    used_by_ended_children: u64,
}

fn stat(process: &Path) -> Option<Stat> {
    let text = fs::read_to_string(process.join("stat")).ok()?;
    // The name before may hold anything, parentheses as well.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    // utime is the 14th field of all, and the name was the second.
    let mut times = fields.skip(10).map(|time| time.parse().unwrap_or(0));
    Some(Stat {
        state,
        used: times.next()? + times.next()?,
        used_by_ended_children: times.next()? + times.next()?,
    })
}

pub(super) fn turn(process: u32) -> Option<Turn> {
    let stat = stat(&Path::new("/proc").join(process.to_string()))?;
    Some(Turn {
        used: Duration::from_millis(stat.used * 1_000 / TICKS_PER_SECOND),
        wants: stat.state == 'R',
    })
}

/// As every distribution writes it, with the kernel's release.
pub(super) fn name() -> Option<String> {
    let about = fs::read_to_string("/etc/os-release").ok()?;
    let name = about
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Some(format!(
        "{}, Linux {}",
        name.trim_matches('"'),
        kernel.trim()
    ))
}

pub(super) fn memory() -> Option<(u64, u64)> {
    let about = fs::read_to_string("/proc/meminfo").ok()?;
    let kib = |name: &str| {
        let line = about.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some((kib("MemTotal:")? << 10, kib("MemAvailable:")? << 10))
}
