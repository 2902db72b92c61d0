//! What indexing does at the moment, for whoever watches: the latest value wins.

/// What indexing is doing now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// Looking for changes.
    pub walking: bool,
    /// Files read in this run, and files known to be read in it.
    pub n_done: u64,
    /// Files still waiting.
    pub n_waiting: u64,
    /// Passages without an embedding.
    pub n_to_embed: u64,
    /// Embeddings are being computed.
    pub embedding: bool,
    /// Pages that are pictures, whose text is not recognised yet.
    pub n_to_recognise: u64,
    /// Text in pictures is being recognised.
    pub recognising: bool,
    /// Files per second lately.
    pub files_per_second: f64,
    /// Seconds left, where it can be told.
    pub seconds_left: Option<f64>,
    /// Name of the file begun last.
    pub current: Option<String>,
    /// Since the library was opened: files whose content a reader was given, ...
    pub n_read: u64,
    /// ... and passages that were embedded.
    pub n_embedded: u64,
    /// Why indexing does not go on by itself just now.
    pub trouble: Option<String>,
}

impl Progress {
    /// Nothing to do.
    pub fn is_idle(&self) -> bool {
        !self.walking && self.n_waiting == 0 && !self.embedding && !self.recognising
    }
}
