//! The fields of the word index.
//!
//! Two kinds of entries: passages (by `passage` and `document`) and files (by `file`), so that a
//! rename rewrites one small entry and no passage. Changing anything here means a new
//! [`FORMAT`], and with it a rebuilt index.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};

/// Version of the index on disk, and the name of its folder.
pub(super) const FORMAT: &str = "v2";

/// Handles on the fields.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// Id of a passage entry.
    pub(super) passage: Field,
    /// Document of a passage entry.
    pub(super) document: Field,
    /// Id of a file entry.
    pub(super) file: Field,
    /// Stems of the passage, stop words dropped: what BM25 is computed on.
    pub(super) stems: Field,
    /// Words of the passage as they stand, with positions: phrases and exact forms.
    pub(super) words: Field,
    /// Stems of title and headings.
    pub(super) title: Field,
    /// Words of a file's name.
    pub(super) name: Field,
    /// Words of the folders above a file.
    pub(super) folder: Field,
}

/// The schema with its fields.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = SchemaBuilder::new();
    // Read as columns; indexed only where entries are removed by it.
    let fields = Fields {
        passage: builder.add_u64_field("passage", FAST),
        document: builder.add_u64_field("document", INDEXED | FAST),
        file: builder.add_u64_field("file", INDEXED | FAST),
        stems: builder.add_text_field("stems", text(IndexRecordOption::WithFreqs)),
        words: builder.add_text_field("words", text(IndexRecordOption::WithFreqsAndPositions)),
        title: builder.add_text_field("title", text(IndexRecordOption::WithFreqs)),
        name: builder.add_text_field("name", text(IndexRecordOption::WithFreqsAndPositions)),
        folder: builder.add_text_field("folder", text(IndexRecordOption::WithFreqs)),
    };
    (builder.build(), fields)
}

/// Every text field is handed over in tokens of our own.
fn text(record: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(record),
    )
}
