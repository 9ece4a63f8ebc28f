-- The record of what was done: append-only and chained by hashes.
--
-- One row for each commit that changed anything worth proving; `body` holds one JSON object a line.
-- A view says how a row of a table stands in the record, and a trigger notes that line whenever the
-- row is written: so nothing gets into these tables unrecorded, and verifying is comparing the views
-- with what was noted. noted(), judged() and digest() belong to the program; whoever writes to these
-- tables without it fails.
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    body   TEXT    NOT NULL,
    hash   BLOB    NOT NULL                    -- SHA-256 of the hash before, number, at and body
) STRICT;
CREATE TRIGGER records_change BEFORE UPDATE ON records
BEGIN SELECT raise(ABORT, 'the record is append-only'); END;
CREATE TRIGGER records_delete BEFORE DELETE ON records
BEGIN SELECT raise(ABORT, 'the record is append-only'); END;

CREATE VIEW recorded_sources AS SELECT key, json_object(
    'did', 'source', 'id', id, 'url', url, 'official', official, 'retired', retired) AS line
FROM sources;
CREATE TRIGGER record_source AFTER INSERT ON sources
BEGIN SELECT noted(NEW.added, line) FROM recorded_sources WHERE key = NEW.key; END;
CREATE TRIGGER record_source_edit AFTER UPDATE OF url, official, retired ON sources
WHEN NEW.url <> OLD.url OR NEW.official <> OLD.official OR NEW.retired IS NOT OLD.retired
BEGIN SELECT noted(coalesce(NEW.retired, 0), line) FROM recorded_sources WHERE key = NEW.key; END;

CREATE VIEW recorded_polls AS SELECT p.key, json_object(
    'did', 'polled', 'id', p.key, 'source', s.id, 'first', p.first, 'last', p.last,
    'polls', p.polls, 'status', p.status, 'bytes', p.bytes, 'entries', p.entries, 'new', p.new,
    'edited', p.edited, 'error', p.error) AS line
FROM polls p JOIN sources s ON s.key = p.source;
CREATE TRIGGER record_poll AFTER INSERT ON polls
BEGIN SELECT noted(NEW.last, line) FROM recorded_polls WHERE key = NEW.key; END;

CREATE VIEW recorded_gaps AS SELECT g.key, json_object(
    'did', 'gap', 'id', g.key, 'source', s.id, 'from', g."from", 'until', g.until) AS line
FROM gaps g JOIN sources s ON s.key = g.source;
CREATE TRIGGER record_gap AFTER INSERT ON gaps
BEGIN SELECT noted(NEW.until, line) FROM recorded_gaps WHERE key = NEW.key; END;

-- Of an item the newest revision; `text` covers all that its publisher said of it. An item whose
-- text was forgotten has no line.
CREATE VIEW recorded_items AS SELECT i.key, json_object(
    'did', 'item', 'id', i.id, 'revision', i.revision, 'source', s.id, 'arrival', i.arrival,
    'text', digest(i.title, i.summary, i.content, i.categories, i.guid, i.link, i.published, i.lang))
    AS line
FROM items i JOIN sources s ON s.key = i.source WHERE coalesce(i.pruned, 0) = 0;
CREATE TRIGGER record_item AFTER INSERT ON items
BEGIN SELECT noted(NEW.first_seen, line) FROM recorded_items WHERE key = NEW.key; END;
CREATE TRIGGER record_item_edit AFTER UPDATE OF revision ON items WHEN NEW.revision <> OLD.revision
BEGIN SELECT noted(NEW.first_seen, line) FROM recorded_items WHERE key = NEW.key; END;

-- What was assessed and said nothing leaves no row: it is counted, with a hash over which it were.
CREATE TRIGGER record_judged AFTER DELETE ON waiting
BEGIN SELECT judged(OLD.item, OLD.revision); END;

CREATE VIEW recorded_terms AS SELECT key, json_object(
    'did', 'term', 'id', key, 'text', digest(text)) AS line
FROM terms;
CREATE TRIGGER record_term AFTER INSERT ON terms
BEGIN SELECT noted(0, line) FROM recorded_terms WHERE key = NEW.key; END;

CREATE VIEW recorded_decisions AS SELECT d.key, json_object(
    'did', 'decision', 'id', d.key, 'item', i.id, 'revision', d.revision,
    'watchlist', d.watchlist, 'severity', d.severity, 'alerts', d.alerts, 'story', d.story, 'copy_of', d.copy_of,
    'untold', d.untold, 'companies', json((SELECT json_group_array(value ->> 'id')
        FROM json_each(d.judgement, '$.companies'))), 'why', digest(d.judgement)) AS line
FROM decisions d JOIN items i ON i.key = d.item;
CREATE TRIGGER record_decision AFTER INSERT ON decisions
BEGIN SELECT noted(NEW.at, line) FROM recorded_decisions WHERE key = NEW.key; END;

CREATE VIEW recorded_alerts AS SELECT a.key, json_object(
    'did', 'alert', 'id', a.id, 'item', i.id, 'revision', a.revision, 'severity', a.severity,
    'story', a.story, 'marks', json(a.marks), 'why', digest(a.judgement)) AS line
FROM alerts a JOIN items i ON i.key = a.item;
CREATE TRIGGER record_alert AFTER INSERT ON alerts
BEGIN SELECT noted(NEW.at, line) FROM recorded_alerts WHERE key = NEW.key; END;

CREATE VIEW recorded_notices AS SELECT n.alert AS key, n.reader, json_object(
    'did', 'notice', 'id', a.id || '/' || n.reader, 'urgency', n.urgency, 'state', n.state,
    'occasion', n.occasion, 'reason', n.reason) AS line
FROM notices n JOIN alerts a ON a.key = n.alert;
CREATE TRIGGER record_notice AFTER INSERT ON notices
BEGIN SELECT noted(NEW.changed, line) FROM recorded_notices
      WHERE key = NEW.alert AND reader = NEW.reader; END;
CREATE TRIGGER record_notice_change AFTER UPDATE OF urgency, state, occasion, reason ON notices
BEGIN SELECT noted(NEW.changed, line) FROM recorded_notices
      WHERE key = NEW.alert AND reader = NEW.reader; END;

CREATE VIEW recorded_readers AS SELECT name AS key, json_object(
    'did', 'reader', 'id', name, 'since', since) AS line
FROM readers;
CREATE TRIGGER record_reader AFTER INSERT ON readers
BEGIN SELECT noted(NEW.since, line) FROM recorded_readers WHERE key = NEW.name; END;
CREATE TRIGGER record_reader_change AFTER UPDATE OF since ON readers WHEN NEW.since <> OLD.since
BEGIN SELECT noted(NEW.since, line) FROM recorded_readers WHERE key = NEW.name; END;

CREATE VIEW recorded_occasions AS SELECT key, json_object(
    'did', 'sealed', 'id', key, 'reader', reader, 'story', story, 'message_id', message_id,
    'subject', subject, 'covers_until', covers_until, 'at', at) AS line
FROM occasions;
CREATE TRIGGER record_occasion AFTER INSERT ON occasions
BEGIN SELECT noted(NEW.at, line) FROM recorded_occasions WHERE key = NEW.key; END;

CREATE VIEW recorded_mails AS SELECT key, json_object(
    'did', 'mail', 'id', id, 'occasion', occasion, 'address', address, 'message', digest(message))
    AS line
FROM mails;
CREATE TRIGGER record_mail AFTER INSERT ON mails
BEGIN SELECT noted(coalesce(NEW.next_attempt, 0), line) FROM recorded_mails WHERE key = NEW.key; END;

-- Where a mail stands; one that is being sent stands where it stood.
CREATE VIEW recorded_attempts AS SELECT key, json_object(
    'did', 'attempt', 'id', id, 'state', state, 'attempts', attempts, 'reply', reply, 'sent', sent)
    AS line
FROM mails WHERE state NOT IN ('pending', 'sending');
CREATE TRIGGER record_attempt AFTER UPDATE OF state, reply ON mails WHEN NEW.state <> 'sending'
BEGIN SELECT noted(coalesce(NEW.settled, 0), line) FROM recorded_attempts WHERE key = NEW.key; END;

CREATE VIEW recorded_files AS SELECT f.version AS key, f.name, json_object(
    'did', 'file', 'id', f.version || '/' || f.name, 'text', digest(t.text)) AS line
FROM config_files f JOIN config_texts t ON t.hash = f.hash;
CREATE TRIGGER record_file AFTER INSERT ON config_files
BEGIN SELECT noted(0, line) FROM recorded_files WHERE key = NEW.version AND name = NEW.name; END;
CREATE VIEW recorded_versions AS SELECT version AS key, json_object(
    'did', 'version', 'id', version, 'since', since) AS line
FROM config_versions;
CREATE TRIGGER record_version AFTER INSERT ON config_versions
BEGIN SELECT noted(NEW.since, line) FROM recorded_versions WHERE key = NEW.version; END;

CREATE VIEW recorded_edits AS SELECT key, json_object(
    'did', 'refused edit', 'id', key, 'at', at, 'problems', digest(problems)) AS line
FROM rejected_edits;
CREATE TRIGGER record_edit AFTER INSERT ON rejected_edits
BEGIN SELECT noted(NEW.at, line) FROM recorded_edits WHERE key = NEW.key; END;
