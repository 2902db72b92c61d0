-- Rows that are smaller. Paths stand once for all files of a directory, and not twice for each; what
-- identifies a file across renames is a number; a document is found by the beginning of its hash.
-- Nothing may point to what is made anew, so files are put aside first.
CREATE TEMP TABLE former AS SELECT * FROM files;
CREATE TEMP TABLE last_file AS SELECT seq FROM sqlite_sequence WHERE name = 'files';
DROP TABLE files;

CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash BLOB NOT NULL,
    extractor TEXT NOT NULL,
    extractor_version INTEGER NOT NULL,
    chunker_version INTEGER NOT NULL,
    title TEXT,
    author TEXT,
    written TEXT,
    language TEXT,
    n_pages INTEGER,
    unit TEXT NOT NULL,
    partial TEXT,
    n_children INTEGER NOT NULL,
    n_scans INTEGER NOT NULL,
    to_recognise TEXT,
    text_start INTEGER NOT NULL,
    n_text_bytes INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    n_passages INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    -- What can be long comes last.
    marks BLOB NOT NULL,
    labels BLOB,
    confidences BLOB,
    passages TEXT NOT NULL,
    passage_words TEXT NOT NULL
);
INSERT INTO contents SELECT id, content_hash, extractor, extractor_version, chunker_version, title, author,
    written, language, n_pages, unit, partial, n_children, n_scans, to_recognise, text_start, n_text_bytes,
    first_passage, n_passages, sequence, marks, labels, confidences, passages, passage_words FROM documents;
DELETE FROM sqlite_sequence WHERE name = 'contents';
INSERT INTO sqlite_sequence SELECT 'contents', seq FROM sqlite_sequence WHERE name = 'documents';
DROP TABLE documents;
ALTER TABLE contents RENAME TO documents;
CREATE INDEX documents_content ON documents (substr(content_hash, 1, 8));
CREATE INDEX documents_sequence ON documents (sequence);
CREATE INDEX documents_passages ON documents (first_passage);
CREATE INDEX documents_to_recognise ON documents (id) WHERE to_recognise IS NOT NULL;
CREATE TRIGGER count_new_document AFTER INSERT ON documents WHEN NEW.language IS NOT NULL BEGIN
    INSERT INTO language_counts VALUES (NEW.language, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER count_gone_document AFTER DELETE ON documents WHEN OLD.language IS NOT NULL BEGIN
    UPDATE language_counts SET n = n - 1 WHERE language = OLD.language;
    DELETE FROM language_counts WHERE n = 0;
END;
CREATE TRIGGER count_new_passages AFTER INSERT ON documents BEGIN
    UPDATE totals SET n = n + NEW.n_passages WHERE name = 'passages';
END;
CREATE TRIGGER count_gone_passages AFTER DELETE ON documents BEGIN
    UPDATE totals SET n = n - OLD.n_passages WHERE name = 'passages';
END;

-- A directory's path ends with its separator; it goes with its last file.
CREATE TABLE directories (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE
);
-- `rtrim` takes away what is no separator; `\` is one on Windows, where no path begins with `/`.
CREATE TEMP TABLE places AS SELECT id, path, CAST(rtrim(path, replace(CASE
    WHEN substr(path, 1, 1) = '/' THEN path ELSE replace(path, '\', '') END, '/', '')) AS BLOB) AS directory
    FROM (SELECT id, CAST(path AS TEXT) AS path FROM former);
INSERT INTO directories (path) SELECT DISTINCT directory FROM places;

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders (id),
    directory_id INTEGER NOT NULL REFERENCES directories (id),
    name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    file_key INTEGER,
    state TEXT NOT NULL,
    reason TEXT,
    document_id INTEGER REFERENCES documents (id),
    container_id INTEGER REFERENCES files (id),
    present_state TEXT,
    present_reason TEXT,
    kind INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    UNIQUE (directory_id, name)
);
-- The number is that of `walk::file_key`; `(a | b) - (a & b)` is the exclusive or of both.
INSERT INTO files SELECT f.id, f.folder_id, d.id,
    substr(f.path, length(d.path) + 1), f.size_bytes, f.modified_ns,
    ((f.device << 44) | f.inode) - ((f.device << 44) & f.inode),
    f.state, f.reason, f.document_id, f.container_id, f.present_state, f.present_reason, f.kind, f.sequence
    FROM (SELECT *, CAST(file_key AS INTEGER) AS device,
        CAST(substr(file_key, instr(file_key, ':') + 1) AS INTEGER) AS inode FROM former) AS f
    JOIN places p ON p.id = f.id JOIN directories d ON d.path = p.directory
    ORDER BY f.container_id IS NOT NULL, f.id;
DELETE FROM sqlite_sequence WHERE name = 'files';
INSERT INTO sqlite_sequence SELECT 'files', ifnull(max(seq), 0) FROM last_file;
DROP TABLE last_file;
DROP TABLE former;
DROP TABLE places;
CREATE INDEX files_document ON files (document_id);
CREATE INDEX files_sequence ON files (sequence);
CREATE INDEX files_container ON files (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX files_key ON files (file_key) WHERE file_key IS NOT NULL;
CREATE INDEX files_waiting
    ON files (size_bytes > 33554432, kind > 3, modified_ns DESC, kind, size_bytes)
    WHERE state = 'waiting';

-- A file with its path.
CREATE VIEW located AS SELECT f.*, CAST(d.path || f.name AS BLOB) AS path
    FROM files f JOIN directories d ON d.id = f.directory_id;

CREATE TRIGGER drop_left_directory AFTER UPDATE OF directory_id ON files
    WHEN NOT EXISTS (SELECT 1 FROM files WHERE directory_id = OLD.directory_id) BEGIN
    DELETE FROM directories WHERE id = OLD.directory_id;
END;
CREATE TRIGGER drop_empty_directory AFTER DELETE ON files
    WHEN NOT EXISTS (SELECT 1 FROM files WHERE directory_id = OLD.directory_id) BEGIN
    DELETE FROM directories WHERE id = OLD.directory_id;
END;
CREATE TRIGGER count_new_file AFTER INSERT ON files BEGIN
    INSERT INTO file_counts VALUES (NEW.folder_id, NEW.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER count_gone_file AFTER DELETE ON files BEGIN
    UPDATE file_counts SET n = n - 1 WHERE folder_id = OLD.folder_id AND state = OLD.state;
END;
CREATE TRIGGER count_changed_file AFTER UPDATE OF folder_id, state ON files
    WHEN NEW.folder_id <> OLD.folder_id OR NEW.state <> OLD.state BEGIN
    UPDATE file_counts SET n = n - 1 WHERE folder_id = OLD.folder_id AND state = OLD.state;
    INSERT INTO file_counts VALUES (NEW.folder_id, NEW.state, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
