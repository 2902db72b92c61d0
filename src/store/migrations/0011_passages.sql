-- The passages of a document are a list in its row: a row for each, with its indexes, took up more than
-- half as much as their text does once it is compressed. Of each passage
-- `[start, end, line, page, context, label, confidence]`, without what is empty at its end. Their ids
-- follow each other, from `first_passage` on.
ALTER TABLE documents ADD COLUMN first_passage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN n_passages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN passages TEXT NOT NULL DEFAULT '[]';
UPDATE documents SET first_passage = was.first, n_passages = was.n, passages = was.list FROM (
    SELECT document_id, min(id) AS first, count(*) AS n, json_group_array(json(CASE
        WHEN confidence IS NOT NULL
            THEN json_array(start, "end", line, page, nullif(context, ''), label, confidence)
        WHEN label IS NOT NULL THEN json_array(start, "end", line, page, nullif(context, ''), label)
        WHEN context <> '' THEN json_array(start, "end", line, page, context)
        WHEN page IS NOT NULL THEN json_array(start, "end", line, page)
        WHEN line IS NOT NULL THEN json_array(start, "end", line)
        ELSE json_array(start, "end") END)) AS list
    FROM (SELECT * FROM passages ORDER BY document_id, id) GROUP BY document_id
) AS was WHERE was.document_id = documents.id;
CREATE INDEX documents_passages ON documents (first_passage);
INSERT INTO library
    SELECT 'last_passage', CAST(ifnull(max(seq), 0) AS TEXT) FROM sqlite_sequence WHERE name = 'passages';

-- Of passages of which a model has made something: the hash of what it was given, by which that is
-- found, and whether the present model has embedded it. Half of a BLAKE3 hash: among ten million texts
-- two are taken for one with a probability of 10^-25.
CREATE TABLE passage_texts (
    passage_id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL,
    text_hash BLOB NOT NULL,
    embedded INTEGER NOT NULL
);
INSERT INTO passage_texts SELECT id, document_id, substr(text_hash, 1, 16), embedded FROM passages
    WHERE text_hash IN (SELECT text_hash FROM embeddings UNION SELECT text_hash FROM scores);
CREATE INDEX passage_texts_text ON passage_texts (text_hash);

-- Documents with passages that the present model has not embedded.
CREATE TABLE to_embed (
    document_id INTEGER PRIMARY KEY
);
INSERT INTO to_embed SELECT DISTINCT document_id FROM passages WHERE embedded = 0;

DROP TABLE passages;
DROP TABLE passage_counts;

-- How many there are, kept by triggers: `passages`, and of them `embedded`.
CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO totals SELECT 'passages', ifnull(sum(n_passages), 0) FROM documents;
INSERT INTO totals SELECT 'embedded', count(*) FROM passage_texts WHERE embedded = 1;
CREATE TRIGGER count_new_passages AFTER INSERT ON documents BEGIN
    UPDATE totals SET n = n + NEW.n_passages WHERE name = 'passages';
END;
CREATE TRIGGER count_gone_passages AFTER DELETE ON documents BEGIN
    UPDATE totals SET n = n - OLD.n_passages WHERE name = 'passages';
END;
CREATE TRIGGER count_new_embedded AFTER INSERT ON passage_texts WHEN NEW.embedded = 1 BEGIN
    UPDATE totals SET n = n + 1 WHERE name = 'embedded';
END;
CREATE TRIGGER count_gone_embedded AFTER DELETE ON passage_texts WHEN OLD.embedded = 1 BEGIN
    UPDATE totals SET n = n - 1 WHERE name = 'embedded';
END;
CREATE TRIGGER count_changed_embedded AFTER UPDATE OF embedded ON passage_texts
    WHEN NEW.embedded <> OLD.embedded BEGIN
    UPDATE totals SET n = n + NEW.embedded - OLD.embedded WHERE name = 'embedded';
END;

-- A model is a number, `store::embeddings::model_number`; text where that is still to be put in.
CREATE TABLE vectors (
    text_hash BLOB NOT NULL,
    model INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (text_hash, model)
) WITHOUT ROWID;
INSERT OR IGNORE INTO vectors SELECT substr(text_hash, 1, 16), model, vector FROM embeddings;
DROP TABLE embeddings;
ALTER TABLE vectors RENAME TO embeddings;
UPDATE OR REPLACE scores SET text_hash = substr(text_hash, 1, 16);
CREATE TABLE left_over (
    text_hash BLOB PRIMARY KEY,
    since INTEGER
) WITHOUT ROWID;
INSERT OR IGNORE INTO left_over SELECT substr(text_hash, 1, 16), since FROM leftovers;
DROP TABLE leftovers;
ALTER TABLE left_over RENAME TO leftovers;
