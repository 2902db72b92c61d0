-- What models made of texts that no passage has any more (`embeddings`, `scores`): kept for a while,
-- since files come back, as with a repository that is cloned anew. `since` counts seconds since 1970;
-- NULL until the engine has looked at the clock.
CREATE TABLE leftovers (
    text_hash BLOB PRIMARY KEY,
    since INTEGER
) WITHOUT ROWID;

-- Documents that lost a file since the last look at what no file has any more.
CREATE TABLE released (
    document_id INTEGER PRIMARY KEY
);
INSERT INTO released SELECT id FROM documents WHERE NOT EXISTS
    (SELECT 1 FROM files WHERE files.document_id = documents.id);

-- What the user does not want in the library: a file, or a folder with everything below it.
CREATE TABLE exclusions (
    path BLOB PRIMARY KEY
) WITHOUT ROWID;

-- Which folder of which device was found there, to tell an empty folder from a drive that is not
-- plugged in; when it was last looked at whole, in seconds since 1970; how changes in it are noticed.
-- NULL means that it is not known yet.
ALTER TABLE folders ADD COLUMN identity TEXT;
ALTER TABLE folders ADD COLUMN looked_at INTEGER;
ALTER TABLE folders ADD COLUMN followed TEXT;
