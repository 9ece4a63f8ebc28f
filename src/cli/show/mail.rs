//! A mail's story: whom it went to, what it told, what the server said.

use std::io::Write;

use super::super::exit::{Exit, Failure};
use super::super::samples;
use super::{decided, deed, mail_words, record, seconds, verdict};
use crate::model::MailId;
use crate::store::{About, Archive};

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
    let alerts = archive.told_by(id.clone()).await?;
    writeln!(out, "\nTOLD")?;
    if alerts.is_empty() {
        writeln!(out, "  no alert; what it says is coverage, or news of the service")?;
    }
    for alert in alerts {
        for row in decided(archive, About::Alert(alert.clone())).await? {
            writeln!(out, "  {alert}  {}  {}", verdict(&row), samples::head(&row.item))?;
            for action in &row.actions {
                writeln!(out, "      {}", deed(action))?;
            }
        }
    }
    record(archive, vec![id.to_string()], out).await?;
    writeln!(out, "\n--raw prints the message as it was sent.")?;
    Ok(())
}
