-- Why a source's next document is as good as a first one: 'address', 'back', or NULL.
ALTER TABLE source_states ADD COLUMN anew TEXT;
-- What an address was called before: asked at first reads only.
CREATE INDEX sources_gone ON sources(url) WHERE retired IS NOT NULL;
-- What number a reader's next urgent mail on a story has.
CREATE INDEX occasions_of_story ON occasions(reader, story) WHERE kind = 'urgent';
