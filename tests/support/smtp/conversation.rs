//! One conversation of the scripted server, from its side: the protocol as it should be, with the
//! script's say at every point.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use data_encoding::BASE64;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::{At, Does, Heard, Protection, Script, Shared, Taken, lock};

trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

pub(super) struct Conversation {
    line: Option<BufReader<Box<dyn Duplex>>>,
    shared: Arc<Shared>,
    encrypted: bool,
    logged_in: bool,
    /// Between MAIL and the end of the message.
    under_way: bool,
    from: String,
    to: Vec<String>,
}

fn hung_up<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionAborted.into())
}

impl Conversation {
    pub(super) async fn begin(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
        let line: Box<dyn Duplex> = Box::new(stream);
        let mut conversation = Self {
            line: Some(BufReader::new(line)),
            shared,
            encrypted: false,
            logged_in: false,
            under_way: false,
            from: String::new(),
            to: Vec::new(),
        };
        if conversation.script(|script| script.protection) == Protection::Implicit {
            conversation.encrypt().await?;
        }
        conversation.answer(At::Banner, "220 mail.test ESMTP").await?;
        loop {
            let command = conversation.read_line().await?;
            conversation.note(&command);
            conversation.obey(&command).await?;
        }
    }

    async fn obey(&mut self, command: &str) -> io::Result<()> {
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let offers = self.offers();
                self.answer(At::Ehlo, &offers).await.map(drop)
            }
            "STARTTLS" => {
                if self.answer(At::StartTls, "220 go ahead").await? {
                    self.encrypt().await?;
                }
                Ok(())
            }
            "AUTH" => self.log_in(command).await,
            "MAIL" => self.begin_mail(command).await,
            "RCPT" => {
                let address = between(command);
                let own = self.script(|script| script.recipients.get(&address).cloned());
                let usual = own.unwrap_or_else(|| "250 recipient fine".to_owned());
                if usual.starts_with('2') {
                    self.to.push(address);
                }
                self.answer(At::Rcpt, &usual).await.map(drop)
            }
            "DATA" => self.take().await,
            "RSET" => {
                self.under_way = false;
                self.say("250 forgotten").await
            }
            "QUIT" => {
                self.answer(At::Quit, "221 bye").await?;
                hung_up()
            }
            _ => self.say("502 what?").await,
        }
    }

    async fn begin_mail(&mut self, command: &str) -> io::Result<()> {
        let barred = self.script(|script| script.login.is_some()) && !self.logged_in;
        let usual = match (barred, self.under_way) {
            (true, _) => "530 5.7.0 log in first",
            (false, true) => "503 5.5.1 a mail is under way",
            (false, false) => "250 sender fine",
        };
        self.from = between(command);
        self.to.clear();
        self.under_way = self.answer(At::Mail, usual).await?;
        Ok(())
    }

    fn offers(&self) -> String {
        let (protection, mechanisms) = self.script(|script| (script.protection, script.mechanisms));
        let mut lines = vec!["mail.test".to_owned(), "8BITMIME".to_owned()];
        if let Some((limit, true)) = self.script(|script| script.limit) {
            lines.push(format!("SIZE {limit}"));
        }
        if protection == Protection::StartTls && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        } else if !mechanisms.is_empty() {
            lines.push(format!("AUTH {mechanisms}"));
        }
        let last = lines.len() - 1;
        let mark = |at: usize| if at == last { ' ' } else { '-' };
        let lines: Vec<String> =
            lines.iter().enumerate().map(|(at, line)| format!("250{}{line}", mark(at))).collect();
        lines.join("\r\n")
    }

    async fn log_in(&mut self, command: &str) -> io::Result<()> {
        let given = match command.split(' ').collect::<Vec<_>>().as_slice() {
            [_, "PLAIN", secret] => decode(secret).trim_start_matches('\0').replacen('\0', "\n", 1),
            [_, "LOGIN"] => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = decode(&self.read_line().await?);
                self.say("334 UGFzc3dvcmQ6").await?;
                format!("{user}\n{}", decode(&self.read_line().await?))
            }
            _ => String::new(),
        };
        let wanted = self.script(|script| script.login.clone());
        self.logged_in = wanted.is_some_and(|(user, secret)| given == format!("{user}\n{secret}"));
        let usual = if self.logged_in {
            "235 welcome".to_owned()
        } else {
            // Some servers quote what they were given; a client must not pass that on.
            format!("535 5.7.8 no such log-in: {command} {}", given.replace('\n', " "))
        };
        self.answer(At::Auth, &usual).await.map(drop)
    }

    async fn take(&mut self) -> io::Result<()> {
        if !self.answer(At::Data, "354 go on").await? {
            return Ok(());
        }
        if let Some(does) = self.next(At::Body) {
            return self.perform(does).await.map(drop);
        }
        let message = self.read_message().await?;
        self.under_way = false;
        let taken = Taken {
            from: self.from.clone(),
            to: self.to.clone(),
            message,
            encrypted: self.encrypted,
        };
        let usual = "250 2.0.0 queued as 1";
        let limit = self.script(|script| script.limit);
        if limit.is_some_and(|(limit, _)| taken.message.len() > limit) {
            return self.say("552 5.3.4 message size exceeds fixed limit").await;
        }
        if let Some((word, answer)) = self.script(|script| script.filter) {
            let holds = |part: &[u8]| part.windows(word.len()).any(|some| some == word.as_bytes());
            if holds(&taken.message) {
                return self.say(answer).await;
            }
        }
        let kept = Arc::clone(&self.shared);
        // What is answered otherwise may have been kept or not; here it is not.
        match self.next(At::Dot) {
            Some(does) => self.perform(does).await.map(drop),
            None => {
                lock(&kept.taken).push(taken);
                self.say(usual).await
            }
        }
    }

    /// Reads up to the dot and takes the stuffing out.
    async fn read_message(&mut self) -> io::Result<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.line().read_until(b'\n', &mut line).await? == 0 {
                return hung_up();
            }
            match line.as_slice() {
                b".\r\n" => return Ok(message),
                [b'.', rest @ ..] => message.extend_from_slice(rest),
                whole => message.extend_from_slice(whole),
            }
        }
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        if let Some(does) = self.next(At::Handshake) {
            self.perform(does).await?;
        }
        let config = self.script(|script| script.tls.clone()).expect("a certificate is set");
        let plain = self.line.take().expect("nobody else takes the line").into_inner();
        let stream = TlsAcceptor::from(config).accept(plain).await?;
        self.line = Some(BufReader::new(Box::new(stream)));
        self.encrypted = true;
        Ok(())
    }

    /// Answers as scripted, else as usual. True when it was a yes, so that the talk goes on.
    async fn answer(&mut self, at: At, usual: &str) -> io::Result<bool> {
        match self.next(at) {
            Some(does) => self.perform(does).await,
            None => self.say(usual).await.map(|()| usual.starts_with(['2', '3'])),
        }
    }

    async fn perform(&mut self, does: Does) -> io::Result<bool> {
        match does {
            Does::Says(text) => {
                self.say(&text).await?;
                Ok(text.starts_with(['2', '3']))
            }
            Does::Closes => hung_up(),
            Does::Hangs => std::future::pending().await,
            Does::Babbles(bytes) => {
                self.line().write_all(bytes).await?;
                self.line().flush().await?;
                Ok(false)
            }
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.line().write_all(format!("{text}\r\n").as_bytes()).await?;
        self.line().flush().await
    }

    async fn read_line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.line().read_until(b'\n', &mut line).await? == 0 {
            return hung_up();
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn line(&mut self) -> &mut BufReader<Box<dyn Duplex>> {
        self.line.as_mut().expect("the line is away only during the handshake")
    }

    fn note(&self, command: &str) {
        let heard = Heard { line: command.to_owned(), encrypted: self.encrypted };
        lock(&self.shared.heard).push(heard);
    }

    fn next(&self, at: At) -> Option<Does> {
        let mut script = lock(&self.shared.script);
        let once = script.once.get_mut(&at).and_then(VecDeque::pop_front);
        once.or_else(|| script.always.get(&at).cloned())
    }

    fn script<T>(&self, read: impl FnOnce(&Script) -> T) -> T {
        read(&lock(&self.shared.script))
    }
}

fn between(command: &str) -> String {
    let from = command.find('<').map_or(0, |at| at + 1);
    let until = command.find('>').unwrap_or(command.len());
    command[from..until].to_owned()
}

fn decode(base64: &str) -> String {
    BASE64
        .decode(base64.as_bytes())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}
