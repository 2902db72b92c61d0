-- The truth of a library. Derived indexes (words, vectors) are compared with `sequence`.

-- Single values: `sequence` (the last write batch), `model` (what `passages.embedded` speaks of).
CREATE TABLE library (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO library VALUES ('sequence', '0');

CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    away INTEGER NOT NULL DEFAULT 0
);

-- A content as one extractor read it. Files with equal bytes share it.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash BLOB NOT NULL,
    extractor TEXT NOT NULL,
    extractor_version INTEGER NOT NULL,
    chunker_version INTEGER NOT NULL,
    title TEXT,
    language TEXT,
    n_pages INTEGER,
    partial TEXT,
    n_text_bytes INTEGER NOT NULL,
    marks BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    UNIQUE (content_hash, extractor)
);
CREATE INDEX documents_sequence ON documents (sequence);

-- The text in compressed blocks, so that showing a passage decompresses little.
CREATE TABLE texts (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    block BLOB NOT NULL,
    PRIMARY KEY (document_id, start)
) WITHOUT ROWID;

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    line INTEGER,
    context TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    embedded INTEGER NOT NULL
);
CREATE INDEX passages_document ON passages (document_id, start);
CREATE INDEX passages_text ON passages (text_hash);
CREATE INDEX passages_to_embed ON passages (id) WHERE embedded = 0;

-- int8 vectors, keyed by what was embedded and by what embedded it.
CREATE TABLE embeddings (
    text_hash BLOB NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (text_hash, model)
) WITHOUT ROWID;

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders (id),
    path BLOB NOT NULL UNIQUE,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    file_key TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    document_id INTEGER REFERENCES documents (id),
    sequence INTEGER NOT NULL
);
CREATE INDEX files_by_folder_and_state ON files (folder_id, state);
CREATE INDEX files_document ON files (document_id);
CREATE INDEX files_sequence ON files (sequence);
CREATE INDEX files_waiting ON files (modified_ns DESC) WHERE state = 'waiting';

-- What derived indexes must forget; trimmed once they have.
CREATE TABLE deletions (
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL
);
CREATE INDEX deletions_sequence ON deletions (sequence);
