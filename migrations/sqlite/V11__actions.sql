-- What people did by commands: alerts acknowledged, false positives dismissed, names muted, files edited.
-- Append-only, and part of the record.
CREATE TABLE actions (
    key     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    deed    TEXT    NOT NULL,
    verdict TEXT,                              -- of an acknowledgement: relevant, irrelevant, escalated
    alert   INTEGER REFERENCES alerts(key),
    subject TEXT,                              -- what was changed: company:ID, topic:ID, source:ID
    what    TEXT    NOT NULL,                  -- what was done, in words
    why     TEXT,
    until   TEXT                               -- a day: of what holds for a while only
) STRICT;
CREATE INDEX actions_of_alert ON actions(alert) WHERE alert IS NOT NULL;
CREATE TRIGGER actions_change BEFORE UPDATE ON actions
BEGIN SELECT raise(ABORT, 'what was done stays done'); END;
CREATE TRIGGER actions_delete BEFORE DELETE ON actions
BEGIN SELECT raise(ABORT, 'what was done stays done'); END;

CREATE VIEW recorded_actions AS SELECT x.key, json_object(
    'did', 'action', 'id', x.key, 'author', x.author, 'deed', x.deed, 'verdict', x.verdict, 'alert', a.id,
    'item', i.id, 'subject', x.subject, 'what', x.what, 'why', x.why, 'until', x.until) AS line
FROM actions x LEFT JOIN alerts a ON a.key = x.alert LEFT JOIN items i ON i.key = a.item;
CREATE TRIGGER record_action AFTER INSERT ON actions
BEGIN SELECT noted(NEW.at, line) FROM recorded_actions WHERE key = NEW.key; END;
