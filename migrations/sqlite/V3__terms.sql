-- Long terms of watchlists, once each: a hit in a judgement names its term by this number.
CREATE TABLE terms (
    key  INTEGER PRIMARY KEY,
    text TEXT    NOT NULL UNIQUE
) STRICT;
