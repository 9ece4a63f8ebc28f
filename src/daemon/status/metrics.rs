//! The figures in OpenMetrics text, which Prometheus reads.
//!
//! Names as its conventions want them: base units, `_total` on what only grows, instants as seconds
//! since 1970. No label holds a source, a reader or an address.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry};

use super::process::Process;
use super::ready;
use super::tally::{Label, Tally};
use super::view::View;
use crate::model::Timestamp;
use crate::model::source::Health;

type Whole = Gauge<i64>;
type Real = Gauge<f64, std::sync::atomic::AtomicU64>;

/// The page.
pub(super) fn page(view: &View, tally: &Tally) -> String {
    let mut registry = Registry::default();
    let ours = registry.sub_registry_with_prefix("watchlistd");
    progress(ours, view);
    stock(ours, view);
    counters(ours, tally);
    process(registry.sub_registry_with_prefix("process"), view);
    let mut page = String::new();
    encode(&mut page, &registry).expect("writing to a string cannot fail");
    page
}

fn progress(to: &mut Registry, view: &View) {
    to.register("build", "The program", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
    whole(to, "ready", "1 while polls and deliveries make progress", {
        u64::from(ready::obstacles(view).is_empty())
    });
    whole(to, "network_out", "1 while no host answers", u64::from(view.network_out.is_some()));
    whole(to, "mail_down", "1 while no mail gets out", u64::from(view.mail_down.is_some()));
    whole(to, "mail_held", "1 while a restore waits to be resumed", u64::from(view.held.is_some()));
    whole(to, "stalled_loops", "Loops that have been silent too long", view.silent.len() as u64);
    instant(to, "last_poll_timestamp_seconds", "When a poll last ended", view.last_poll);
    instant(
        to,
        "oldest_waiting_mail_timestamp_seconds",
        "When the oldest mail that still waits was sealed; 0: none waits",
        view.oldest_waiting,
    );
    whole(to, "configuration_version", "Version of the files in force", view.version);
    whole(to, "edit_refused", "1 while an edit waits to be mended", u64::from(view.edit_refused));
    whole(
        to,
        "left_out",
        "Mistakes for which a part of the version in force is not used",
        view.left_out as u64,
    );
}

fn stock(to: &mut Registry, view: &View) {
    let (sources, mails) = (Family::<Label, Whole>::default(), Family::<Label, Whole>::default());
    let mut items = 0;
    for health in Health::ALL {
        let (count, stored) = view.sources.get(&health).copied().unwrap_or_default();
        sources.get_or_create(&[("health", health.as_str())]).set(signed(count));
        items += stored;
    }
    for (state, count) in &view.mails {
        mails.get_or_create(&[("state", state.as_str())]).set(signed(*count));
    }
    to.register("sources", "Sources in force, by health", sources);
    let read = "Sources in force that count as read, as mails count them";
    whole(to, "sources_read", read, view.sources_read);
    to.register("mails", "Mails in the outbox, by state", mails);
    whole(to, "stored_items", "Items stored of the sources in force", items);
    whole(to, "readers", "Readers in force", view.readers as u64);
    if let Some(free) = view.free {
        whole(to, "disk_free_bytes", "Room on the disk of the state", free);
    }
}

fn counters(to: &mut Registry, tally: &Tally) {
    to.register("polls", "Polls since the start, by what came", tally.polls.clone());
    to.register("items", "Items stored since the start", tally.items.clone());
    to.register("assessed", "Revisions judged since the start", tally.assessed.clone());
    to.register("alerts", "Alerts decided since the start", tally.alerts.clone());
    to.register("notices", "Notices made for readers since the start", tally.notices.clone());
    to.register(
        "mail_attempts",
        "Attempts to hand over a mail since the start, by where they left it",
        tally.attempts.clone(),
    );
    to.register("failed_steps", "Steps that failed since the start", tally.troubles.clone());
}

fn process(to: &mut Registry, view: &View) {
    let process = Process::look();
    instant(to, "start_time_seconds", "When the service started", Some(view.started));
    if let Some(memory) = process.memory {
        whole(to, "resident_memory_bytes", "Memory in use", memory);
    }
    if let Some(files) = process.files {
        whole(to, "open_fds", "Open file descriptors", files);
    }
    if let Some(seconds) = process.processor {
        let counter = prometheus_client::metrics::counter::Counter::<
            f64,
            std::sync::atomic::AtomicU64,
        >::default();
        counter.inc_by(seconds);
        to.register("cpu_seconds", "Processor time taken", counter);
    }
}

fn whole(to: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge = Whole::default();
    gauge.set(signed(value));
    add(to, name, help, gauge);
}

fn instant(to: &mut Registry, name: &str, help: &str, at: Option<Timestamp>) {
    let gauge = Real::default();
    gauge.set(at.map_or(0.0, |at| at.millis() as f64 / 1000.0));
    add(to, name, help, gauge);
}

fn add(to: &mut Registry, name: &str, help: &str, metric: impl Metric) {
    to.register(name, help, metric);
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
