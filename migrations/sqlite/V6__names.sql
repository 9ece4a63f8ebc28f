-- What a feed calls itself, for mails: people know an outlet by its name, not by its id.
ALTER TABLE source_states ADD COLUMN title TEXT;
-- Edits of items that somebody was told of are looked for by when they were seen.
CREATE INDEX items_edited ON items(first_seen) WHERE revision > 1;
