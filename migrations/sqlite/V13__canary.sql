-- The canary: a synthetic item that goes the whole way once a day, as proof that real ones would.

-- A synthetic source is polled like any other and counts nowhere; no file names it.
ALTER TABLE sources ADD COLUMN synthetic INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sources_synthetic ON sources(key) WHERE synthetic;

CREATE TABLE canaries (
    day     TEXT    PRIMARY KEY,               -- local, 2026-11-26: one a day
    planted INTEGER NOT NULL,
    state   TEXT    NOT NULL CHECK (state IN ('flying', 'arrived', 'missing', 'late')),
    settled INTEGER,                           -- when it arrived, or was missed
    detail  TEXT    NOT NULL DEFAULT ''        -- the server's reply, or where it was lost
) STRICT, WITHOUT ROWID;

CREATE VIEW recorded_canaries AS SELECT day AS key, json_object(
    'did', 'canary', 'id', day, 'synthetic', 1, 'planted', planted, 'state', state,
    'settled', settled, 'detail', detail) AS line
FROM canaries;
CREATE TRIGGER record_canary AFTER INSERT ON canaries
BEGIN SELECT noted(NEW.planted, line) FROM recorded_canaries WHERE key = NEW.day; END;
CREATE TRIGGER record_canary_settled AFTER UPDATE OF state, settled, detail ON canaries
BEGIN SELECT noted(coalesce(NEW.settled, 0), line) FROM recorded_canaries WHERE key = NEW.day; END;

-- How large the database was, once a day (days since 1970 in UTC): how fast it grows.
CREATE TABLE sizes (
    day   INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT;
