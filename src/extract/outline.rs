//! Texts with marked headings: Org, reStructuredText, `AsciiDoc`.
//!
//! The text is kept as it stands, so that lines count; headings, title, author and date are
//! recognised. Comments and the drawers of Org are left out. Knows no other markup of these.

use super::{Failure, Input, finished, lines::Part, plain, written};
use crate::document::{Mark, Text};

pub(super) fn org(input: &Input<'_>) -> Result<Text, Failure> {
    let mut in_drawer = false;
    parse(input, |lines, at, text| {
        let line = lines.get(at).copied().unwrap_or_default();
        let stars = line.len() - line.trim_start_matches('*').len();
        let trimmed = line.trim();
        if in_drawer || trimmed.eq_ignore_ascii_case(":properties:") {
            in_drawer = !trimmed.eq_ignore_ascii_case(":end:");
            return Line::Nothing;
        }
        if stars > 0 && line.get(stars..).is_some_and(|rest| rest.starts_with(' ')) {
            return Line::Heading(stars, trimmed.trim_start_matches('*').trim().to_owned(), 1);
        }
        let keyword = trimmed
            .strip_prefix("#+")
            .and_then(|rest| rest.split_once(':'));
        if let Some((key, value)) = keyword {
            return match key.to_ascii_lowercase().as_str() {
                "title" => Line::Title(value.trim().to_owned()),
                "author" => {
                    text.author = named(value);
                    Line::Nothing
                }
                "date" => {
                    text.written = written::iso(value);
                    Line::Nothing
                }
                "options" | "startup" | "latex_header" | "html_head" | "property" => Line::Nothing,
                _ => Line::Text,
            };
        }
        if trimmed.starts_with("# ") {
            Line::Nothing
        } else {
            Line::Text
        }
    })
}

pub(super) fn rst(input: &Input<'_>) -> Result<Text, Failure> {
    // Which sign is which level follows from the order in which they are met.
    let mut levels: Vec<(char, bool)> = Vec::new();
    parse(input, |lines, at, text| {
        let line = |at: usize| lines.get(at).copied().unwrap_or_default();
        let mut level_of = |sign: char, is_framed: bool| {
            let known = levels.iter().position(|&level| level == (sign, is_framed));
            known.unwrap_or_else(|| {
                levels.push((sign, is_framed));
                levels.len() - 1
            }) + 1
        };
        let (here, below) = (line(at), line(at + 1));
        if let Some(sign) = ruler(here)
            && ruler(line(at + 2)) == Some(sign)
            && !below.trim().is_empty()
            && below.trim().len() <= here.trim_end().len()
        {
            return Line::Heading(level_of(sign, true), below.trim().to_owned(), 3);
        }
        if let Some(sign) = ruler(below)
            && !here.trim().is_empty()
            && !here.starts_with(' ')
            && ruler(here).is_none()
            && here.trim().chars().count() <= below.trim_end().len()
        {
            return Line::Heading(level_of(sign, false), here.trim().to_owned(), 2);
        }
        if let Some(value) = here.strip_prefix(":Author:") {
            text.author = named(value);
        } else if let Some(value) = here.strip_prefix(":Date:") {
            text.written = written::iso(value);
        }
        let is_comment = here.starts_with(".. ")
            && !here.contains("::")
            && !here.starts_with(".. [")
            && !here.starts_with(".. _");
        if is_comment {
            Line::Nothing
        } else {
            Line::Text
        }
    })
}

pub(super) fn asciidoc(input: &Input<'_>) -> Result<Text, Failure> {
    let mut in_listing: Option<String> = None;
    parse(input, |lines, at, text| {
        let line = lines.get(at).copied().unwrap_or_default();
        let trimmed = line.trim_end();
        if matches!(trimmed, "----" | "...." | "++++" | "////") {
            match in_listing.as_deref() {
                Some(open) if open == trimmed => in_listing = None,
                Some(_) => {}
                None => in_listing = Some(trimmed.to_owned()),
            }
            return Line::Nothing;
        }
        match in_listing.as_deref() {
            Some("////") => return Line::Nothing,
            Some(_) => return Line::Text,
            None => {}
        }
        let signs = line.len() - line.trim_start_matches('=').len();
        if (1..=6).contains(&signs) && line.get(signs..).is_some_and(|rest| rest.starts_with(' ')) {
            let title = trimmed.trim_start_matches('=').trim().to_owned();
            return Line::Heading(signs, title, 1);
        }
        if let Some(value) = line.strip_prefix(":author:") {
            text.author = named(value);
            return Line::Nothing;
        }
        if let Some(value) = line.strip_prefix(":revdate:") {
            text.written = written::iso(value);
            return Line::Nothing;
        }
        let is_setting = line.starts_with(':') && line.matches(':').count() == 2 && at < 50;
        let is_comment = line.starts_with("//") && !line.starts_with("///");
        if is_setting || is_comment {
            Line::Nothing
        } else {
            Line::Text
        }
    })
}

/// What a line is.
enum Line {
    Text,
    /// Level, text, and how many lines it takes.
    Heading(usize, String, usize),
    /// The document's title, which is a heading, too.
    Title(String),
    Nothing,
}

/// Cuts a text at what `classify` says of each line, given all of them and its number from 0.
fn parse(
    input: &Input<'_>,
    mut classify: impl FnMut(&[&str], usize, &mut Text) -> Line,
) -> Result<Text, Failure> {
    let source = plain::clean(&plain::decode(input.bytes()));
    let lines: Vec<&str> = source.lines().collect();
    let mut text = Text::default();
    let mut part = Part::default();
    let mut at = 0;
    while at < lines.len() && text.text.len() <= input.max_text_bytes {
        let kind = classify(&lines, at, &mut text);
        let line = at as u32 + 1;
        at += 1;
        match kind {
            Line::Text => part.push(lines.get(at - 1).copied().unwrap_or_default(), line),
            Line::Nothing => part.end(&mut text),
            Line::Title(title) => {
                part.end(&mut text);
                push_heading(&mut text, 1, &title, line);
                text.title = Some(title).filter(|title| !title.is_empty());
            }
            Line::Heading(level, title, n_lines) => {
                part.end(&mut text);
                // Of a framed heading, the second line is the text.
                push_heading(&mut text, level, &title, line + u32::from(n_lines == 3));
                at += n_lines - 1;
                if level == 1 && text.title.is_none() {
                    text.title = Some(title);
                }
            }
        }
    }
    part.end(&mut text);
    finished(text, input)
}

fn push_heading(text: &mut Text, level: usize, title: &str, line: u32) {
    let mark = Mark {
        line: Some(line),
        heading: Some(level.clamp(1, 6) as u8),
        ..Mark::default()
    };
    text.push(title, mark);
}

/// The sign of a line that consists of nothing else.
fn ruler(line: &str) -> Option<char> {
    let line = line.trim_end();
    let sign = line.chars().next().filter(char::is_ascii_punctuation)?;
    (line.len() >= 3 && line.chars().all(|character| character == sign)).then_some(sign)
}

fn named(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tests::input;

    fn outline(text: &Text) -> Vec<(u8, u32)> {
        let headings = text.marks.iter();
        headings
            .filter_map(|mark| Some((mark.heading?, mark.line?)))
            .collect()
    }

    #[test]
    fn stars_are_headings_of_org_and_keywords_say_what_it_is() {
        let source = "#+TITLE: Pier\n#+AUTHOR: Ada\n#+DATE: <2024-03-01 Fri>\n\n* Plans\n:PROPERTIES:\n\
            :ID: x\n:END:\nText *bold*.\n** TODO More\n# a comment\n\nLast.\n";
        let text = org(&input("a.org", source.as_bytes())).unwrap();
        assert_eq!(text.title.as_deref(), Some("Pier"));
        assert_eq!(text.author.as_deref(), Some("Ada"));
        assert_eq!(text.written.as_deref(), Some("2024-03-01"));
        assert_eq!(outline(&text), [(1, 1), (1, 5), (2, 10)]);
        assert_eq!(
            text.text,
            "Pier\n\nPlans\n\nText *bold*.\n\nTODO More\n\nLast."
        );
        assert_eq!(
            text.position(text.text.find("Last").unwrap()).line,
            Some(13)
        );
    }

    #[test]
    fn rulers_are_headings_of_restructured_text_in_the_order_of_their_signs() {
        let source = "=====\n Pier\n=====\n\nPlans\n-----\nText\nmore.\n\n.. a comment\n\nOther\n-----\n\nDeep\n~~~~\n";
        let text = rst(&input("a.rst", source.as_bytes())).unwrap();
        assert_eq!(text.title.as_deref(), Some("Pier"));
        assert_eq!(outline(&text), [(1, 2), (2, 5), (2, 12), (3, 15)]);
        assert_eq!(text.position(text.text.find("more").unwrap()).line, Some(8));
        assert!(!text.text.contains("comment"));
    }

    #[test]
    fn equals_signs_are_headings_of_asciidoc_but_not_in_a_listing() {
        let source = "= Pier\n:author: Ada\n:revdate: 2024-03-01\n\nText.\n\n----\n== no heading\n----\n\n== Plans\n";
        let text = asciidoc(&input("a.adoc", source.as_bytes())).unwrap();
        assert_eq!(
            (text.title.as_deref(), text.author.as_deref()),
            (Some("Pier"), Some("Ada"))
        );
        assert_eq!(outline(&text), [(1, 1), (2, 11)]);
        assert!(text.text.contains("== no heading"));
    }

    #[test]
    fn endless_signs_are_text_or_nothing_and_never_more() {
        for parse in [org, rst, asciidoc] {
            let stars = ["*", "=", "-"].map(|sign| sign.repeat(100_000)).join("\n");
            let _ = parse(&input("a", stars.as_bytes()));
            assert!(parse(&input("a", b" \n\n")).is_err());
        }
    }
}
