//! The reading side: pages of `(after, limit) → rows`, beside a running service as well.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::looked::Run;
use crate::model::mail::{Changed, Refusal};
use crate::model::record::{self, Restore};
use crate::model::source::{Gap, Health, SourceState};
use crate::model::{
    Action, AlertId, Canary, Item, ItemId, Judgement, MailId, MailKey, MailKind, MailState, Pause,
    PendingNotice, Recovered, Source, SourceCoverage, SourceId, StoryId, Timestamp,
};

use super::review::{Absence, Review};
use super::{Answer, ConfigVersion, FileChange, RejectedEdit, Start, StoredMail};

/// The part that only reads, in pages: `(after, limit) → rows`.
pub trait Archive: Send + Sync {
    /// The configuration in force, if there ever was one.
    fn config_in_force(&self) -> Answer<'_, Option<ConfigVersion>>;

    /// The configuration that was in force at an instant, if there was one.
    fn config_at(&self, at: Timestamp) -> Answer<'_, Option<ConfigVersion>>;

    /// What of the configuration in force this program cannot use, a line each, as it noted when it put it in
    /// force; `None` where another program did that, or nobody noted it.
    fn left_out(&self) -> Answer<'_, Option<Vec<String>>>;

    /// The last start, if one was noted.
    fn last_start(&self) -> Answer<'_, Option<Start>>;

    /// All restores from a backup, oldest first.
    fn restores(&self) -> Answer<'_, Vec<Restore>>;

    /// The edit that is waiting to be mended, if any.
    fn rejected_edit(&self) -> Answer<'_, Option<RejectedEdit>>;

    /// Sources in force, by id.
    fn sources(&self, after: Option<SourceId>, limit: usize) -> Answer<'_, Vec<SourceRow>>;

    /// All sources that ever were in force, by id, retired ones too: what mails call them.
    fn known_sources(&self) -> Answer<'_, Vec<SourceCoverage>>;

    /// Sources in force that are read again since `from` (not included) and until `until`, and were
    /// in trouble before.
    fn recovered(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Recovered>>;

    /// Items that a reader was told of and that their publisher changed since, seen from `from`
    /// until `until` (not included), where nothing more is told of the change: the newest change of
    /// each, newest first, and at most `limit`.
    fn changed(
        &self,
        reader: String,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<Changed>>;

    /// How many sources in force stand so, and how many items are stored of them.
    fn sources_by_health(&self) -> Answer<'_, BTreeMap<Health, (u64, u64)>>;

    /// How many sources in force count as read ([`SourceCoverage::is_read`]).
    fn sources_read(&self, now: Timestamp) -> Answer<'_, u64>;

    /// How many mails stand where.
    fn outbox(&self) -> Answer<'_, BTreeMap<MailState, u64>>;

    /// Mails, newest first.
    fn mails(&self, after: Option<MailId>, limit: usize) -> Answer<'_, Vec<MailRow>>;

    /// Mails in these states, newest first: at most `limit`.
    fn mails_in(&self, states: Vec<MailState>, limit: usize) -> Answer<'_, Vec<MailRow>>;

    /// The operator's mails that were sealed since an instant and came to rest, newest first; the canary's left out.
    fn operator_mails(&self, since: Timestamp) -> Answer<'_, Vec<MailRow>>;

    /// How many notices wait for a mail, by reader; the operator's name is empty.
    fn pending_by_reader(&self) -> Answer<'_, BTreeMap<String, u64>>;

    /// When the oldest mail that still wants sending was sealed, if any does.
    fn oldest_waiting(&self) -> Answer<'_, Option<Timestamp>>;

    /// The mails with a Message-ID, one for each address: with or without its angle brackets.
    fn mails_of(&self, message_id: String) -> Answer<'_, Vec<MailRow>>;

    /// One mail with its message.
    fn stored_mail(&self, mail: MailId) -> Answer<'_, Option<StoredMail>>;

    /// The digest that was sealed last for a reader, one of its mails.
    fn newest_digest(&self, reader: String) -> Answer<'_, Option<MailId>>;

    /// Alerts decided after `from` and until `until` that were to be told to somebody, oldest first:
    /// `limit` of them, those of high severity before others and the newest before older ones. As notices of nobody, each
    /// with what was said of mails that told it and were refused, whoever these were for.
    fn alerts_between(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<PendingNotice>>;

    /// Mails to any of these addresses, in any spelling of case, that were refused since an instant, or rest as
    /// uncertain since.
    fn refusals(&self, addresses: Vec<String>, since: Timestamp) -> Answer<'_, Vec<Refusal>>;

    /// What was said of a reader's last mails of these kinds as far back as none reached anybody, or may yet: the newest
    /// occasion first, with the words for each of its addresses; a few at most.
    fn in_vain(&self, reader: String, kinds: Vec<MailKind>) -> Answer<'_, Vec<Vec<String>>>;

    /// When the last occasion was sealed whose key begins so, up to `until`.
    fn last_sealed(&self, prefix: String, until: Timestamp) -> Answer<'_, Option<Timestamp>>;

    /// Stored items, oldest first.
    fn items(&self, after: Option<ItemId>, limit: usize) -> Answer<'_, Vec<Item>>;

    /// Items whose newest revision was first seen from `from` until `until` (not included) and whose
    /// text is kept, in order of that instant, after the place where a page before ended.
    fn items_seen(
        &self,
        from: Timestamp,
        until: Timestamp,
        after: Option<SeenMark>,
        limit: usize,
    ) -> Answer<'_, SeenPage>;

    /// What was decided about the newest revision of each of these items; an item that nothing was found
    /// in has no judgement, and one that waits to be assessed is left out.
    fn decisions_on(&self, items: Vec<ItemId>) -> Answer<'_, Vec<(ItemId, Option<Judgement>)>>;

    /// The programs that took the store over last, by name and version: this one, then the one before.
    fn programs(&self) -> Answer<'_, Vec<String>>;

    /// How each source in force was polled between two instants.
    fn accounts(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Account>>;

    /// Gaps noticed between two instants.
    fn gaps_between(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Gap>>;

    /// Stretches in which nothing was polled on purpose that touch the time from `from` until `until`
    /// (not included), oldest first.
    fn pauses_between(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Pause>>;

    /// An item at its newest revision.
    fn item(&self, item: ItemId) -> Answer<'_, Option<Item>>;

    /// When an item was first seen, in whatever words. `None` where that is not known: it was edited when earlier
    /// instants were kept only of words with hits.
    fn began(&self, item: ItemId) -> Answer<'_, Option<Timestamp>>;

    /// Ids of items, alerts and mails that begin so: at most `limit` of each, newest first.
    fn ids_like(&self, begins: String, limit: usize) -> Answer<'_, Vec<String>>;

    /// Alerts that a mail told, or was to tell, in the order in which they were decided.
    fn told_by(&self, mail: MailId) -> Answer<'_, Vec<AlertId>>;

    /// What people did between two instants, newest first; with a subject (`company:ID`), about that.
    fn actions(
        &self,
        subject: Option<String>,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<Action>>;

    /// Lines of the record that name one of these ids, oldest first, each in an entry of its own:
    /// at most `limit`.
    fn record_naming(&self, ids: Vec<String>, limit: usize) -> Answer<'_, Vec<record::Entry>>;

    /// Decisions between two instants about something, oldest first, after the row `after` (0: from
    /// the beginning).
    fn decided(
        &self,
        about: About,
        from: Timestamp,
        until: Timestamp,
        after: i64,
        limit: usize,
    ) -> Answer<'_, Vec<DecidedRow>>;

    /// The latest instant at which files were put in force or a mail was sealed, if it lies over a minute
    /// ahead of `now`: the clock was wrong then, or is wrong now.
    fn ahead_of(&self, now: Timestamp) -> Answer<'_, Option<Timestamp>>;

    /// Versions of the configuration after `after`, oldest first.
    fn config_versions(&self, after: u64, limit: usize) -> Answer<'_, Vec<ConfigVersion>>;

    /// Versions after this number, in force since later than `from`, that changed this file, oldest first.
    fn file_changes(
        &self,
        name: String,
        from: Timestamp,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Vec<FileChange>>;

    /// Canaries planted between two instants, oldest first.
    fn canaries(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Canary>>;

    /// How far a day's canary has come.
    fn canary_progress(&self, day: String) -> Answer<'_, CanaryProgress>;

    /// How large the database is, and how large it was.
    fn size(&self) -> Answer<'_, Size>;

    /// Reviews of versions, newest first.
    fn reviews(&self, limit: usize) -> Answer<'_, Vec<Review>>;

    /// The newest reviewed version that somebody stands by, or that nobody has to.
    fn stood_by(&self) -> Answer<'_, Option<u64>>;

    /// Absences that somebody said are meant, since an instant, oldest first.
    fn absences(&self, since: Timestamp) -> Answer<'_, Vec<Absence>>;

    /// The end of the record, once there is one: every digest prints it.
    fn record_head(&self) -> Answer<'_, Option<record::Head>>;

    /// Entries of the record after that number, oldest first.
    fn record(&self, after: u64, limit: usize) -> Answer<'_, Vec<record::Entry>>;

    /// Reads the whole record and holds all that is stored against it. With a head that was kept
    /// elsewhere (in a mail), also tells whether the record was rewritten since.
    fn verify_record(&self, kept: Option<record::Head>) -> Answer<'_, record::Verified>;
}

/// A page of items by when they were seen.
#[derive(Clone, Debug, Default)]
pub struct SeenPage {
    /// The items.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<SeenMark>,
}

/// Where a page of items by when they were seen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenMark {
    /// When its last item was seen.
    pub at: Timestamp,
    /// The row of that item: its order among items of the same instant.
    pub row: i64,
}

/// What decisions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Items that name a company (by id), or would but for a guard.
    Company(String),
    /// The same of a topic.
    Topic(String),
    /// One item, all its revisions.
    Item(ItemId),
    /// The decision that one alert rests on.
    Alert(AlertId),
}

/// A source in a listing.
#[derive(Clone, Debug)]
pub struct SourceRow {
    /// The source.
    pub source: Source,
    /// How it is doing.
    pub state: SourceState,
    /// When it is polled next.
    pub next_poll: Timestamp,
    /// Items stored of it.
    pub items: u64,
}

/// A mail in a listing.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// Its row.
    pub id: MailId,
    /// The occasion.
    pub key: MailKey,
    /// What occasioned it.
    pub kind: MailKind,
    /// The reader, by name; `None` for the operator.
    pub reader: Option<String>,
    /// The address.
    pub address: String,
    /// Where it stands.
    pub state: MailState,
    /// Its subject.
    pub subject: String,
    /// When it was sealed.
    pub at: Timestamp,
    /// When the server took it.
    pub sent: Option<Timestamp>,
    /// Attempts that counted.
    pub attempts: u32,
    /// When it was last tried, or came to rest.
    pub tried: Option<Timestamp>,
    /// When it is tried next; of one that is being sent, the end of the lease.
    pub next_attempt: Option<Timestamp>,
    /// The server's last reply.
    pub reply: String,
}

/// How a source was polled in a window.
#[derive(Clone, Debug)]
pub struct Account {
    /// The source.
    pub source: SourceId,
    /// Its address as written.
    pub url: String,
    /// Whether it is official.
    pub official: bool,
    /// How often it is polled at most.
    pub interval: Duration,
    /// Since when it is watched.
    pub added: Timestamp,
    /// Until when it was, if it is no longer.
    pub retired: Option<Timestamp>,
    /// Polls made.
    pub polls: u64,
    /// Those that read nothing.
    pub failed: u64,
    /// Those that read the feed and had a remark to make: entries that were lost, a feed that is silent or has moved.
    pub remarked: u64,
    /// New items.
    pub new: u64,
    /// When the first of these polls was.
    pub first: Option<Timestamp>,
    /// When the last was.
    pub last: Option<Timestamp>,
    /// What the troubles were, in words, each once.
    pub troubles: Vec<String>,
    /// These polls as they were counted together, in order.
    pub runs: Vec<Run>,
}

/// A decision with what came of it.
#[derive(Clone, Debug)]
pub struct DecidedRow {
    /// Its row, for the next page.
    pub key: i64,
    /// The item at the revision that was judged.
    pub item: Item,
    /// When the item was first seen, in whatever words, where that is known.
    pub began: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
    /// By which version of the watchlist.
    pub watchlist: u64,
    /// Why nobody is told, if so.
    pub untold: Option<String>,
    /// The alert, if it is one.
    pub alert: Option<AlertId>,
    /// The story that it joined, if any.
    pub story: Option<StoryId>,
    /// The item that it repeats, if it is a copy.
    pub copy_of: Option<ItemId>,
    /// What people made of the alert, oldest first.
    pub actions: Vec<Action>,
    /// What the watchlist made of it.
    pub judgement: Judgement,
    /// Whom it reached.
    pub told: Vec<TellingRow>,
}

/// One reader's notice of an alert, with the mails that told it.
#[derive(Clone, Debug)]
pub struct TellingRow {
    /// The reader, by name; `None` for the operator.
    pub reader: Option<String>,
    /// pending, sealed or withdrawn.
    pub state: String,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// The mails of the occasion that told it.
    pub mails: Vec<MailRow>,
}

/// How far a canary has come: each step is there once it was taken.
#[derive(Clone, Debug, Default)]
pub struct CanaryProgress {
    /// When its feed was last asked for since it was planted.
    pub polled: Option<Timestamp>,
    /// What was wrong with that.
    pub trouble: Option<String>,
    /// Its item is stored.
    pub stored: bool,
    /// Its item was judged.
    pub judged: bool,
    /// It was judged to be an alert.
    pub alerted: bool,
    /// Its mails, once they were sealed.
    pub mails: Vec<MailRow>,
}

/// How large the database is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes of its file, what was not brought home yet left out.
    pub bytes: u64,
    /// What it was on earlier days: days since 1970 in UTC, oldest first; at most the last 92.
    pub before: Vec<(i64, u64)>,
}
