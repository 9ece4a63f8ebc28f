//! `[mail]`: how mails leave, and under which name.
//!
//! The password never stands here; [`super::secret`] finds it.

use std::path::{Path, PathBuf};

use super::address::address;
use super::defaults;
use super::table::{Table, Unfit};
use crate::model::Located;

/// `[mail]`, with the defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// How mails leave.
    pub transport: Transport,
    /// The sender's address.
    pub from: Located<String>,
    /// How much a subject says.
    pub subject: SubjectStyle,
}

/// How mails leave.
#[derive(Clone, Debug, PartialEq)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// Into a Maildir.
    File(PathBuf),
}

/// A mail server and how to reach it.
#[derive(Clone, Debug, PartialEq)]
pub struct Smtp {
    /// Name or address.
    pub host: Located<String>,
    /// Port; the default follows `tls`.
    pub port: u16,
    /// How the connection is secured.
    pub tls: Tls,
    /// Certificates in PEM, added to the system's roots.
    pub ca_file: Option<Located<PathBuf>>,
    /// The account; without one there is no AUTH and no password is needed.
    pub username: Option<Located<String>>,
    /// The file that holds the password.
    pub password_file: Option<Located<PathBuf>>,
}

/// How the connection to the mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// STARTTLS, required: a server that does not offer it gets no mail.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// None: on loopback only.
    None,
}

/// How much a subject says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectStyle {
    /// Names and headlines.
    Full,
    /// Counts only: subjects are seen on locked screens.
    Discreet,
}

#[derive(Clone, Copy)]
enum Kind {
    Smtp,
    File,
}

/// Reads `[mail]`; `None` when something required is missing or unusable. `state` is the folder of
/// the database; `sender` becomes what has the form of an address.
pub(super) fn read(
    mut table: Table<'_>,
    folder: &Path,
    state: &Path,
    sender: &mut Option<Located<String>>,
) -> Option<Mail> {
    table.forbid(
        "password",
        "is not accepted: a secret does not belong in a file that people read and copy",
        "put the password alone into a file of its own (mode 0600) and write \
         password_file = \"/path/to/it\"; or hand it over by systemd (LoadCredential=smtp-password:FILE); \
         or set WATCHLISTD_SMTP_PASSWORD. Then change the password: it has been in the clear",
    );
    let kind = table.choice("transport", &[("smtp", Kind::Smtp), ("file", Kind::File)]);
    let kind = kind.map_or(Kind::Smtp, |one| one.value);
    let path = table.string("path");
    let smtp = smtp(&mut table, folder, matches!(kind, Kind::Smtp));
    let from = table.required("from", "\"watchlist@your-company.com\"");
    *sender = from.clone().filter(|from| table.judge(from, address));
    let styles = [("full", SubjectStyle::Full), ("discreet", SubjectStyle::Discreet)];
    let subject = table.choice("subject", &styles).map_or(SubjectStyle::Full, |one| one.value);
    table.finish(&["password"]);
    let transport = match kind {
        Kind::Smtp => Transport::Smtp(smtp?),
        Kind::File => Transport::File(match path {
            Some(path) => folder.join(path.value),
            None => state.join(defaults::MAILDIR),
        }),
    };
    Some(Mail { transport, from: from?, subject })
}

fn smtp(table: &mut Table<'_>, folder: &Path, needed: bool) -> Option<Smtp> {
    let host = if needed {
        table.required("host", "\"smtp.your-company.com\"")
    } else {
        table.string("host")
    };
    let port = table.number("port", 1..=u32::from(u16::MAX));
    let ways = [("starttls", Tls::Starttls), ("implicit", Tls::Implicit), ("none", Tls::None)];
    let tls = table.choice("tls", &ways);
    let ca_file = table.path("ca_file", folder);
    let username = table.string("username");
    let password_file = table.path("password_file", folder);
    if let Some(host) = &host {
        table.judge(host, server_name);
    }
    let host = host?;
    if !needed {
        return None;
    }
    if let Some(tls) = tls.as_ref().filter(|one| one.value == Tls::None) {
        table.judge_at(tls, |_| clear_text_stays_home(&host.value));
    }
    if let (Some(file), None) = (&password_file, &username) {
        table.judge_at(file, |_| {
            Err(Unfit::new("there is no `username` to go with it")
                .hint("add username = \"…\" under [mail], or delete `password_file`"))
        });
    }
    let tls = tls.map_or(Tls::Starttls, |one| one.value);
    let port = match port.and_then(|one| u16::try_from(one.value).ok()) {
        Some(port) => port,
        None => match tls {
            Tls::Starttls => defaults::PORT_STARTTLS,
            Tls::Implicit => defaults::PORT_IMPLICIT,
            Tls::None => defaults::PORT_PLAIN,
        },
    };
    Some(Smtp { host, port, tls, ca_file, username, password_file })
}

/// A bare name or address, without scheme and port.
fn server_name(text: &str) -> Result<(), Unfit> {
    let address = text.trim_start_matches('[').trim_end_matches(']');
    if address.parse::<std::net::IpAddr>().is_ok() {
        return Ok(());
    }
    let unfit = Unfit::new(format!("\"{text}\" is no name of a server"));
    if let Some((name, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
        && !name.contains(['/', ':'])
    {
        return Err(unfit.hint(format!("write host = \"{name}\" and port = {port}")));
    }
    match url::Host::parse(text) {
        Ok(url::Host::Domain(_)) if !text.contains('/') => Ok(()),
        _ => Err(unfit.accepts("a bare name like \"smtp.your-company.com\", or an address")),
    }
}

/// Mails and passwords travel in the clear only inside one machine.
fn clear_text_stays_home(host: &str) -> Result<(), Unfit> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if loopback || bare.eq_ignore_ascii_case("localhost") {
        return Ok(());
    }
    let what = format!("\"none\" is for loopback only, and `host` in [mail] is \"{host}\"");
    Err(Unfit::new(what).hint("write tls = \"starttls\" or tls = \"implicit\""))
}
