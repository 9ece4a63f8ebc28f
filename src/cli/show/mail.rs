//! A mail's story: whom it went to, what it told, what the server said.

use std::io::Write;

use super::super::exit::{Exit, Failure};
use super::super::samples;
use super::{decided, deed, listed, mail_words, record, seconds, told, verdict};
use crate::model::{AlertId, MailId, MailState};
use crate::store::{About, Archive};

/// Shows the mails with a Message-ID: one for each address that it went to.
pub(super) async fn show_named(
    archive: &dyn Archive,
    message_id: &str,
    raw: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let message_id = message_id.trim().trim_matches(['"', '\'']);
    let mails = archive.mails_of(message_id.to_owned()).await?;
    if mails.is_empty() {
        let what = anyhow::anyhow!("no mail of this service has the Message-ID '{message_id}'");
        let hint = "whoever made it, it was not made here, or what made it is not in this database";
        return Err(Failure::new(Exit::Data, what).hint(hint));
    }
    if raw && mails.len() > 1 {
        let ids: Vec<String> =
            mails.iter().map(|one| format!("{} ({})", one.id, one.address)).collect();
        let what = anyhow::anyhow!("it went to several addresses, each as a message of its own");
        return Err(Failure::new(Exit::Usage, what).hint(format!("name one: {}", ids.join(", "))));
    }
    for (n, mail) in mails.into_iter().enumerate() {
        if n > 0 {
            writeln!(out)?;
        }
        show(archive, mail.id, raw, out).await?;
    }
    Ok(())
}

/// Shows a mail, or prints its message.
pub(super) async fn show(
    archive: &dyn Archive,
    id: MailId,
    raw: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Some(mail) = archive.stored_mail(id.clone()).await? else {
        return Err(Failure::new(Exit::Data, anyhow::anyhow!("the mail {id} is not stored")));
    };
    if raw {
        out.write_all(&mail.letter.message)?;
        return Ok(());
    }
    let row = &mail.row;
    let reader = row.reader.as_deref().unwrap_or("the operator");
    writeln!(out, "{}", mail_words(row))?;
    writeln!(out, "  for {reader}, {} sealed {}", row.kind.as_str(), seconds(row.at))?;
    writeln!(out, "  occasion {}, Message-ID {}", row.key.as_str(), mail.message_id)?;
    match (row.attempts, row.next_attempt) {
        (n, Some(next)) if row.sent.is_none() => {
            writeln!(out, "  {n} attempts, the next {}", seconds(next))?;
        }
        (n, _) => writeln!(out, "  attempts: {n}")?,
    }
    let sealed = archive.told_by(id.clone()).await?;
    let mut alerts: Vec<AlertId> = sealed.clone();
    let named = listed::alerts(&mail.letter.message).into_iter().map(AlertId::stored);
    alerts.extend(named.filter(|alert| !sealed.contains(alert)));
    writeln!(
        out,
        "\n{}",
        match row.state {
            MailState::Sent => "TOLD",
            MailState::Uncertain => "TOLD, if it arrived",
            MailState::Pending | MailState::Sending | MailState::Deferred => "WILL TELL",
            MailState::Refused | MailState::Dead => "WAS TO TELL, and reached nobody",
        }
    )?;
    let mut any = false;
    for alert in alerts {
        for decision in decided(archive, About::Alert(alert.clone())).await? {
            any = true;
            let also =
                if sealed.contains(&alert) { "" } else { "  (listed; another mail tells it)" };
            let head = samples::head(&decision.item);
            writeln!(out, "  {alert}  {}  {head}{also}", verdict(&decision))?;
            // What became of it since.
            for telling in decision.told.iter().filter(|one| one.reader == row.reader) {
                write!(out, "    ")?;
                told(telling, None, out)?;
            }
            for action in &decision.actions {
                writeln!(out, "      {}", deed(action))?;
            }
        }
    }
    if !any {
        writeln!(out, "  no alert; what it says is coverage, or news of the service")?;
    }
    record(archive, vec![id.to_string()], out).await?;
    writeln!(out, "\n--raw prints the message as it was sent.")?;
    Ok(())
}
