-- Restores from a backup: the record goes on after a break, and says so. `resumed` is NULL while nothing
-- may be sent yet.
CREATE TABLE restores (
    key     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    made    INTEGER NOT NULL,                  -- when the backup was made
    entry   INTEGER NOT NULL,                  -- the last entry of the record in it; 0: none
    hash    TEXT    NOT NULL,                  -- of that entry
    resumed INTEGER
) STRICT;
CREATE VIEW recorded_restores AS SELECT key, json_object(
    'did', 'restored', 'id', key, 'at', at, 'made', made, 'entry', entry, 'hash', hash,
    'resumed', resumed) AS line
FROM restores;
CREATE TRIGGER record_restore AFTER INSERT ON restores
BEGIN SELECT noted(NEW.at, line) FROM recorded_restores WHERE key = NEW.key; END;
CREATE TRIGGER record_resume AFTER UPDATE OF resumed ON restores
BEGIN SELECT noted(NEW.resumed, line) FROM recorded_restores WHERE key = NEW.key; END;
