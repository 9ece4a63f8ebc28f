-- A version is matched again not only when it comes, but also when a program can use more of it than the one before:
-- then it has several rows, counted by `round`. `without`: what the program could not use of it, a JSON list of lines.
-- `before`: the version whose lack a late alert names.
DROP TRIGGER record_backfill;
DROP VIEW recorded_backfills;
-- Not renamed: that would ask the triggers of all tables for functions that are not there yet.
CREATE TABLE backfills_before AS SELECT * FROM backfills;
DROP TABLE backfills;
CREATE TABLE backfills (
    key     INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES config_versions(version),
    round   INTEGER NOT NULL DEFAULT 0,
    without TEXT    NOT NULL DEFAULT '[]',
    before  INTEGER,
    began   INTEGER NOT NULL,
    since   INTEGER,
    silent  INTEGER NOT NULL,                  -- whether what is found is recorded only
    at      INTEGER NOT NULL DEFAULT 0,
    row     INTEGER NOT NULL DEFAULT 0,
    items   INTEGER NOT NULL DEFAULT 0,        -- matched again
    alerts  INTEGER NOT NULL DEFAULT 0,        -- found by that
    ended   INTEGER,
    UNIQUE (version, round)
) STRICT;
INSERT INTO backfills(key, version, before, began, since, silent, at, row, items, alerts, ended)
    SELECT version, version, (SELECT max(b.version) FROM backfills_before b WHERE b.version < o.version),
           began, since, silent, at, row, items, alerts, ended
    FROM backfills_before o ORDER BY version;
DROP TABLE backfills_before;
-- What was noted of the version in force holds for the newest row, if that is its own.
UPDATE backfills SET without = coalesce((SELECT json_extract(CAST(digest AS TEXT), '$.lines') FROM adopted
    WHERE what = 'left_out' AND json_extract(CAST(digest AS TEXT), '$.version') = backfills.version), '[]')
WHERE key = (SELECT max(key) FROM backfills);

CREATE VIEW recorded_backfills AS SELECT key, json_object(
    'did', 'backfill', 'id', CASE round WHEN 0 THEN version ELSE version || '.' || round END,
    'since', since, 'silent', silent, 'items', items, 'alerts', alerts, 'ended', ended) AS line
FROM backfills WHERE since IS NOT NULL AND ended IS NOT NULL;
CREATE TRIGGER record_backfill AFTER UPDATE OF ended ON backfills WHEN NEW.ended IS NOT NULL
BEGIN SELECT noted(NEW.ended, line) FROM recorded_backfills WHERE key = NEW.key; END;

-- Since when a source's document ends early; NULL where the last one was whole.
ALTER TABLE source_states ADD COLUMN cut_since INTEGER;

-- What servers said as they refused mails that told an alert, whoever these were for.
CREATE TABLE refusals (
    alert INTEGER NOT NULL REFERENCES alerts(key),
    reply TEXT    NOT NULL,
    PRIMARY KEY (alert, reply)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO refusals
    SELECT n.alert, m.reply FROM notices n JOIN mails m ON m.occasion = n.occasion
    WHERE m.state = 'refused' AND m.reply IS NOT NULL;
