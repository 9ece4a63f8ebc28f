//! Every default in one place, so that the README's table and one test can pin them.
//!
//! Nothing else in `config` may write a default value; a section only says which of these it takes.

use std::time::Duration;

use crate::model::reader::{UrgentFrom, WhenEmpty};
use crate::model::{FirstRun, Severity};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

/// Folder of the files people edit, when neither the command line nor systemd names one.
pub const FOLDER: &str = "/etc/watchlistd";
/// State folder when systemd names none.
pub const STATE_FOLDER: &str = "/var/lib/watchlistd";
/// File name of the database in the state folder.
pub const DATABASE: &str = "state.db";
/// Folder (a Maildir) of the `file` transport, in the state folder.
pub const MAILDIR: &str = "mail";

/// From which severity on a reader gets a mail at once.
pub const URGENT: UrgentFrom = UrgentFrom::High;
/// Urgent mails an hour for one reader, before the rest is folded into one.
pub const URGENT_PER_HOUR: u32 = 6;
/// From which severity on a reader is told at all.
pub const MIN_SEVERITY: Severity = Severity::Medium;
/// When a digest goes out.
pub const DIGEST: &str = "weekdays 08:00";
/// An empty digest is sent: silence is not success.
pub const WHEN_EMPTY: WhenEmpty = WhenEmpty::Send;
/// Whether a digest lists mentions one by one.
pub const MENTIONS: bool = false;
/// Items in the body of one digest.
pub const MAX_ITEMS: u32 = 50;

/// Severity of a topic that names none.
pub const TOPIC_SEVERITY: Severity = Severity::Medium;

/// Time between polls of an ordinary source.
pub const INTERVAL: Duration = Duration::from_secs(30 * MINUTE);
/// Time between polls of an official source.
pub const OFFICIAL_INTERVAL: Duration = Duration::from_secs(15 * MINUTE);
/// Requests at the same time to one host.
pub const PER_HOST: u32 = 2;
/// Pause between requests to one host.
pub const PAUSE: Duration = Duration::from_millis(250);
/// Addresses of private networks are not read.
pub const ALLOW_PRIVATE: bool = false;
/// What the first successful read of a source tells.
pub const FIRST_RUN: FirstRun = FirstRun::Within(Duration::from_secs(7 * DAY));

/// Company and topic together alert without any rule.
pub const MATCHING_DEFAULTS: bool = true;
/// How far back a new term is matched.
pub const BACKFILL: Duration = Duration::from_secs(7 * DAY);

/// Port of mail submission with STARTTLS (RFC 6409).
pub const PORT_STARTTLS: u16 = 587;
/// Port of mail submission with TLS from the first byte (RFC 8314).
pub const PORT_IMPLICIT: u16 = 465;
/// Port of plain SMTP (RFC 5321), for a relay on the same machine.
pub const PORT_PLAIN: u16 = 25;

/// How long items are kept.
pub const KEEP_ITEMS: Duration = Duration::from_secs(400 * DAY);
/// How long single polls are kept.
pub const KEEP_POLLS: Duration = Duration::from_secs(90 * DAY);
/// How long the text of alerted and held-back items is kept.
pub const KEEP_AUDIT: Duration = Duration::from_secs(3650 * DAY);
/// Free space on the database's disk, in bytes, below which nothing new is taken in.
pub const FREE_SPACE: u64 = 200_000_000;
