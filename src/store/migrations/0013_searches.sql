-- What the user looked for, as typed, and which file was the answer.
-- The history: each query once, with the seconds since 1970 when it was asked last.
CREATE TABLE searches (
    query TEXT PRIMARY KEY,
    asked INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX searches_asked ON searches (asked);

CREATE TABLE saved_searches (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL
) WITHOUT ROWID;

-- By path, so that a salvage can take them before the files are read again.
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    query TEXT NOT NULL,
    path BLOB NOT NULL,
    UNIQUE (query, path)
);
CREATE INDEX answers_path ON answers (path);

-- How well searches found the answers, each time that was measured. A report names answers by id only,
-- so that nothing of a forgotten file stays in it.
CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    done INTEGER NOT NULL,
    report TEXT NOT NULL
);

-- An answer goes with its file, and moves with it. Before the change, since a directory may go with it.
CREATE TRIGGER drop_answers BEFORE DELETE ON files WHEN EXISTS (SELECT 1 FROM answers) BEGIN
    DELETE FROM answers WHERE path =
        CAST((SELECT path FROM directories WHERE id = OLD.directory_id) || OLD.name AS BLOB);
END;
CREATE TRIGGER move_answers BEFORE UPDATE OF directory_id, name ON files
    WHEN (NEW.directory_id <> OLD.directory_id OR NEW.name <> OLD.name)
    AND EXISTS (SELECT 1 FROM answers) BEGIN
    UPDATE OR REPLACE answers SET path =
        CAST((SELECT path FROM directories WHERE id = NEW.directory_id) || NEW.name AS BLOB)
        WHERE path =
        CAST((SELECT path FROM directories WHERE id = OLD.directory_id) || OLD.name AS BLOB);
END;
