-- Whether the reader may have a mail that stands otherwise. `given`: the attempt that runs may have brought
-- the server the whole message. `perhaps_taken`: an attempt of which no clear answer is known did; that stays,
-- whatever later attempts came to.
ALTER TABLE mails ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mails ADD COLUMN perhaps_taken INTEGER NOT NULL DEFAULT 0;
-- How far a running attempt got is not known of the program before. What came to rest refused or given up was
-- told anew then, and stays so.
UPDATE mails SET given = 1 WHERE state = 'sending';
UPDATE mails SET perhaps_taken = 1
    WHERE state = 'uncertain' OR (uncertain > 0 AND state NOT IN ('sent', 'refused', 'dead'));
