//! Markdown: its text without the marks, headings as headings, each part at its line.
//!
//! Front matter, as site generators and note programs write it, gives title, author and date; its
//! tags are text. Invariant: lines are those of the file. Notebooks read their cells through [`read`].

mod front;
mod set;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Failure, Input, limit, plain};
use crate::document::{Mark, Style, Text};

use set::Set;

pub(super) fn parse(input: &Input<'_>) -> Result<Text, Failure> {
    let source = plain::clean(&plain::decode(input.bytes()));
    let mut text = read_with(&source, input.with_layout);
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    if input.cut {
        text.partial = Some(format!(
            "only the first {} MB of the file are read",
            input.bytes().len() >> 20
        ));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// The text of a source whose line ends are `\n`; empty if there is none.
pub(super) fn read(source: &str) -> Text {
    read_with(source, false)
}

fn read_with(source: &str, with_layout: bool) -> Text {
    if is_endless(source) {
        return plain_text(source);
    }
    let mut reader = Reader {
        text: Text::default(),
        part: String::new(),
        mark: Mark::default(),
        markup: Markup::default(),
        set: with_layout.then(Set::default),
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let front = front::of(source);
    reader.text.title = front.title;
    reader.text.author = front.author;
    reader.text.written = front.written;
    for (line, words) in front.words {
        let mark = Mark {
            line: Some(line),
            ..Mark::default()
        };
        reader.text.push(&words, mark);
    }
    let body = source.get(front.end..).unwrap_or_default();
    let line = Lines::new(source);
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        reader.take(event, line.at(front.end + range.start));
    }
    reader.end_part();
    let mut text = reader.text;
    text.title = text.title.take().or_else(|| first_heading(&text));
    text
}

/// Quotes in quotes or brackets in brackets, at most: the parser's time grows with their square.
const MAX_NESTING: usize = 200;

fn is_endless(source: &str) -> bool {
    source.lines().any(|line| {
        let start = line.trim_start();
        let rest = start.trim_start_matches(['>', ' ']);
        let mut items = rest.split_whitespace();
        let n_items = items
            .by_ref()
            .take_while(|word| matches!(*word, "*" | "-" | "+"));
        let n_quotes = start.len() - rest.len();
        let opened = line.split(|sign| sign != '[').map(str::len).max();
        n_quotes + n_items.count() > MAX_NESTING
            || line.len() - start.len() > 10 * MAX_NESTING
            || opened > Some(MAX_NESTING)
    })
}

fn plain_text(source: &str) -> Text {
    let start = source.len() - source.trim_start().len();
    let (blank, body) = source.split_at(start);
    let mut text = Text::default();
    let mark = Mark {
        line: Some(blank.matches('\n').count() as u32 + 1),
        ..Mark::default()
    };
    text.push(body, mark);
    text
}

/// The first heading of the first level: badges and pictures may stand above it.
fn first_heading(text: &Text) -> Option<String> {
    let mut marks = text.marks.iter().enumerate();
    let (at, mark) = marks.find(|(_, mark)| mark.heading == Some(1))?;
    let end = text
        .marks
        .get(at + 1)
        .map_or(text.text.len(), |next| next.start);
    let title = text.text.get(mark.start..end)?.trim();
    Some(title.to_owned())
}

struct Reader {
    text: Text,
    /// The paragraph, heading, item or cell being read.
    part: String,
    mark: Mark,
    /// Where in a block of HTML we are.
    markup: Markup,
    /// How the part is set, where that is wanted.
    set: Option<Set>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, line: u32) {
        match event {
            Event::Start(tag) => self.start(&tag, line),
            Event::End(tag) => self.end(tag),
            Event::TaskListMarker(is_done) => {
                if let Some(set) = &mut self.set {
                    set.task(is_done);
                }
            }
            Event::Code(text) => {
                let start = self.part.len();
                self.words(&text, line);
                if let Some(set) = &mut self.set {
                    set.words(start, self.part.len(), Style::Code);
                }
            }
            Event::Text(text) => self.words(&text, line),
            Event::SoftBreak | Event::HardBreak => self.part.push('\n'),
            Event::Html(html) => {
                self.begin_words(line);
                self.markup.drop_tags(&html, &mut self.part);
            }
            Event::InlineHtml(html) => Markup::default().drop_tags(&html, &mut self.part),
            _ => {}
        }
    }

    fn words(&mut self, text: &str, line: u32) {
        self.begin_words(line);
        self.part.push_str(text);
    }

    fn begin_words(&mut self, line: u32) {
        if self.part.is_empty() && self.mark.line.is_none() {
            self.mark.line = Some(line);
        }
    }

    fn start(&mut self, tag: &Tag<'_>, line: u32) {
        self.begin_part(tag, line);
        if let Some(set) = &mut self.set {
            set.start(tag, self.part.len());
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::TableRow
            | TagEnd::TableHead
            | TagEnd::HtmlBlock
            | TagEnd::FootnoteDefinition => self.end_part(),
            TagEnd::TableCell => {
                self.close_words();
                self.part.push('\t');
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link => {
                self.close_words();
            }
            _ => {}
        }
        if let Some(set) = &mut self.set {
            set.end(tag);
        }
    }

    fn begin_part(&mut self, tag: &Tag<'_>, line: u32) {
        let heading = match tag {
            Tag::Heading { level, .. } => Some(*level as u8),
            Tag::Paragraph | Tag::Item | Tag::TableRow | Tag::TableHead | Tag::HtmlBlock => None,
            // What goes before belongs to what is around.
            Tag::CodeBlock(_) | Tag::List(_) | Tag::BlockQuote(_) => {
                self.end_part();
                return;
            }
            _ => return,
        };
        // A paragraph inside an item begins nothing new.
        if !self.part.trim().is_empty() {
            self.end_part();
        }
        self.part.clear();
        if let Some(set) = &mut self.set {
            set.clear();
        }
        self.markup = Markup::default();
        self.mark = Mark {
            line: Some(line),
            heading,
            ..Mark::default()
        };
    }

    fn close_words(&mut self) {
        if let Some(set) = &mut self.set {
            set.close(self.part.len());
        }
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        let mark = std::mem::take(&mut self.mark);
        let n_blank = part.len() - part.trim_start_matches('\n').len();
        let line = mark.line.map(|line| line + n_blank as u32);
        let n_marks = self.text.marks.len();
        self.text
            .push(part.trim_matches('\n'), Mark { line, ..mark });
        let pushed = self.text.marks.get(n_marks).map(|mark| mark.start);
        if let Some(set) = &mut self.set {
            set.end_part(pushed, n_blank, &mut self.text);
        }
    }
}

/// Inside which piece of markup the next character stands; it is closed by these characters.
#[derive(Default)]
struct Markup(Option<&'static str>);

impl Markup {
    /// Keeps what stands between tags, and line breaks, so that lines count right.
    fn drop_tags(&mut self, html: &str, part: &mut String) {
        let mut rest = html;
        while let Some(character) = rest.chars().next() {
            let mut n = character.len_utf8();
            match self.0 {
                Some(end) if rest.starts_with(end) => {
                    n = end.len();
                    self.0 = None;
                }
                Some(_) if character != '\n' => {}
                None if character == '<' && opened(rest).is_some() => self.0 = opened(rest),
                _ => part.push(character),
            }
            rest = rest.get(n..).unwrap_or_default();
        }
    }
}

/// What ends the markup that begins here; nothing does if this is only a sign.
fn opened(html: &str) -> Option<&'static str> {
    let begins = |name: &str| {
        html.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let names_something = html
        .chars()
        .nth(1)
        .is_some_and(|next| next.is_ascii_alphabetic() || "/!?".contains(next));
    match () {
        () if begins("<!--") => Some("-->"),
        () if begins("<script") => Some("</script>"),
        () if begins("<style") => Some("</style>"),
        () => names_something.then_some(">"),
    }
}

/// Where each line but the first begins. Searched, not counted: the end of a row or an item is
/// reported by where it began, so that offsets go back with each of them.
struct Lines(Vec<usize>);

impl Lines {
    fn new(source: &str) -> Self {
        Self(source.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    fn at(&self, offset: usize) -> u32 {
        self.0.partition_point(|&start| start <= offset) as u32 + 1
    }
}

#[cfg(test)]
mod tests;
