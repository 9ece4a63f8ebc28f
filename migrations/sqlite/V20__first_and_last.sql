-- Runs end where a poll came long after it was due. Those that began before may have stops within them, which
-- nobody can part any more: until when, so that a report can say so.
CREATE TABLE old_runs (until INTEGER NOT NULL) STRICT;
INSERT INTO old_runs SELECT coalesce(max(last_poll), 0) FROM source_turns;

-- What mails told of a story, so that a follow-up calls nothing else new.
CREATE INDEX alerts_of_story ON alerts(story);
