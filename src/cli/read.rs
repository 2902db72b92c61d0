//! `nuthatch read`: what the reader of a file sees, for people, bug reports and tests.
//!
//! Owns the shape of that document and how it looks in a terminal. Offsets count characters (Unicode
//! scalar values), as everywhere in what the command line prints.

use std::path::Path;

use nuthatch::{
    dirs::Dirs,
    document::{Position, Rectangle, Text, TextBox},
    engine::{
        self,
        reading::{self, Reading},
    },
    extract::Failure,
};
use serde_json::{Value, json};

use super::show;

pub(super) async fn read(dirs: &Dirs, path: &Path, json: bool) -> anyhow::Result<()> {
    let settings = engine::settings(dirs)?;
    let read = reading::read_file(dirs, &settings, path).await?;
    if json {
        show::print(&document(path, &read))?;
    } else {
        print(path, &read)?;
    }
    match read.outcome {
        Err(Failure::Failed(reason)) => Err(anyhow::anyhow!("{reason}")),
        Ok(_) | Err(Failure::Skipped(_)) => Ok(()),
    }
}

fn document(path: &Path, read: &Reading) -> Value {
    let mut shown = match &read.outcome {
        Ok((format, text)) => {
            let mut shown = text_json(format.name, text);
            shown["version"] = json!(format.version);
            shown
        }
        Err(failure) => failure_json(failure),
    };
    let children = read.children.iter().map(|child| {
        let mut shown = match &child.outcome {
            Ok((format, text)) => text_json(format, text),
            Err(failure) => failure_json(failure),
        };
        shown["path"] = json!(child.path);
        shown["bytes"] = json!(child.size_bytes);
        shown
    });
    shown["files"] = children.collect();
    shown["path"] = json!(path.display().to_string());
    shown
}

fn failure_json(failure: &Failure) -> Value {
    let state = match failure {
        Failure::Skipped(_) => "skipped",
        Failure::Failed(_) => "failed",
    };
    json!({"state": state, "reason": failure.to_string()})
}

fn text_json(format: &str, text: &Text) -> Value {
    let state = text.partial.as_ref().map_or("indexed", |_| "partial");
    json!({
        "state": state, "reason": text.partial, "format": format,
        "title": text.title, "author": text.author, "written": text.written,
        "language": reading::language(text),
        "pages": text.n_pages, "unit": text.n_pages.map(|_| text.unit.name()),
        "blocks": blocks(text),
    })
}

fn blocks(text: &Text) -> Vec<Value> {
    let mut n_chars = 0;
    let mut boxes = text.boxes.iter().peekable();
    let mut shown = Vec::new();
    for (mark, (position, heading, part)) in text.marks.iter().zip(parts(text)) {
        let start = n_chars;
        n_chars += part.chars().count();
        let mut lines = Vec::new();
        while let Some(line) = boxes.next_if(|line| line.start < mark.start + part.len()) {
            let before = part.get(..line.start - mark.start).unwrap_or_default();
            let own = text.text.get(line.start..line.end).unwrap_or_default();
            let first = start + before.chars().count();
            lines.push(line_json(first, first + own.chars().count(), line));
        }
        shown.push(json!({
            "start": start, "end": n_chars, "page": position.page, "label": position.label,
            "line": position.line, "heading": heading, "confidence": position.confidence, "text": part, "lines": lines,
        }));
    }
    shown
}

/// A line's characters, and its place in points from the page's lower left corner: left, lower,
/// right, upper.
fn line_json(start: usize, end: usize, line: &TextBox) -> Value {
    let Rectangle {
        left,
        bottom,
        right,
        top,
    } = line.rectangle;
    let points = [left, bottom, right, top].map(|hundredths| f64::from(hundredths) / 100.0);
    json!({"start": start, "end": end, "rectangle": points})
}

/// The parts of a text between its marks, which together are all of it.
fn parts(text: &Text) -> impl Iterator<Item = (Position, Option<u8>, &str)> {
    text.marks.iter().enumerate().map(|(i, mark)| {
        let next = text.marks.get(i + 1);
        let end = next.map_or(text.text.len(), |next| next.start);
        let part = text.text.get(mark.start..end).unwrap_or_default();
        (text.position(mark.start), mark.heading, part)
    })
}

fn print(path: &Path, read: &Reading) -> anyhow::Result<()> {
    match &read.outcome {
        Ok((format, text)) => print_text(&path.display().to_string(), format.name, text)?,
        Err(failure) => show::print_line(format_args!("{}: {failure}", path.display()))?,
    }
    for child in &read.children {
        match &child.outcome {
            Ok((format, text)) => print_text(&child.path, format, text)?,
            Err(failure) => show::print_line(format_args!("{}: {failure}", child.path))?,
        }
    }
    Ok(())
}

fn print_text(name: &str, format: &str, text: &Text) -> anyhow::Result<()> {
    let pages = text
        .n_pages
        .map_or_else(String::new, |n| format!(", {n} {}s", text.unit.name()));
    show::print_line(format_args!("{name}: {format}{pages}"))?;
    let language = reading::language(text);
    let facts = [
        ("title", &text.title),
        ("author", &text.author),
        ("written", &text.written),
        ("language", &language),
        ("incomplete", &text.partial),
    ];
    for (what, value) in facts {
        if let Some(value) = value {
            show::print_line(format_args!("{what}: {value}"))?;
        }
    }
    for (position, _, part) in parts(text) {
        let place = show::place(text.unit, &position);
        let place = place.trim_start_matches(", ");
        show::print_line(format_args!("[{place}]\n{}", part.trim_end()))?;
    }
    Ok(())
}
