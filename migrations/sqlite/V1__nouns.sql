-- The nouns, one table each. Instants are UTC milliseconds. `key` is a row's number here and nowhere
-- else; `id` is the name that the whole program uses.
--
-- Hot rows are kept small: what a poll without news touches is one row of source_states; what an
-- item without hits costs is its row, three small keys and a number that comes and goes in waiting.

-- What is watched. A retired source keeps its row and its history.
CREATE TABLE sources (
    key           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    url           TEXT    NOT NULL,
    official      INTEGER NOT NULL,
    lang          TEXT,
    interval      INTEGER NOT NULL,            -- milliseconds
    allow_private INTEGER NOT NULL,
    first_run     TEXT    NOT NULL,            -- all, none, or milliseconds
    added         INTEGER NOT NULL,
    retired       INTEGER
) STRICT;

-- How a source is doing. run_*: polls of today that were alike and brought nothing, counted here
-- until something changes; then they become one row of polls.
CREATE TABLE source_states (
    source        INTEGER PRIMARY KEY REFERENCES sources(key),
    next_poll     INTEGER,                     -- NULL while retired
    health        TEXT    NOT NULL,
    since         INTEGER NOT NULL,
    etag          BLOB,
    last_modified BLOB,
    last_poll     INTEGER,
    last_success  INTEGER,
    last_full     INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    retry_after   INTEGER,
    entries       INTEGER,
    error         TEXT,
    items         INTEGER NOT NULL DEFAULT 0,  -- stored items
    shown_noted   INTEGER NOT NULL DEFAULT 0,  -- when items.shown was last brought up to date
    run_first     INTEGER NOT NULL DEFAULT 0,
    run_last      INTEGER NOT NULL DEFAULT 0,
    run_polls     INTEGER NOT NULL DEFAULT 0,
    run_status    INTEGER,
    run_bytes     INTEGER NOT NULL DEFAULT 0,
    read_at       TEXT,                        -- whose the validators are, if not the written address
    moved_to      TEXT,                        -- where its server says that it has moved for good
    moved_since   INTEGER,
    moved_times   INTEGER,
    usual_items   INTEGER NOT NULL DEFAULT 0,
    usual_pause   INTEGER,                     -- milliseconds
    latest        INTEGER                      -- when it last said something new
) STRICT;
CREATE INDEX source_states_due ON source_states(next_poll) WHERE next_poll IS NOT NULL;

-- Who is polling what, until when.
CREATE TABLE claims (
    source INTEGER PRIMARY KEY REFERENCES sources(key),
    until  INTEGER NOT NULL
) STRICT;

-- What was asked and what came: one row for a poll that brought items, one for a run of polls alike.
CREATE TABLE polls (
    key     INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES sources(key),
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    polls   INTEGER NOT NULL,
    status  INTEGER,
    bytes   INTEGER NOT NULL,
    entries INTEGER,
    new     INTEGER NOT NULL,
    edited  INTEGER NOT NULL,
    newest  INTEGER,                           -- newest publication among the new items
    error   TEXT
) STRICT;
CREATE INDEX polls_of_source ON polls(source, last);
CREATE INDEX polls_with_items ON polls(last) WHERE new > 0;

-- Stretches in which items may have come and gone unseen.
CREATE TABLE gaps (
    key     INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES sources(key),
    "from"  INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT;
CREATE INDEX gaps_until ON gaps(until);

-- Items at their newest revision. `pruned` is NULL until an item is past keeping; then 0 if it had
-- hits and keeps its words, else the instant at which only title and keys were left of it.
CREATE TABLE items (
    key        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    source     INTEGER NOT NULL REFERENCES sources(key),
    revision   INTEGER NOT NULL,
    official   INTEGER NOT NULL,
    arrival    TEXT    NOT NULL,
    first_seen INTEGER NOT NULL,
    published  INTEGER,
    shown      INTEGER NOT NULL,               -- last known to stand in the feed, within some days
    pruned     INTEGER,
    lang       TEXT,
    text_hash  TEXT    NOT NULL,
    guid       TEXT,
    link       TEXT,
    title      TEXT    NOT NULL,
    categories TEXT,                           -- JSON list, NULL when empty
    summary    TEXT    NOT NULL,
    content    TEXT    NOT NULL
) STRICT;

CREATE INDEX items_to_prune ON items(first_seen) WHERE pruned IS NULL;
CREATE INDEX items_pruned ON items(shown) WHERE pruned > 0;

-- guid, link and text of each item, as 64 bits of a hash: how a known item is found again. No
-- foreign key: it would need a second index as large as the table.
CREATE TABLE item_keys (
    source INTEGER NOT NULL,
    hash   INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    PRIMARY KEY (source, hash, item)
) STRICT, WITHOUT ROWID;

-- Earlier revisions that are still to be assessed, or that had hits.
CREATE TABLE revisions (
    item       INTEGER NOT NULL REFERENCES items(key),
    revision   INTEGER NOT NULL,
    arrival    TEXT    NOT NULL,
    first_seen INTEGER NOT NULL,
    published  INTEGER,
    lang       TEXT,
    text_hash  TEXT    NOT NULL,
    guid       TEXT,
    link       TEXT,
    title      TEXT    NOT NULL,
    categories TEXT,
    summary    TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    PRIMARY KEY (item, revision)
) STRICT, WITHOUT ROWID;

-- Revisions that wait to be assessed.
CREATE TABLE waiting (
    item     INTEGER NOT NULL REFERENCES items(key),
    revision INTEGER NOT NULL,
    PRIMARY KEY (item, revision)
) STRICT, WITHOUT ROWID;

-- What was decided about revisions with hits, held-back ones included. A revision that was assessed
-- and has no row here had none.
CREATE TABLE decisions (
    key       INTEGER PRIMARY KEY,
    item      INTEGER NOT NULL REFERENCES items(key),
    revision  INTEGER NOT NULL,
    watchlist INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    seen      INTEGER NOT NULL,                -- the revision's first_seen
    severity  TEXT,
    alerts    INTEGER NOT NULL,                -- whether the watchlist says it is to be told
    story     TEXT,
    copy_of   TEXT,
    untold    TEXT,                            -- why it is told to nobody all the same
    judgement TEXT    NOT NULL                 -- JSON
) STRICT;
CREATE INDEX decisions_of_item ON decisions(item);
CREATE INDEX decisions_at ON decisions(at);
CREATE INDEX decisions_seen ON decisions(seen) WHERE story IS NOT NULL;

CREATE TABLE stories (
    id     TEXT    PRIMARY KEY,
    began  INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    items  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
    key       INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    decision  INTEGER NOT NULL REFERENCES decisions(key),
    item      INTEGER NOT NULL REFERENCES items(key),
    revision  INTEGER NOT NULL,
    story     TEXT    NOT NULL,
    copy_of   TEXT,
    severity  TEXT    NOT NULL,
    marks     TEXT    NOT NULL,                -- JSON list
    watchlist INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    judgement TEXT                             -- JSON, where it differs from the decision's
) STRICT;
CREATE INDEX alerts_of_decision ON alerts(decision);
CREATE INDEX alerts_of_item ON alerts(item);

-- One alert for one reader ('' is the operator).
CREATE TABLE notices (
    alert       INTEGER NOT NULL REFERENCES alerts(key),
    reader      TEXT    NOT NULL,
    urgency     TEXT    NOT NULL,
    not_before  INTEGER NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'sealed', 'withdrawn')),
    occasion    TEXT    REFERENCES occasions(key),
    undelivered INTEGER NOT NULL DEFAULT 0,
    reason      TEXT,
    changed     INTEGER NOT NULL,
    PRIMARY KEY (alert, reader)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_pending ON notices(reader, alert) WHERE state = 'pending';
CREATE INDEX notices_of_occasion ON notices(occasion) WHERE occasion IS NOT NULL;

CREATE TABLE readers (
    name  TEXT    PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What occasioned mails; the primary key is what keeps an occasion from being sealed twice.
CREATE TABLE occasions (
    key          TEXT    PRIMARY KEY,
    kind         TEXT    NOT NULL,
    reader       TEXT    NOT NULL,             -- '' is the operator
    story        TEXT,
    message_id   TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    slot         INTEGER,                      -- of a scheduled digest
    covers_until INTEGER NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX occasions_of_reader ON occasions(reader, kind, at);

-- The outbox: one finished message for one address.
CREATE TABLE mails (
    key          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    occasion     TEXT    NOT NULL REFERENCES occasions(key),
    address      TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN
        ('pending', 'sending', 'sent', 'deferred', 'uncertain', 'refused', 'dead')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    uncertain    INTEGER NOT NULL DEFAULT 0,
    next_attempt INTEGER,                      -- of a mail being sent: the end of the lease
    sent         INTEGER,
    reply        TEXT    NOT NULL DEFAULT '',
    message      BLOB    NOT NULL,
    UNIQUE (occasion, address)
) STRICT;
CREATE INDEX mails_by_state ON mails(state);
CREATE INDEX mails_due ON mails(next_attempt) WHERE next_attempt IS NOT NULL;

-- Configurations that were accepted; equal texts are kept once.
CREATE TABLE config_versions (
    version INTEGER PRIMARY KEY,
    since   INTEGER NOT NULL
) STRICT;
CREATE TABLE config_texts (
    hash TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE config_files (
    version INTEGER NOT NULL REFERENCES config_versions(version),
    name    TEXT    NOT NULL,
    hash    TEXT    NOT NULL REFERENCES config_texts(hash),
    PRIMARY KEY (version, name)
) STRICT, WITHOUT ROWID;

-- Edits that were refused; mended is NULL while one waits.
CREATE TABLE rejected_edits (
    key      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    problems TEXT    NOT NULL,
    mended   INTEGER
) STRICT;

-- Work that only one may do at a time.
CREATE TABLE leases (
    name   TEXT    PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
