-- Stretches in which nothing was polled on purpose, for want of room on the disk: readers are told, and
-- the record proves when we did not look.
CREATE TABLE pauses (
    key    INTEGER PRIMARY KEY,
    "from" INTEGER NOT NULL,
    until  INTEGER,                            -- NULL while it lasts
    why    TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX pauses_lasting ON pauses (until IS NULL) WHERE until IS NULL;

CREATE VIEW recorded_pauses AS SELECT key, json_object(
    'did', 'pause', 'id', key, 'from', "from", 'until', until, 'why', why) AS line
FROM pauses;
CREATE TRIGGER record_pause AFTER INSERT ON pauses
BEGIN SELECT noted(NEW."from", line) FROM recorded_pauses WHERE key = NEW.key; END;
CREATE TRIGGER record_pause_end AFTER UPDATE ON pauses
BEGIN SELECT noted(coalesce(NEW.until, 0), line) FROM recorded_pauses WHERE key = NEW.key; END;
