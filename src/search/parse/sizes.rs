//! Sizes as people write them: `>10MB`, `1k..2k`, `5 mb`. Pure.

use std::ops::Range;

/// The bytes that a value means, end excluded. A size alone means about so much: what is shown as that
/// after rounding. Units are powers of 1,000; with an `i` (`MiB`) of 1,024.
pub(super) fn bytes(value: &str) -> Option<Range<u64>> {
    let value = value.trim().to_ascii_lowercase();
    if let Some((first, last)) = value.split_once("..") {
        let end = |text: &str, open| match text.trim() {
            "" => Some(open),
            text => size(text).map(|(bytes, _)| bytes),
        };
        let range = end(first, 0)?..end(last, u64::MAX)?;
        return (range.start < range.end).then_some(range);
    }
    let compared = |sign: &str| size(value.strip_prefix(sign)?.trim()).map(|(bytes, _)| bytes);
    if let Some(least) = compared(">=") {
        return Some(least..u64::MAX);
    }
    if let Some(most) = compared("<=") {
        return Some(0..most.saturating_add(1));
    }
    if let Some(least) = compared(">") {
        return Some(least.saturating_add(1)..u64::MAX);
    }
    if let Some(most) = compared("<") {
        return Some(0..most);
    }
    let (bytes, unit) = size(value.trim_start_matches('='))?;
    let half = unit / 2;
    Some(bytes.saturating_sub(half)..bytes.saturating_add(half.max(1)))
}

/// A size in bytes, and its unit.
fn size(text: &str) -> Option<(u64, u64)> {
    let at = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let unit: u64 = match unit.trim() {
        "" | "b" | "byte" | "bytes" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Some(((number * unit as f64) as u64, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_understood_as_people_write_them() {
        for (value, expected) in [
            (">10MB", 10_000_001..u64::MAX),
            ("<1k", 0..1_000),
            (">=1.5 kb", 1_500..u64::MAX),
            ("1k..2k", 1_000..2_000),
            ("..1GiB", 0..1 << 30),
            ("5MB", 4_500_000..5_500_000),
            ("12", 12..13),
        ] {
            assert_eq!(bytes(value), Some(expected), "{value}");
        }
        for value in ["", "big", "10 parsecs", "2k..1k", "..x", ">"] {
            assert_eq!(bytes(value), None, "{value}");
        }
    }
}
