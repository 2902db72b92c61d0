//! What `field:value` asks of a file.
//!
//! One row of [`FIELDS`] is one field; what its value may be is said by one function below. Pure.

use jiff::civil::Date;

use super::{dates, families, sizes};
use crate::lexical::{
    Condition, FileField, FileTest, Tag,
    tokens::{fold, steps},
};

/// A field of the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Title,
    Author,
    Type,
    Ending,
    Folder,
    Path,
    Date,
    Modified,
    Size,
    Language,
    Is,
    Has,
}

/// The fields with their names, the first of which is shown.
const FIELDS: [(Field, &[&str]); 13] = [
    (Field::Name, &["name", "filename", "file"]),
    (Field::Title, &["title", "subject"]),
    (Field::Author, &["author", "from", "by"]),
    (Field::Type, &["type", "kind"]),
    (Field::Ending, &["ext", "extension", "filetype"]),
    (Field::Folder, &["folder", "dir", "in"]),
    (Field::Path, &["path"]),
    (Field::Date, &["date", "written", "sent"]),
    (Field::Modified, &["modified", "changed", "mtime"]),
    (Field::Size, &["size"]),
    (Field::Language, &["lang", "language"]),
    (Field::Is, &["is"]),
    (Field::Has, &["has"]),
];

impl Field {
    /// The field of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let found = FIELDS
            .iter()
            .find(|(_, names)| names.contains(&name.as_str()));
        found.map(|&(field, _)| field)
    }

    /// Its first name.
    pub(super) fn name(self) -> &'static str {
        let found = FIELDS.iter().find(|&&(field, _)| field == self);
        found
            .and_then(|(_, names)| names.first())
            .copied()
            .unwrap_or_default()
    }

    /// Whether its value may be two words without quotes.
    pub(super) const fn is_date(self) -> bool {
        matches!(self, Self::Date | Self::Modified)
    }
}

/// Every field, by its first name.
pub(super) fn names() -> String {
    let names: Vec<&str> = FIELDS
        .iter()
        .filter_map(|(_, names)| names.first().copied())
        .collect();
    names.join(", ")
}

/// A value as it was typed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
}

/// What a field with a value asks for; or what is wrong with the value, and what it may be.
pub(super) fn condition(
    field: Field,
    value: Value<'_>,
    today: Date,
) -> Result<Condition, (String, String)> {
    let text = value.text;
    let wrong = |what: &str, may_be: String| {
        let message = format!("“{text}” is no {what}, so {}: is left out", field.name());
        Err((message, may_be))
    };
    let test = match field {
        Field::Name => words(FileField::Name, value),
        Field::Title => words(FileField::Title, value),
        Field::Author => words(FileField::Author, value),
        Field::Path => words(FileField::Path, value),
        Field::Folder if is_whole_path(text) => Some(FileTest::Tags(vec![Tag::Below(text.into())])),
        Field::Folder => words(FileField::Folder, value),
        Field::Type => {
            return match each(text, endings_of) {
                Some(tags) => Ok(file(FileTest::Tags(tags.concat()))),
                None => wrong("type of file", format!("Types are {}, and every ending", families::types())),
            };
        }
        Field::Ending => each(text, |ending| Some(Tag::Ending(ending.trim_start_matches('.').into())))
            .map(FileTest::Tags),
        Field::Language => match each(text, |name| families::language(name).map(|code| Tag::Language(code.into()))) {
            Some(tags) => Some(FileTest::Tags(tags)),
            None => return wrong("language", "Write lang:en, lang:german or lang:zh".into()),
        },
        Field::Date | Field::Modified => match dates::days(text, today) {
            Some(days) if field == Field::Date => Some(FileTest::Date(days.on_the_wall())),
            Some(days) => Some(FileTest::Modified(days.here())),
            None => {
                let may_be = "Write 2024, 2024-03, 2024-03-05, 2024-03..2024-05, >2023, today or \"last month\"";
                return wrong("date", may_be.into());
            }
        },
        Field::Size => match sizes::bytes(text) {
            Some(bytes) => Some(FileTest::Size(bytes)),
            None => return wrong("size", "Write size:>10MB, size:<100k or size:1MB..5MB".into()),
        },
        Field::Is => return each_condition(text, is).map_or_else(
            || wrong("property of a file", "Write is:mail, is:scanned, is:away, is:failed, is:partial, is:skipped or is:waiting".into()),
            Ok,
        ),
        Field::Has => return each_condition(text, has).map_or_else(
            || wrong("thing a file may have", "Write has:attachment".into()),
            Ok,
        ),
    };
    match test {
        Some(test) => Ok(file(test)),
        None => Err((
            format!("{}: says nothing to look for", field.name()),
            format!("Write a word behind it, as in {}:report", field.name()),
        )),
    }
}

fn file(test: FileTest) -> Condition {
    Condition::File(test)
}

/// Bare values match from the beginning of a word, since people stop typing when they see it; quoted
/// ones match whole words.
fn words(field: FileField, value: Value<'_>) -> Option<FileTest> {
    let words = steps(value.text);
    let has_star = value.text.ends_with('*');
    let matches_beginning = !matches!(field, FileField::Title | FileField::Author);
    (!words.is_empty()).then_some(FileTest::Words {
        field,
        words,
        is_prefix: !value.is_quoted && (matches_beginning || has_star),
    })
}

fn is_whole_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_drive =
        bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    text.starts_with(['/', '\\']) && text.len() > 1 || has_drive
}

/// Every value of a list with commas; `None` as soon as one is not understood.
fn each<T>(text: &str, of: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let folded = fold(text);
    let values = folded
        .split(',')
        .map(str::trim)
        .filter(|value| !value.is_empty());
    let values: Vec<T> = values.map(of).collect::<Option<_>>()?;
    (!values.is_empty()).then_some(values)
}

fn each_condition(text: &str, of: impl Fn(&str) -> Option<Condition>) -> Option<Condition> {
    let mut conditions = each(text, of)?;
    Some(match conditions.len() {
        1 => conditions.swap_remove(0),
        _ => Condition::Any(conditions),
    })
}

/// The endings that a type stands for; an ending stands for itself.
fn endings_of(name: &str) -> Option<Vec<Tag>> {
    if let Some(endings) = families::endings(name) {
        return Some(endings.map(|ending| Tag::Ending(ending.into())).collect());
    }
    let is_ending = name.len() <= 5 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let ending = name.trim_start_matches('.');
    is_ending.then(|| vec![Tag::Ending(ending.into())])
}

fn is(name: &str) -> Option<Condition> {
    let tag = match name {
        "mail" | "email" => return endings_of("mail").map(|tags| file(FileTest::Tags(tags))),
        "scanned" | "scan" => Tag::Scanned,
        name => return Some(file(FileTest::State(name.parse().ok()?))),
    };
    Some(file(FileTest::Tags(vec![tag])))
}

fn has(name: &str) -> Option<Condition> {
    let is_known = matches!(name, "attachment" | "attachments" | "files");
    is_known.then(|| file(FileTest::Tags(vec![Tag::HoldsFiles])))
}
