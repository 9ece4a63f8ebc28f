-- When an item last learnt keys that were not its own: a publisher who moves, or writes https for http, shows
-- known words under new ids and links. Its words and its revision stay, so nothing is judged again.
ALTER TABLE items ADD COLUMN rekeyed INTEGER;
CREATE TRIGGER record_item_keys AFTER UPDATE OF rekeyed ON items
BEGIN SELECT noted(NEW.rekeyed, line) FROM recorded_items WHERE key = NEW.key; END;
