-- Items are named by a hash, so an index over their names alone is written all over with every poll.
-- Kept by source, what one poll brings lies together: one page instead of thirty.
CREATE TABLE items_by_source (
    key        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL,
    source     INTEGER NOT NULL REFERENCES sources(key),
    revision   INTEGER NOT NULL,
    official   INTEGER NOT NULL,
    arrival    TEXT    NOT NULL,
    first_seen INTEGER NOT NULL,
    published  INTEGER,
    shown      INTEGER NOT NULL,               -- last known to stand in the feed, within some days
    pruned     INTEGER,
    lang       TEXT,
    text_hash  TEXT    NOT NULL,
    guid       TEXT,
    link       TEXT,
    title      TEXT    NOT NULL,
    categories TEXT,                           -- JSON list, NULL when empty
    summary    TEXT    NOT NULL,
    content    TEXT    NOT NULL
) STRICT;
INSERT INTO items_by_source
    SELECT key, id, source, revision, official, arrival, first_seen, published, shown, pruned, lang,
           text_hash, guid, link, title, categories, summary, content
    FROM items ORDER BY key;
DROP TABLE items;
ALTER TABLE items_by_source RENAME TO items;

CREATE UNIQUE INDEX items_named ON items(source, id);
CREATE INDEX items_to_prune ON items(first_seen) WHERE pruned IS NULL;
CREATE INDEX items_pruned ON items(shown) WHERE pruned > 0;
