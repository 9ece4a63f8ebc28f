-- What every poll writes, kept apart from what few do. A poll without news is one small row, written
-- where it stands: no index holds when a source is due, since keeping it cost as much as the rest of such
-- a poll, and what is due is found by a pass over these rows.
CREATE TABLE source_turns (
    source       INTEGER PRIMARY KEY REFERENCES sources(key),
    next_poll    INTEGER,                      -- NULL while retired
    last_poll    INTEGER,
    last_success INTEGER,
    -- Polls of today that were alike and brought nothing, counted here until something changes; then
    -- they become one row of polls.
    run_first    INTEGER NOT NULL DEFAULT 0,
    run_last     INTEGER NOT NULL DEFAULT 0,
    run_polls    INTEGER NOT NULL DEFAULT 0,
    run_status   INTEGER,
    run_bytes    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO source_turns
SELECT source, next_poll, last_poll, last_success, run_first, run_last, run_polls, run_status, run_bytes
FROM source_states;

-- Built anew: dropping a column would look into triggers that call the program's own functions.
CREATE TABLE moving AS SELECT * FROM source_states;
DROP TABLE source_states;
CREATE TABLE source_states (
    source        INTEGER PRIMARY KEY REFERENCES sources(key),
    health        TEXT    NOT NULL,
    since         INTEGER NOT NULL,
    etag          BLOB,
    last_modified BLOB,
    last_full     INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    retry_after   INTEGER,
    entries       INTEGER,
    error         TEXT,
    items         INTEGER NOT NULL DEFAULT 0,  -- stored items
    shown_noted   INTEGER NOT NULL DEFAULT 0,  -- when items.shown was last brought up to date
    read_at       TEXT,                        -- whose the validators are, if not the written address
    moved_to      TEXT,                        -- where its server says that it has moved for good
    moved_since   INTEGER,
    moved_times   INTEGER,
    usual_items   INTEGER NOT NULL DEFAULT 0,
    usual_pause   INTEGER,                     -- milliseconds
    latest        INTEGER,                     -- when it last said something new
    title         TEXT
) STRICT;
INSERT INTO source_states
SELECT source, health, since, etag, last_modified, last_full, failures, retry_after, entries, error, items,
       shown_noted, read_at, moved_to, moved_since, moved_times, usual_items, usual_pause, latest, title
FROM moving;
DROP TABLE moving;
