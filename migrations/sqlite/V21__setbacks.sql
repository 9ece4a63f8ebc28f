-- The clock went back, and what was set aside for that. Where it shows the later time again soon, it had been wrong
-- when it went back, and all of it counts as before.
CREATE TABLE setbacks (
    key     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,                  -- what the clock showed then
    reached INTEGER NOT NULL,                  -- the latest instant that was set aside
    last    INTEGER NOT NULL                   -- the latest that the clock showed since, to the hour
) STRICT;

-- What had been written before the clock went back and lay ahead of it.
CREATE TABLE set_aside (
    setback INTEGER NOT NULL REFERENCES setbacks(key),
    what    TEXT    NOT NULL CHECK (what IN ('digest', 'reader', 'source')),
    name    TEXT    NOT NULL,                  -- key of the occasion, name of the reader, key of the source
    was     INTEGER NOT NULL,                  -- its slot; since when
    PRIMARY KEY (setback, what, name)
) STRICT, WITHOUT ROWID;
