-- Runs end where a poll came long after it was due. Those that began before may have stops within them, which
-- nobody can part any more: until when, so that a report can say so.
CREATE TABLE old_runs (until INTEGER NOT NULL) STRICT;
INSERT INTO old_runs SELECT coalesce(max(last_poll), 0) FROM source_turns;

-- What mails told of a story, so that a follow-up calls nothing else new.
CREATE INDEX alerts_of_story ON alerts(story);

-- When an edited item was first seen in whatever words, and its headline before the last edit: of a revision that
-- named nothing no copy is kept. NULL where nobody edited it. Of items edited before, the first instant is known
-- where the first revision had hits.
ALTER TABLE items ADD COLUMN began INTEGER;
ALTER TABLE items ADD COLUMN title_before TEXT;
UPDATE items SET began = (SELECT r.first_seen FROM revisions r WHERE r.item = items.key AND r.revision = 1)
WHERE revision > 1;
