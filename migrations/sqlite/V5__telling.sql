-- Which stories an urgent mail told: of several folded into one, each.
CREATE TABLE told_stories (
    reader   TEXT NOT NULL,
    story    TEXT NOT NULL,
    occasion TEXT NOT NULL REFERENCES occasions(key),
    PRIMARY KEY (reader, story, occasion)
) STRICT, WITHOUT ROWID;
INSERT INTO told_stories(reader, story, occasion)
    SELECT reader, story, key FROM occasions WHERE kind = 'urgent' AND story IS NOT NULL;
INSERT INTO told_stories(reader, story, occasion)
    SELECT o.reader, a.story, o.key FROM occasions o
        JOIN notices n ON n.occasion = o.key AND n.reader = o.reader
        JOIN alerts a ON a.key = n.alert
    WHERE o.kind = 'urgent' ON CONFLICT DO NOTHING;

-- When a reader was welcomed (NULL: not yet), and since when no file names them any more. Who is known
-- already needs no welcome.
ALTER TABLE readers ADD COLUMN welcomed INTEGER;
ALTER TABLE readers ADD COLUMN gone INTEGER;
UPDATE readers SET welcomed = since;

-- The alerts of the last days, for a recap.
CREATE INDEX alerts_at ON alerts(at);
