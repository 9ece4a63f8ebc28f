//! What the service does beside its loops: it answers signals and edits of the files, and feeds the
//! watchdog while every loop makes progress.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::anyhow;
use tokio::sync::mpsc;
use tokio::sync::watch::Sender;
use tokio::task::JoinSet;

use super::lifecycle::{self, Request, Signals};
use super::shared::{LONGEST_SLEEP, Shared};
use super::start;
use super::wire::{self, Parts};
use crate::config::{Environment, Files, Settings};
use crate::model::{Timestamp, counted};
use crate::notify::smtp::Transport;
use crate::pipeline::InForce;

/// How many sources are read, and how many readers told.
pub(super) fn sources_and_readers(parts: &Parts, between: &str) -> String {
    let sources = counted(parts.sources.len() as u64, "source");
    format!("{sources}{between}{}", counted(parts.readers.len() as u64, "reader"))
}

pub(super) fn status_line(parts: &Parts) -> String {
    format!("watching {}", sources_and_readers(parts, " for "))
}

pub(super) struct Service {
    pub(super) folder: PathBuf,
    pub(super) environment: Environment,
    /// What storage, transport and pace were set up from.
    pub(super) started: Settings,
    pub(super) parts: Parts,
    pub(super) transport: Transport,
    pub(super) current: Sender<Arc<InForce>>,
    pub(super) shared: Shared,
}

impl Service {
    /// Answers requests until one says stop, or a loop ends by itself.
    pub(super) async fn attend(
        &mut self,
        signals: &mut Signals,
        edited: &mut mpsc::Receiver<()>,
        loops: &mut JoinSet<&'static str>,
    ) -> anyhow::Result<()> {
        let every = lifecycle::watchdog_interval().unwrap_or(LONGEST_SLEEP);
        let mut watchdog = tokio::time::interval(every);
        loop {
            tokio::select! {
                request = signals.next() => match request {
                    Request::Stop => {
                        tracing::info!("stopping: finishing what is under way");
                        return Ok(());
                    }
                    Request::Reload => {
                        self.reload().await;
                        // Whoever asks for it may have mended what no file tells: an account, a firewall.
                        self.transport.ask_again();
                        self.shared.sealed.notify_one();
                    }
                },
                Some(()) = edited.recv() => self.take_edit().await,
                ended = loops.join_next() => {
                    return Err(match ended {
                        Some(Ok(name)) => anyhow!("the {name} loop ended by itself"),
                        Some(Err(error)) => anyhow!(error).context("a loop ended in a bug"),
                        None => anyhow!("every loop ended by itself"),
                    });
                }
                _ = watchdog.tick() => {
                    let silent = self.shared.pulse.silent();
                    if silent.is_empty() {
                        lifecycle::alive();
                    } else {
                        tracing::error!("no progress in: {}", silent.join(", "));
                    }
                }
            }
        }
    }

    /// The files were edited: takes them, unless they say what is in force already.
    async fn take_edit(&mut self) {
        let same = Files::read(&self.folder)
            .is_ok_and(|files| files.is_sound() && files.texts() == self.parts.files.texts());
        if !same || self.current.borrow().rejected.is_some() {
            self.reload().await;
        }
    }

    /// Reads the files again. A bad edit leaves the version in force where it is.
    async fn reload(&mut self) {
        lifecycle::reloading();
        match self.try_reload().await {
            Ok(()) => {}
            Err(error) => tracing::error!("reload: {error:#}; the version in force stays"),
        }
        lifecycle::ready(&status_line(&self.parts));
    }

    async fn try_reload(&mut self) -> anyhow::Result<()> {
        let store = Arc::clone(&self.shared.ground.store);
        let now = self.shared.now();
        let (parts, words, problems) = match Files::read(&self.folder) {
            Ok(files) if start::is_in_force(&files, &self.parts) => {
                return self.stay_in_part(now).await;
            }
            Ok(files) => {
                let gone = start::gone(&*store, &files).await?;
                let (parts, mut problems) = wire::build_to_run(files, &self.environment);
                let parts = parts.filter(|_| gone.is_empty());
                problems.extend(gone);
                (parts, start::words_of(&problems), problems)
            }
            Err(error) => (None, error.to_string(), Vec::new()),
        };
        let Some(parts) = parts else {
            start::reject(&*store, &words, now).await?;
            tracing::error!("reload: the edit is refused and the version in force stays:\n{words}");
            let version = self.current.borrow().version;
            self.put_in_force(self.parts.in_force(version, Some(words)));
            return Ok(());
        };
        for doubt in &problems {
            tracing::warn!("reload: {doubt}");
        }
        for thing in wire::needs_restart(&self.started, &parts.settings) {
            tracing::warn!("reload: {thing} changed; that needs a restart");
        }
        if self.transport.renew() {
            tracing::info!("reload: the mail server's password was changed; the new one is used");
            self.shared.sealed.notify_one();
        }
        let version = start::adopt(&*store, &parts, now).await?;
        tracing::info!(
            version,
            "reloaded: version {version}, {}",
            sources_and_readers(&parts, ", ")
        );
        let in_force = parts.in_force(version, None);
        self.parts = parts;
        self.put_in_force(in_force);
        Ok(())
    }

    /// The files are those in force, of which this program can use only a part: nobody edited anything, and an edit
    /// that was refused was taken back.
    async fn stay_in_part(&self, now: Timestamp) -> anyhow::Result<()> {
        start::stay(&*self.shared.ground.store, &self.parts, None, now).await?;
        let in_force = self.parts.in_force(self.current.borrow().version, None);
        tracing::error!("reload: {}", start::in_part(&in_force));
        self.put_in_force(in_force);
        Ok(())
    }

    /// Hands the loops what is in force of [`Service::parts`]; what waits for a restart goes on waiting, whatever came of
    /// the last edit.
    fn put_in_force(&self, in_force: InForce) {
        let needs_restart = wire::needs_restart(&self.started, &self.parts.settings);
        let in_force = InForce { needs_restart, ..in_force };
        self.current.send_replace(Arc::new(in_force));
        self.shared.adopted.notify_one();
        self.shared.collected.notify_one();
        self.shared.decided.notify_one();
        self.shared.reviewable.notify_one();
    }
}
