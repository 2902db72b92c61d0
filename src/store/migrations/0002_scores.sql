-- What rerankers said: how well a passage answers a query. `query_hash` covers the query and
-- everything besides the passage that decides the score; `text_hash` is that of `passages`.
-- The id tells the age, by which the table is kept small.
CREATE TABLE scores (
    id INTEGER PRIMARY KEY,
    query_hash BLOB NOT NULL,
    text_hash BLOB NOT NULL,
    score REAL NOT NULL,
    UNIQUE (query_hash, text_hash)
);
CREATE INDEX scores_text ON scores (text_hash);
