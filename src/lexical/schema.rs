//! The fields of the word index.
//!
//! Two kinds of entries: passages (by `passage` and `document`) and files (by `file`), so that a
//! rename rewrites one small entry and no passage. All that a condition may ask of a file, what its
//! document says of itself included, stands in the file's entry.
//! Changing anything here means a new [`FORMAT`], and with it a rebuilt index.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

/// Version of the index on disk, and the name of its folder.
pub(super) const FORMAT: &str = "v4";

/// Handles on the fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Id of a passage entry.
    pub(super) passage: Field,
    /// Document of a passage entry.
    pub(super) document: Field,
    /// Stems of the passage, stop words dropped, and its Han characters: what BM25 is computed on.
    pub(super) stems: Field,
    /// Words of the passage as they stand, with positions: phrases and exact forms.
    pub(super) words: Field,
    /// Stems of title and headings.
    pub(super) title: Field,

    /// Id of a file entry.
    pub(super) file: Field,
    /// The document that the file has.
    pub(super) content: Field,
    /// Words of its name.
    pub(super) name: Field,
    /// Words of the folders above it.
    pub(super) folder: Field,
    /// Words of its document's own title.
    pub(super) heading: Field,
    /// Words of its document's author.
    pub(super) author: Field,
    /// What it is, each as `key:value`.
    pub(super) tag: Field,
    /// Bytes.
    pub(super) size: Field,
    /// Seconds since 1970 of its last change.
    pub(super) modified: Field,
    /// Seconds since 1970 that its document says; where it says nothing, of its last change.
    pub(super) date: Field,
}

/// The schema with its fields.
pub(super) fn schema() -> (Schema, Fields) {
    use IndexRecordOption::{Basic, WithFreqs, WithFreqsAndPositions};
    let mut builder = SchemaBuilder::new();
    // Read as columns; indexed only where entries are removed by it.
    let fields = Fields {
        passage: builder.add_u64_field("passage", FAST),
        document: builder.add_u64_field("document", INDEXED | FAST),
        stems: builder.add_text_field("stems", text(WithFreqs)),
        words: builder.add_text_field("words", text(WithFreqsAndPositions)),
        title: builder.add_text_field("title", text(WithFreqs)),
        file: builder.add_u64_field("file", INDEXED | FAST),
        content: builder.add_u64_field("content", FAST),
        name: builder.add_text_field("name", text(WithFreqsAndPositions)),
        folder: builder.add_text_field("folder", text(WithFreqsAndPositions)),
        heading: builder.add_text_field("heading", text(WithFreqsAndPositions)),
        author: builder.add_text_field("author", text(WithFreqsAndPositions)),
        tag: builder.add_text_field("tag", text(Basic)),
        size: builder.add_u64_field("size", FAST),
        modified: builder.add_i64_field("modified", FAST),
        date: builder.add_i64_field("date", FAST),
    };
    (builder.build(), fields)
}

/// Every text field is handed over in tokens of our own: see [`spelled`](super::spelled).
pub(super) const TOKENIZER: &str = "spelled";

fn text(record: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(record),
    )
}
