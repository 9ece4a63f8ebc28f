-- When a mail came to rest (while it still wants sending: its last attempt), so that the operator is
-- told of each that ended badly, once.
ALTER TABLE mails ADD COLUMN settled INTEGER;
