-- When a source was last read before its next document became as good as a first one: answers with nothing in
-- them are readings too, and would hide what was said since.
ALTER TABLE source_states ADD COLUMN read_before INTEGER;
UPDATE source_states SET read_before =
    (SELECT u.last_success FROM source_turns u WHERE u.source = source_states.source)
WHERE anew IS NOT NULL;
