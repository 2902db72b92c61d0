//! Front matter: what stands between `---` (YAML) or `+++` (TOML) at the beginning of a note.
//!
//! Reads the few keys that say what a note is, line by line: no parser of either language is needed
//! for these, and a half-written one is still understood. Knows nothing of Markdown.

use crate::extract::written;

/// What a note says of itself.
#[derive(Debug, Default)]
pub(super) struct Front {
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) written: Option<String>,
    /// Tags and descriptions with their lines.
    pub(super) words: Vec<(u32, String)>,
    /// Where the note itself begins.
    pub(super) end: usize,
}

/// Lines of front matter at most.
const MAX_LINES: usize = 500;

pub(super) fn of(source: &str) -> Front {
    let mut front = Front::default();
    let mut lines = source.split_inclusive('\n');
    let fence = lines.next().unwrap_or_default();
    let (ends, divider): (&[&str], char) = match fence.trim_end() {
        "---" => (&["---", "..."], ':'),
        "+++" => (&["+++"], '='),
        _ => return front,
    };
    let mut end = fence.len();
    let mut body = Vec::new();
    for line in lines.take(MAX_LINES) {
        end += line.len();
        if ends.contains(&line.trim_end()) {
            front.end = end;
            break;
        }
        body.push(line.trim_end());
    }
    // Between two rulers stands a note like any other, unless it looks like keys and values.
    if front.end == 0 || !body.iter().any(|line| entry(line, divider).is_some()) {
        return Front::default();
    }
    for (at, line) in body.iter().enumerate() {
        if let Some((key, value)) = entry(line, divider) {
            let more = body.iter().skip(at + 1);
            let items = more.map_while(|line| item(line)).map(str::to_owned);
            let mut values = values(value);
            if value.is_empty() || "|>[".contains(value) {
                values = items.collect();
            }
            front.take(&key, &values, at as u32 + 2);
        }
    }
    front
}

impl Front {
    fn take(&mut self, key: &str, values: &[String], line: u32) {
        let Some(first) = values.first() else { return };
        match key {
            "title" => self.title = Some(first.clone()),
            "author" | "authors" | "by" => self.author = Some(values.join(", ")),
            "date" | "created" | "published" | "pubdate" => {
                self.written = self.written.take().or_else(|| written::iso(first));
            }
            "tags" | "tag" | "keywords" | "categories" | "category" | "aliases" => {
                self.words.push((line, values.join(", ")));
            }
            "description" | "summary" | "subtitle" | "abstract" => {
                self.words.push((line, values.join(" ")));
            }
            _ => {}
        }
    }
}

/// `key: value` at the beginning of a line.
fn entry(line: &str, divider: char) -> Option<(String, &str)> {
    let (key, value) = line.split_once(divider)?;
    let key = key.trim_end();
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|character| character.is_alphanumeric() || "_-.".contains(character));
    is_key.then(|| (key.to_lowercase(), value.trim()))
}

/// A line of a list (`- name: Ada`, `  "a",`) or of a longer text, both set in.
fn item(line: &str) -> Option<&str> {
    let text = line.trim_start();
    let item = text.strip_prefix("- ").unwrap_or(text);
    let item = item.strip_prefix("name:").unwrap_or(item).trim();
    let item = item.trim_end_matches(',').trim_matches(['"', '\'']);
    let is_set_in = text.len() < line.len() || text.starts_with("- ");
    (is_set_in && !item.is_empty()).then_some(item)
}

/// A value, or those of `[a, "b"]`, without quotes.
fn values(value: &str) -> Vec<String> {
    let list = value
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    let pieces: Vec<&str> = match list {
        Some(list) => list.split(',').collect(),
        None => vec![value],
    };
    pieces
        .into_iter()
        .map(|piece| piece.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}
