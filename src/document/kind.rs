//! What a file is by its name: good enough to say what is read first, and how long it will take.
//!
//! What it really is, its first bytes say when it is read (`extract`). Invariant: the numbers are in
//! the database; the order among them is how soon a kind is wanted.

use super::PathKey;

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Text, source code, and whatever has no known ending.
    #[default]
    Text,
    /// Written with an office program, or a book.
    Office,
    /// PDF.
    Pdf,
    /// A mail.
    Mail,
    /// A picture: its name says most, and its text is recognised last of all.
    Picture,
    /// Data and logs that programs wrote.
    Data,
    /// Files in a file.
    Archive,
}

const ENDINGS: [(Kind, &[&str]); 6] = [
    (
        Kind::Office,
        &[
            "doc", "docm", "docx", "dotx", "epub", "fb2", "odp", "ods", "odt", "ppsx", "ppt",
            "pptm", "pptx", "rtf", "xls", "xlsb", "xlsm", "xlsx",
        ],
    ),
    (Kind::Pdf, &["pdf"]),
    (Kind::Mail, &["eml", "emlx", "mht", "mhtml", "msg"]),
    (
        Kind::Picture,
        &[
            "bmp", "gif", "heic", "jpeg", "jpg", "png", "svg", "tif", "tiff", "webp",
        ],
    ),
    (
        Kind::Data,
        &[
            "bin", "csv", "dat", "dump", "jsonl", "json", "lock", "log", "map", "ndjson", "out",
            "parquet", "sql", "tsv", "xml",
        ],
    ),
    (
        Kind::Archive,
        &[
            "7z", "bz2", "gz", "jar", "mbox", "tar", "tgz", "xz", "zip", "zst",
        ],
    ),
];

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Office,
        Self::Pdf,
        Self::Mail,
        Self::Picture,
        Self::Data,
        Self::Archive,
    ];

    /// By the ending of its name.
    pub fn of(path: &PathKey) -> Self {
        let path = path.to_path();
        let Some(ending) = path.extension() else {
            return Self::default();
        };
        let ending = ending.to_string_lossy().to_ascii_lowercase();
        let known = ENDINGS
            .iter()
            .find(|(_, endings)| endings.contains(&ending.as_str()));
        known.map_or(Self::default(), |&(kind, _)| kind)
    }

    /// Its number in the database.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind of a number; one from the future is text.
    pub fn from_number(number: u8) -> Self {
        let known = Self::ALL.get(usize::from(number));
        known.copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_kind_is_known_by_its_ending_and_its_number() {
        let of = |name: &str| Kind::of(&PathKey::of(Path::new(name)));
        assert_eq!(of("/a/Report.DOCX"), Kind::Office);
        assert_eq!(of("/a/scan.pdf"), Kind::Pdf);
        assert_eq!(of("/a/main.rs"), Kind::Text);
        assert_eq!(of("/a/README"), Kind::Text);
        assert_eq!(of("/a/x.tar.gz"), Kind::Archive);
        for kind in Kind::ALL {
            assert_eq!(Kind::from_number(kind.number()), kind);
        }
        assert_eq!(Kind::from_number(200), Kind::Text);
    }
}
