//! Mail: one message (`eml`, `emlx`, `mht`), or a box full of them (`mbox`).
//!
//! A message is its headers and its body; what hangs on it are files inside it. A box is read message
//! by message and may be larger than memory; each message is a file inside it. Invariant: of a message
//! in several forms, one that says more is not dropped for one that says less.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Cursor},
};

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{
    Failure, Format, Input, USUAL, html, limit,
    nest::{Member, Nest, Stop},
    plain,
};
use crate::document::{Mark, Text};

/// Headers by which a file without a telling name is known for a mail.
const TELLING: [&str; 8] = [
    "from:",
    "received:",
    "return-path:",
    "message-id:",
    "mime-version:",
    "delivered-to:",
    "subject:",
    "x-mozilla-status:",
];
/// A plain form is dropped for the other one if that has so many times as many letters: "please read
/// this in a browser" says nothing.
const SAYS_MORE: usize = 4;
/// Of one message in a box, so much is read.
const MAX_MESSAGE_BYTES: usize = 128 << 20;
/// Headers have no zero bytes, so that some here tell of another encoding.
const N_WIDE_BYTES: usize = 64;
/// Longest subject in a message's name.
const MAX_SUBJECT_CHARS: usize = 80;
/// A mail that is only a signature, a receipt for machines, or the parts of one.
const PASSED_OVER: [&str; 4] = ["smime.p7s", "signature.asc", "winmail.dat", "att00001.txt"];

pub(super) static MAIL: Format = Format {
    name: "mail",
    version: 2,
    extensions: &["eml"],
    holds_files: true,
    parse: message,
    ..USUAL
};
pub(super) static APPLE_MAIL: Format = Format {
    name: "emlx",
    version: 2,
    extensions: &["emlx"],
    holds_files: true,
    parse: apple,
    ..USUAL
};
pub(super) static MAILBOX: Format = Format {
    name: "mbox",
    version: 2,
    extensions: &["mbox"],
    is_streamed: true,
    holds_files: true,
    parse: mailbox,
    ..USUAL
};
pub(super) static SAVED_PAGE: Format = Format {
    name: "mhtml",
    version: 2,
    extensions: &["mht", "mhtml"],
    parse: |input, _| saved_page(input),
    ..USUAL
};

/// Whether text begins as a mail does: with headers, two of them telling ones.
pub(super) fn is_mail(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    // The last line may be cut.
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let mut n_telling = 0;
    for line in text.get(..whole).unwrap_or_default().lines() {
        if line.is_empty() {
            break;
        }
        let is_continued = line.starts_with([' ', '\t']);
        let is_header = line.split_once(':').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
        });
        if !is_continued && !is_header {
            return false;
        }
        let line = line.to_ascii_lowercase();
        n_telling += usize::from(TELLING.iter().any(|name| line.starts_with(name)));
    }
    n_telling >= 2
}

/// Whether text begins as a box of mails does.
pub(super) fn is_box(head: &[u8]) -> bool {
    let Some(rest) = head.strip_prefix(b"From ") else {
        return false;
    };
    let end = rest.iter().position(|&byte| byte == b'\n');
    end.is_some_and(|end| is_mail(rest.get(end + 1..).unwrap_or_default()))
}

pub(super) fn message(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let bytes = input.bytes();
    // Programs that save a mail as "Unicode" write two bytes for each character.
    let is_wide = bytes.iter().take(N_WIDE_BYTES).any(|&byte| byte == 0);
    if is_wide {
        return read(plain::decode(bytes).as_bytes(), input, nest);
    }
    read(bytes, input, nest)
}

/// Apple Mail's: a line with the message's length, the message, then what the program knows of it.
pub(super) fn apple(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let bytes = input.bytes();
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    let (first, rest) = bytes.split_at(end);
    let rest = rest.get(1..).unwrap_or_default();
    let length = std::str::from_utf8(first)
        .ok()
        .and_then(|n| n.trim().parse().ok());
    let message = length.and_then(|n: usize| rest.get(..n)).unwrap_or(rest);
    read(message, input, nest)
}

fn read(bytes: &[u8], input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let message = MessageParser::default()
        .parse(bytes)
        .ok_or_else(|| Failure::Failed("it is no mail, or a damaged one".into()))?;
    let mut text = Text {
        title: message.subject().map(str::trim).map(str::to_owned),
        author: message.from().map(addresses),
        written: message
            .date()
            .filter(|date| date.is_valid())
            .map(mail_parser::DateTime::to_rfc3339),
        ..Text::default()
    };
    let part = |label: &str| Mark {
        label: Some(label.to_owned()),
        ..Mark::default()
    };
    text.push(&headers(&message), part("headers"));
    for body in bodies(&message, input.max_text_bytes) {
        text.push(&body, part("body"));
    }
    let stopped = give_attachments(&message, nest).err();
    text.partial = match stopped {
        Some(Stop(reason)) => Some(reason),
        None if input.cut => Some("the file is longer than the limit; its end is not read".into()),
        None => None,
    };
    if text.text.is_empty() && message.attachment_count() == 0 {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// What people look for: who wrote to whom, when, about what.
fn headers(message: &Message<'_>) -> String {
    let people = [
        ("From", message.from()),
        ("To", message.to()),
        ("Cc", message.cc()),
        ("Bcc", message.bcc()),
    ];
    let mut lines: Vec<String> = people
        .into_iter()
        .filter_map(|(name, people)| Some(format!("{name}: {}", addresses(people?))))
        .collect();
    lines.extend(
        message
            .date()
            .map(|date| format!("Date: {}", date.to_rfc3339())),
    );
    lines.extend(
        message
            .subject()
            .map(|subject| format!("Subject: {subject}")),
    );
    lines.join("\n")
}

fn addresses(addresses: &Address<'_>) -> String {
    let people: Vec<String> = addresses
        .iter()
        .map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (name, address) => name.or(address).unwrap_or_default().to_owned(),
        })
        .collect();
    people.join(", ")
}

/// What its forms say.
fn bodies(message: &Message<'_>, max_text_bytes: usize) -> Vec<String> {
    let plain: Vec<String> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(text.replace("\r\n", "\n")),
            _ => None,
        })
        .collect();
    let drawn: Vec<String> = message
        .html_bodies()
        .filter_map(|part| match &part.body {
            PartType::Html(source) => Some(html::read(source, max_text_bytes).text),
            _ => None,
        })
        .collect();
    of_both(plain, drawn)
}

/// The form that says more, the plain one, if it says as much; then what only the other one says.
pub(super) fn of_both(plain: Vec<String>, drawn: Vec<String>) -> Vec<String> {
    let (mut read, other) = if n_letters(&drawn) > SAYS_MORE * n_letters(&plain) {
        (drawn, plain)
    } else {
        (plain, drawn)
    };
    read.extend(said_only_in(&other, &read));
    read.retain(|text| !text.trim().is_empty());
    read
}

/// The lines of one form of a message whose words the other form mostly has not.
fn said_only_in(form: &[String], other: &[String]) -> Option<String> {
    let known: HashSet<String> = other.iter().flat_map(|text| words(text)).collect();
    let is_new = |line: &&str| {
        let (mut n_new, mut n) = (0, 0);
        for word in words(line) {
            n += 1;
            n_new += usize::from(!known.contains(&word));
        }
        n_new * 2 > n
    };
    let lines: Vec<&str> = form
        .iter()
        .flat_map(|text| text.lines())
        .filter(is_new)
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// In lower case; a writing without spaces between its words gives its characters.
fn words(text: &str) -> impl Iterator<Item = String> {
    let pieces = text.split(|character: char| !character.is_alphanumeric());
    pieces.filter(|piece| !piece.is_empty()).flat_map(|piece| {
        let is_spaced = piece.chars().all(|character| character < '\u{2e80}');
        let characters = piece.chars().filter(move |_| !is_spaced).map(String::from);
        characters.chain(is_spaced.then(|| piece.to_lowercase()))
    })
}

fn n_letters(texts: &[String]) -> usize {
    let letters = |text: &String| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .count()
    };
    texts.iter().map(letters).sum()
}

fn give_attachments(message: &Message<'_>, nest: &mut Nest<'_, '_>) -> Result<(), Stop> {
    for (number, part) in (1..).zip(message.attachments()) {
        let name = attachment_name(part, number);
        if PASSED_OVER.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let member = Member {
            name: &name,
            modified_ns: None,
        };
        let raw = message.raw_message();
        let own = raw.get(part.offset_body as usize..part.offset_end as usize);
        let content = match (&part.body, part.contents()) {
            (PartType::Message(_), []) => own.unwrap_or_default(),
            (_, content) => content,
        };
        nest.give(member, &mut Cursor::new(content))?;
    }
    Ok(())
}

/// A name is one part of a path here, whatever it says, and nothing hides.
pub(super) fn one_part(name: &str) -> String {
    let name = name.replace(['/', '\\'], "_");
    name.trim_start_matches('.').to_owned()
}

/// Its own name, or one made of what it is.
fn attachment_name(part: &MessagePart<'_>, number: u32) -> String {
    if let Some(name) = part.attachment_name() {
        return one_part(name);
    }
    if let PartType::Message(message) = &part.body {
        return named(number, message.subject());
    }
    let kind = part.content_type();
    let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or("bin");
    let extension = match subtype {
        "plain" => "txt",
        "calendar" => "ics",
        other => other,
    };
    format!("attachment {number}.{extension}")
}

/// A mailbox, message by message.
pub(super) fn mailbox(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let mut reader = BufReader::new(input.reader());
    let mut message = Vec::new();
    let mut line = Vec::new();
    let (mut number, mut after_blank, mut begun) = (0, true, false);
    let mut partial = None;
    loop {
        line.clear();
        let n = reader.read_until(b'\n', &mut line);
        let n = n.map_err(|error| Failure::Failed(format!("it could not be read: {error}")))?;
        let begins = after_blank && is_divider(&line);
        if (begins || n == 0) && begun {
            number += 1;
            if let Err(Stop(reason)) = give_message(&message, number, nest) {
                partial = Some(reason);
                break;
            }
            message.clear();
        }
        if n == 0 {
            break;
        }
        after_blank = line == b"\n" || line == b"\r\n";
        if begins {
            begun = true;
        } else if begun && message.len() < MAX_MESSAGE_BYTES {
            // `>From` is how a box writes `From` at a line's beginning.
            let quoted = line.iter().position(|&byte| byte != b'>').unwrap_or(0);
            let is_quoted = quoted > 0
                && line
                    .get(quoted..)
                    .is_some_and(|rest| rest.starts_with(b"From "));
            message.extend_from_slice(line.get(usize::from(is_quoted)..).unwrap_or_default());
        }
    }
    if number == 0 {
        return Err(Failure::Skipped("there is no mail in it".into()));
    }
    Ok(Text {
        partial,
        ..Text::default()
    })
}

/// `From`, an address, and a date: a sentence that begins so has no time of day.
fn is_divider(line: &[u8]) -> bool {
    let is_time = |five: &[u8]| matches!(five, [a, b, b':', c, d] if [a, b, c, d].into_iter().all(u8::is_ascii_digit));
    line.starts_with(b"From ") && line.windows(5).any(is_time)
}

fn give_message(bytes: &[u8], number: u32, nest: &mut Nest<'_, '_>) -> Result<(), Stop> {
    // Headers alone: the whole is read as a file of its own.
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let end = end.or_else(|| bytes.windows(4).position(|four| four == b"\r\n\r\n"));
    let head = bytes.get(..end.unwrap_or(bytes.len()).min(bytes.len()));
    let parsed = MessageParser::new()
        .with_minimal_headers()
        .parse_headers(head.unwrap_or_default());
    let subject = parsed.as_ref().and_then(Message::subject);
    let date = parsed.as_ref().and_then(Message::date);
    let member = Member {
        name: &named(number, subject),
        modified_ns: date.and_then(|date| date.to_timestamp().checked_mul(1_000_000_000)),
    };
    nest.give(member, &mut Cursor::new(bytes))
}

/// A message's name in its box: its number keeps it apart and in order.
fn named(number: u32, subject: Option<&str>) -> String {
    let subject: String = subject
        .unwrap_or_default()
        .chars()
        .filter(|character| !character.is_control())
        .map(|character| {
            if "/\\".contains(character) {
                '_'
            } else {
                character
            }
        })
        .take(MAX_SUBJECT_CHARS)
        .collect();
    match subject.trim() {
        "" => format!("{number:04}.eml"),
        subject => format!("{number:04} {subject}.eml"),
    }
}

/// A page with all that belongs to it, as browsers save it: a mail whose body is the page.
pub(super) fn saved_page(input: &Input<'_>) -> Result<Text, Failure> {
    let message = MessageParser::default()
        .parse(input.bytes())
        .ok_or_else(|| Failure::Failed("the saved page is damaged".into()))?;
    let page = message.parts.iter().find_map(|part| match &part.body {
        PartType::Html(source) => Some(source.as_ref()),
        _ => None,
    });
    let source = page.ok_or_else(|| Failure::Skipped("there is no page in it".into()))?;
    let mut text = html::read_main(source);
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    text.title = text.title.or_else(|| message.subject().map(str::to_owned));
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

#[cfg(test)]
#[path = "mail/tests.rs"]
mod tests;
