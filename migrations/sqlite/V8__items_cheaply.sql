-- What an item costs to store is what a first reading of ten thousand feeds costs.
--
-- A statement that may fail after it wrote several rows makes SQLite copy each page that it touches, to
-- be able to take it back alone. A trigger makes it write several, a reference lets it fail afterwards.
-- The reference goes: sources are never deleted. (This way is SQLite's own for constraints: ALTER TABLE
-- cannot drop one, and what is stored stays as it is.)
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES sources(key)', '')
    WHERE type = 'table' AND name = 'items';
PRAGMA writable_schema = RESET;

-- The line of a new item is made by the program from the values at hand; it reads as recorded_items
-- does. Asking the view would read the row back and build it in SQL.
DROP TRIGGER record_item;
CREATE TRIGGER record_item AFTER INSERT ON items
BEGIN SELECT noted_item(NEW.first_seen, NEW.id, NEW.revision,
    (SELECT id FROM sources WHERE key = NEW.source), NEW.arrival, NEW.title, NEW.summary, NEW.content,
    NEW.categories, NEW.guid, NEW.link, NEW.published, NEW.lang); END;
