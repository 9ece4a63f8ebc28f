-- Up to when an item's learning of new keys is used up: a publisher who moves, or writes https for http, shows
-- known words under new ids and links. Its words and its revision stay, so nothing is judged again.
ALTER TABLE items ADD COLUMN learnt INTEGER;
CREATE TRIGGER record_item_keys AFTER UPDATE OF learnt ON items
BEGIN SELECT noted(NEW.shown, line) FROM recorded_items WHERE key = NEW.key; END;
