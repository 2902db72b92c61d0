//! What the word index holds, entry by entry: for comparing it with the store.

use tantivy::{Index, Searcher, columnar::Column};

use crate::{
    document::{DocumentId, FileId, PassageId, Sequence},
    lexical::{Lexical, Result},
};

/// Every entry that a search can find, sorted.
#[derive(Debug, Default)]
pub struct Entries {
    /// The last batch that is committed.
    pub sequence: Sequence,
    /// Passages with their documents; one that is entered twice stands here twice.
    pub passages: Vec<(PassageId, DocumentId)>,
    /// Files.
    pub files: Vec<FileId>,
    /// Files on disk whose content is not what was written.
    pub damaged: Vec<String>,
}

impl Lexical {
    /// Everything that is committed. Blocking; reads the whole index.
    pub fn entries(&self) -> Result<Entries> {
        let open = self.opened().newest.clone();
        open.reader.reload()?;
        let mut entries = Entries {
            sequence: open.payload()?.sequence,
            damaged: damaged(&open.index)?,
            ..Entries::default()
        };
        read(&open.reader.searcher(), &mut entries)?;
        entries.passages.sort_unstable();
        entries.files.sort_unstable();
        Ok(entries)
    }
}

pub(super) fn damaged(index: &Index) -> Result<Vec<String>> {
    let damaged = index.validate_checksum()?;
    let mut names: Vec<String> = damaged
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    Ok(names)
}

fn read(searcher: &Searcher, entries: &mut Entries) -> Result<()> {
    for segment in searcher.segment_readers() {
        let columns = segment.fast_fields();
        let (passage, document) = (columns.u64("passage")?, columns.u64("document")?);
        let file = columns.u64("file")?;
        let number = |column: &Column<u64>, id| column.first(id).map(|number| number as i64);
        for id in segment.doc_ids_alive() {
            if let Some(file) = number(&file, id) {
                entries.files.push(FileId(file));
            }
            if let (Some(passage), Some(document)) = (number(&passage, id), number(&document, id)) {
                entries
                    .passages
                    .push((PassageId(passage), DocumentId(document)));
            }
        }
    }
    Ok(())
}
