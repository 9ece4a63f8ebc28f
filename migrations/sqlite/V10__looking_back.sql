-- Items past keeping whose words are kept, found by when they were seen.
CREATE INDEX items_kept ON items(first_seen) WHERE pruned = 0;

-- The versions that assessing adopted, and how far stored items were matched again with each. `since` is
-- NULL where nothing had to be matched again; at and row: where the last page ended.
CREATE TABLE backfills (
    version INTEGER PRIMARY KEY REFERENCES config_versions(version),
    began   INTEGER NOT NULL,
    since   INTEGER,
    silent  INTEGER NOT NULL,                  -- whether what is found is recorded only
    at      INTEGER NOT NULL DEFAULT 0,
    row     INTEGER NOT NULL DEFAULT 0,
    items   INTEGER NOT NULL DEFAULT 0,        -- matched again
    alerts  INTEGER NOT NULL DEFAULT 0,        -- found by that
    ended   INTEGER
) STRICT;
-- What is in force when this table begins was adopted long ago.
INSERT INTO backfills(version, began, silent, ended)
    SELECT version, since, 0, since FROM config_versions ORDER BY version DESC LIMIT 1;

CREATE VIEW recorded_backfills AS SELECT version AS key, json_object(
    'did', 'backfill', 'id', version, 'since', since, 'silent', silent, 'items', items,
    'alerts', alerts, 'ended', ended) AS line
FROM backfills WHERE since IS NOT NULL AND ended IS NOT NULL;
CREATE TRIGGER record_backfill AFTER UPDATE OF ended ON backfills WHEN NEW.ended IS NOT NULL
BEGIN SELECT noted(NEW.ended, line) FROM recorded_backfills WHERE key = NEW.version; END;

-- What a version makes of the last days, beside the newest one that somebody stands by.
CREATE TABLE reviews (
    version     INTEGER PRIMARY KEY REFERENCES config_versions(version),
    base        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    grave       TEXT,                          -- why somebody must say that it is meant
    difference  TEXT    NOT NULL,              -- JSON; 'null' where nothing was compared
    accepted    INTEGER,
    accepted_by TEXT
) STRICT;
INSERT INTO reviews(version, base, at, difference)
    SELECT version, version, since, 'null' FROM config_versions ORDER BY version DESC LIMIT 1;

CREATE VIEW recorded_reviews AS SELECT version AS key, json_object(
    'did', 'review', 'id', version, 'base', base, 'at', at, 'grave', grave,
    'difference', digest(difference), 'accepted', accepted, 'by', accepted_by) AS line
FROM reviews WHERE base <> version;
CREATE TRIGGER record_review AFTER INSERT ON reviews
BEGIN SELECT noted(NEW.at, line) FROM recorded_reviews WHERE key = NEW.version; END;
CREATE TRIGGER record_acceptance AFTER UPDATE OF accepted ON reviews
BEGIN SELECT noted(NEW.accepted, line) FROM recorded_reviews WHERE key = NEW.version; END;

-- Files of the watchlist whose absence somebody says is meant.
CREATE TABLE absences (
    key  INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    name TEXT    NOT NULL,
    by   TEXT    NOT NULL
) STRICT;
CREATE VIEW recorded_absences AS SELECT key, json_object(
    'did', 'absence', 'id', key, 'at', at, 'name', name, 'by', by) AS line
FROM absences;
CREATE TRIGGER record_absence AFTER INSERT ON absences
BEGIN SELECT noted(NEW.at, line) FROM recorded_absences WHERE key = NEW.key; END;
