-- Pages that are pictures: what a model recognised on them, by content, so that nothing which was
-- recognised is lost by reading a document again. `lines` is empty where nothing was found, `problem`
-- says why a page could not be shown to the model, `reader` which model it was.
CREATE TABLE recognised (
    content_hash BLOB NOT NULL,
    page INTEGER NOT NULL,
    reader TEXT NOT NULL,
    lines BLOB NOT NULL,
    problem TEXT,
    PRIMARY KEY (content_hash, page)
) WITHOUT ROWID;

-- How many of its pages are pictures; those still to be recognised as a JSON list, NULL for none.
ALTER TABLE documents ADD COLUMN n_scans INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN to_recognise TEXT;
CREATE INDEX documents_to_recognise ON documents (id) WHERE to_recognise IS NOT NULL;
-- In percent, of marks and passages that were recognised; `confidences` belongs to `marks`.
ALTER TABLE documents ADD COLUMN confidences BLOB;
ALTER TABLE passages ADD COLUMN confidence INTEGER;
