-- How many documents are in which language: asked with every query.
CREATE TABLE language_counts (
    language TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO language_counts
    SELECT language, count(*) FROM documents WHERE language IS NOT NULL GROUP BY language;
CREATE TRIGGER count_new_document AFTER INSERT ON documents WHEN NEW.language IS NOT NULL BEGIN
    INSERT INTO language_counts VALUES (NEW.language, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER count_gone_document AFTER DELETE ON documents WHEN OLD.language IS NOT NULL BEGIN
    UPDATE language_counts SET n = n - 1 WHERE language = OLD.language;
    DELETE FROM language_counts WHERE n = 0;
END;
