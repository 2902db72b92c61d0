-- Texts lie one behind the other in one stream, whose blocks reach across documents: a short text alone
-- compresses badly, and wastes most of its page.
ALTER TABLE documents ADD COLUMN text_start INTEGER NOT NULL DEFAULT 0;
UPDATE documents SET text_start = before.n_bytes FROM (
    SELECT id, sum(n_text_bytes) OVER (ORDER BY id) - n_text_bytes AS n_bytes FROM documents
) AS before WHERE before.id = documents.id;
CREATE TABLE stream (
    start INTEGER PRIMARY KEY,
    n_bytes INTEGER NOT NULL,
    block BLOB NOT NULL
);
INSERT INTO stream SELECT
    d.text_start + t.start,
    ifnull(lead(t.start) OVER (PARTITION BY t.document_id ORDER BY t.start), d.n_text_bytes) - t.start,
    t.block
    FROM texts t JOIN documents d ON d.id = t.document_id;
DROP TABLE texts;
ALTER TABLE stream RENAME TO texts;
