-- When things happened stands in their lines as well, from "at" on at the end: when an item was first seen
-- (and whether its source was an official one), when a decision was taken (and on what was seen when), when
-- an alert was made (and by which version), when a mail came to rest, when somebody did something. What was
-- noted before says none of it: such a line is held against what the entry lets tell (record/instants.rs).
-- Views only: the triggers read them.
DROP VIEW recorded_items;
CREATE VIEW recorded_items AS SELECT i.key, json_object(
    'did', 'item', 'id', i.id, 'revision', i.revision, 'source', s.id, 'arrival', i.arrival,
    'text', digest(i.title, i.summary, i.content, i.categories, i.guid, i.link, i.published, i.lang),
    'at', i.first_seen, 'official', i.official) AS line
FROM items i JOIN sources s ON s.key = i.source WHERE coalesce(i.pruned, 0) = 0;

DROP VIEW recorded_decisions;
CREATE VIEW recorded_decisions AS SELECT d.key, json_object(
    'did', 'decision', 'id', d.key, 'item', i.id, 'revision', d.revision,
    'watchlist', d.watchlist, 'severity', d.severity, 'alerts', d.alerts, 'story', d.story, 'copy_of', d.copy_of,
    'untold', d.untold, 'companies', json((SELECT json_group_array(value ->> 'id')
        FROM json_each(d.judgement, '$.companies'))), 'why', digest(d.judgement),
    'at', d.at, 'seen', d.seen) AS line
FROM decisions d JOIN items i ON i.key = d.item;

DROP VIEW recorded_alerts;
CREATE VIEW recorded_alerts AS SELECT a.key, json_object(
    'did', 'alert', 'id', a.id, 'item', i.id, 'revision', a.revision, 'severity', a.severity,
    'story', a.story, 'marks', json(a.marks), 'why', digest(a.judgement),
    'at', a.at, 'watchlist', a.watchlist, 'copy_of', a.copy_of) AS line
FROM alerts a JOIN items i ON i.key = a.item;

DROP VIEW recorded_attempts;
CREATE VIEW recorded_attempts AS SELECT key, json_object(
    'did', 'attempt', 'id', id, 'state', state, 'attempts', attempts, 'reply', reply, 'sent', sent,
    'at', settled) AS line
FROM mails WHERE state NOT IN ('pending', 'sending');

DROP VIEW recorded_actions;
CREATE VIEW recorded_actions AS SELECT x.key, json_object(
    'did', 'action', 'id', x.key, 'author', x.author, 'deed', x.deed, 'verdict', x.verdict, 'alert', a.id,
    'item', i.id, 'subject', x.subject, 'what', x.what, 'why', x.why, 'until', x.until,
    'at', x.at) AS line
FROM actions x LEFT JOIN alerts a ON a.key = x.alert LEFT JOIN items i ON i.key = a.item;
