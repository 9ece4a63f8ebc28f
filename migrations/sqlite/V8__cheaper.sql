-- What an item costs to store is what a first reading of ten thousand feeds costs.
--
-- A statement with a trigger that calls a function may fail after it wrote, so SQLite copies each page
-- that it touches to be able to take it back alone; and it looks for rows that refer to the new one. The
-- line of a new item is noted by the statement's caller instead (record/item.rs), for all items of a
-- poll at once. It reads as recorded_items does: an item that got in without one shows as unrecorded.
DROP TRIGGER record_item;

-- A claim lives no longer than the process that made it, which has the database to itself.
DROP TABLE claims;

-- What was put in force last, as a hash: putting the same in force again looks at nothing else.
CREATE TABLE adopted (
    what   TEXT PRIMARY KEY,
    digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;
