//! What may be told of a sentence that may name something of the user's: the phrases in it that are ours.
//!
//! Reasons and errors quote paths, names and parts of documents, with spaces and in any script, which no
//! pattern cuts out for certain. So it is the other way round: what is told is put together from the
//! phrases below and from numbers of the system's. Knows nothing of who asks. Invariant: no letter
//! of a text gets out that does not stand in this file. `tests/it/doctor.rs` holds that every reason a
//! reader gives has its phrase here.

/// What is told of a text without a phrase of ours.
pub const NOT_SHOWN: &str = "(not shown)";

/// Why a file is in its state.
const REASONS: &[&str] = &[
    "a rule in a .gitignore",
    "a fault of the program",
    "could not be read",
    "cannot be read",
    "is not read",
    "it belongs to Nuthatch's own library",
    "it could not be taken out of the PDF",
    "it could not be unpacked",
    "it ends too early",
    "it has no pages that are pictures",
    "it has no part",
    "it has no slides",
    "it has no text",
    "it is a pipe, a socket or a device",
    "it is called",
    "it is locked by its seller (DRM)",
    "it is locked with a password",
    "it is no mail, or a damaged one",
    "it is not a regular file",
    "it is not text; the file is found by its name",
    "it kept changing while it was read",
    "it lies in the cloud",
    "it lies more than",
    "it was not found any more",
    "it was written by a Word that is older than Word 97",
    "its container names no package",
    "it lists no chapters",
    "its format is unknown to this worker",
    "its part",
    "its page",
    "its reader could not be started",
    "its reader crashed on it",
    "its reader failed on it",
    "its reader is of another version of the program",
    "its table of pieces is lost",
    "but it is not a",
    "files yet; the file is found by its name",
    "hidden files and folders are left out",
    "no text was found in what it shows",
    "nobody listens any more",
    "only its first",
    "only the first",
    "MB of its text are read",
    "MB of the file are read",
    "or needed more than",
    "pages could not be read",
    "PDF files cannot be read",
    "reading all of it would take too long",
    "reading it took longer than",
    "the archive is damaged",
    "the book is damaged",
    "the document is damaged",
    "the file is empty",
    "the file is longer than the limit",
    "the notebook is damaged",
    "the order of its slides is lost",
    "the page cannot be shown",
    "the page is empty",
    "the PDF could not be read",
    "the PDF has no pages",
    "the PDF is damaged, or not a PDF",
    "the PDF is locked with a password",
    "the pdfium library is missing",
    "the picture is damaged",
    "the picture is too small to hold text",
    "the picture on page",
    "the program is closing",
    "the rest is not read",
    "the rest of what is in it was not read",
    "the saved page is damaged",
    "the workbook is damaged",
    "there is no mail in it",
    "there is no page in it",
    "there is no text in it",
    "there is nothing in its cells",
    "there is nothing in the archive",
    "there is nothing on its pages",
    "too large for it to be honest",
    "too many files in it could not be read",
    "unpacks to more than",
    "what was read before that is kept",
    "whose text is not read",
    "whose text is read in the background",
];

/// What goes wrong with a library, a model or the machine.
const TROUBLES: &[&str] = &[
    "cannot be used",
    "cannot be watched",
    "could not be started",
    "could not bring the library up to date",
    "could not create",
    "could not read the settings",
    "could not understand the settings",
    "could not write the settings",
    "is not installed",
    "is missing",
    "the disk is full",
    "is on a disk that can be read only",
    "is not there any more",
    "reading goes on when that has changed",
    "the disk with",
    "the library's database failed",
    "the library's database is damaged",
    "the library is in use by another Nuthatch",
    "the library is open for reading only",
    "the word index",
    "was made by a newer Nuthatch",
    "does not exist",
    "is not in the library",
    "is damaged",
    "answered out of turn",
    "out of memory",
    // The system's own words.
    "Bad file descriptor",
    "Broken pipe",
    "Cannot allocate memory",
    "Connection refused",
    "Device or resource busy",
    "Input/output error",
    "Invalid argument",
    "Is a directory",
    "No route to host",
    "No space left on device",
    "No such device",
    "No such file or directory",
    "Not a directory",
    "Operation not permitted",
    "Permission denied",
    "Read-only file system",
    "Resource temporarily unavailable",
    "Stale file handle",
    "Too many open files",
    "Transport endpoint is not connected",
    "Disk quota exceeded",
    "timed out",
    "unexpected end of file",
    // SQLite's.
    "attempt to write a readonly database",
    "database disk image is malformed",
    "database is locked",
    "database or disk is full",
    "disk I/O error",
    "file is not a database",
    "unable to open database file",
];

/// What stands before a number that says what went wrong.
const CODES: &[&str] = &["os error ", "code: ", "exit status: ", "signal: "];
/// Longer ones are no codes.
const MAX_DIGITS: usize = 5;

/// The phrases of ours in a text, in its order, with the system's numbers.
pub fn told(text: &str) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (found, n_bytes) = match phrase(rest).or_else(|| code(rest)) {
            Some(found) => found,
            None => (String::new(), character.len_utf8()),
        };
        if !found.is_empty() && !told.contains(&found) {
            told.push(found);
        }
        rest = rest.get(n_bytes..).unwrap_or_default();
    }
    if told.is_empty() {
        NOT_SHOWN.into()
    } else {
        told.join("; ")
    }
}

/// The longest phrase that a text begins with, and its length.
fn phrase(text: &str) -> Option<(String, usize)> {
    let known = REASONS.iter().chain(TROUBLES);
    let begun = known.filter(|phrase| text.starts_with(**phrase));
    let longest = begun.max_by_key(|phrase| phrase.len())?;
    Some(((*longest).to_owned(), longest.len()))
}

fn code(text: &str) -> Option<(String, usize)> {
    let name = CODES.iter().find(|name| text.starts_with(**name))?;
    let digits = text.get(name.len()..)?;
    let n = digits.bytes().take_while(u8::is_ascii_digit).count();
    let code = digits.get(..n).filter(|_| (1..=MAX_DIGITS).contains(&n))?;
    Some((format!("{name}{code}"), name.len() + n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_phrases_of_ours_and_codes_are_told() {
        let path = "/home/robin/My Divorce/letter to Anna.pdf";
        for (text, expected) in [
            (
                format!("could not create {path}: Permission denied (os error 13)"),
                "could not create; Permission denied; os error 13",
            ),
            (
                "the document is damaged: word/My secret.xml: unexpected end of file".into(),
                "the document is damaged; unexpected end of file",
            ),
            (format!("{path} says nothing"), NOT_SHOWN),
            (String::new(), NOT_SHOWN),
            ("code: 1234567 code: x".into(), NOT_SHOWN),
            (
                "its page 3 could not be read: 机密 reading it took longer than 60 s".into(),
                "its page; could not be read; reading it took longer than",
            ),
        ] {
            assert_eq!(told(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_longer_phrase_goes_before_a_shorter_one() {
        assert_eq!(
            told("2 of 9 pages could not be read"),
            "pages could not be read"
        );
    }
}
