-- The passages of a document are a list in its row: a row for each, with its indexes, took up more than
-- half as much as their text does once it is compressed. Of each passage
-- `[start, end, line, context, page, label, confidence + 1]`, 0 for what it has not, without the zeros at
-- its end; `context` and `label` are places from 1 in `passage_words`. Their ids follow each other, from
-- `first_passage` on.
ALTER TABLE documents ADD COLUMN first_passage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN n_passages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN passages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN passage_words TEXT NOT NULL DEFAULT '[]';
CREATE TEMP TABLE words AS
    SELECT document_id, word, row_number() OVER (PARTITION BY document_id ORDER BY first, word) AS n
    FROM (SELECT document_id, word, min(id) AS first FROM (
        SELECT document_id, id, context AS word FROM passages WHERE context <> '' UNION ALL
        SELECT document_id, id, label FROM passages WHERE label IS NOT NULL
    ) GROUP BY document_id, word);
CREATE UNIQUE INDEX temp.words_word ON words (document_id, word);
UPDATE documents SET passage_words = was.list FROM (
    SELECT document_id, json_group_array(word ORDER BY n) AS list FROM words GROUP BY document_id
) AS was WHERE was.document_id = documents.id;
UPDATE documents SET first_passage = was.first, n_passages = was.n, passages = was.list FROM (
    SELECT document_id, min(id) AS first, count(*) AS n, json_group_array(json(CASE
        WHEN sure > 0 THEN json_array(start, "end", line, context, page, label, sure)
        WHEN label > 0 THEN json_array(start, "end", line, context, page, label)
        WHEN page > 0 THEN json_array(start, "end", line, context, page)
        WHEN context > 0 THEN json_array(start, "end", line, context)
        WHEN line > 0 THEN json_array(start, "end", line)
        ELSE json_array(start, "end") END) ORDER BY id) AS list
    FROM (SELECT p.document_id, id, start, "end", ifnull(line, 0) AS line, ifnull(c.n, 0) AS context,
        ifnull(page, 0) AS page, ifnull(l.n, 0) AS label, ifnull(confidence + 1, 0) AS sure
        FROM passages p LEFT JOIN words c ON c.document_id = p.document_id AND c.word = p.context
        LEFT JOIN words l ON l.document_id = p.document_id AND l.word = p.label)
    GROUP BY document_id
) AS was WHERE was.document_id = documents.id;
DROP TABLE words;
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
