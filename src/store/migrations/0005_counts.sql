-- A million rows are not counted whenever somebody looks: triggers keep the numbers.
CREATE TABLE file_counts (
    folder_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (folder_id, state)
) WITHOUT ROWID;
INSERT INTO file_counts SELECT folder_id, state, count(*) FROM files GROUP BY folder_id, state;
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

CREATE TABLE passage_counts (
    embedded INTEGER PRIMARY KEY,
    n INTEGER NOT NULL
);
INSERT INTO passage_counts SELECT 0, count(*) FROM passages WHERE embedded = 0;
INSERT INTO passage_counts SELECT 1, count(*) FROM passages WHERE embedded = 1;
CREATE TRIGGER count_new_passage AFTER INSERT ON passages BEGIN
    UPDATE passage_counts SET n = n + 1 WHERE embedded = NEW.embedded;
END;
CREATE TRIGGER count_gone_passage AFTER DELETE ON passages BEGIN
    UPDATE passage_counts SET n = n - 1 WHERE embedded = OLD.embedded;
END;
CREATE TRIGGER count_changed_passage AFTER UPDATE OF embedded ON passages
    WHEN NEW.embedded <> OLD.embedded BEGIN
    UPDATE passage_counts SET n = n - 1 WHERE embedded = OLD.embedded;
    UPDATE passage_counts SET n = n + 1 WHERE embedded = NEW.embedded;
END;

-- By which a file is known under another path.
CREATE INDEX files_key ON files (file_key) WHERE file_key IS NOT NULL;
