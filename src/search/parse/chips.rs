//! What was understood, for the window to show above the results: one chip per part of the query that
//! is more than plain words.

/// One part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Where it stands in the query, in characters: taking these out takes the chip away.
    pub span: (usize, usize),
    /// What kind of part it is.
    pub kind: ChipKind,
    /// What it asks for, for reading: `type: slides`, `“annual report”`.
    pub text: String,
}

/// A kind of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChipKind {
    /// A word that must be there.
    Required,
    /// Something that must not be there.
    Excluded,
    /// Words in a row.
    Phrase,
    /// Words near each other.
    Near,
    /// The beginning of a word.
    Prefix,
    /// A word and what is written much like it.
    Fuzzy,
    /// A field with its value.
    Field,
    /// Parts of which one must be there.
    Alternatives,
}

impl ChipKind {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Excluded => "excluded",
            Self::Phrase => "phrase",
            Self::Near => "near",
            Self::Prefix => "prefix",
            Self::Fuzzy => "fuzzy",
            Self::Field => "field",
            Self::Alternatives => "alternatives",
        }
    }
}
