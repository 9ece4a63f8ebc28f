//! Mails read by Python's `email`, which shares no line with our parser.
//!
//! Without python3 it says SKIPPED; where `WATCHLISTD_REQUIRE_PYTHON` is set, that is a failure.

use std::io::Write;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// Set where a missing python3 must fail the test.
const REQUIRED: &str = "WATCHLISTD_REQUIRE_PYTHON";

const PROGRAM: &str = r#"
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def part(kind):
    return m.get_body(preferencelist=(kind,)).get_content().rstrip().splitlines()
a = next(m.iter_attachments())
content = a.get_payload(decode=True).decode("utf-8")
if m.defects or any(p.defects for p in m.walk()):
    sys.exit("defects: %r" % [p.defects for p in m.walk()])
json.dump({
    "subject": m["Subject"], "from": m["From"], "to": m["To"], "reply_to": m["Reply-To"],
    "message_id": m["Message-ID"], "in_reply_to": m["In-Reply-To"],
    "references": " ".join(m["References"].split()), "list_id": m["List-Id"],
    "auto_submitted": m["Auto-Submitted"], "suppress": m["X-Auto-Response-Suppress"],
    "text": part("plain"), "html": part("html"), "attachment": [a.get_filename(), content],
}, sys.stdout)
"#;

/// A mail as a program reads it.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) reply_to: String,
    pub(super) message_id: String,
    pub(super) in_reply_to: String,
    pub(super) references: String,
    pub(super) list_id: String,
    pub(super) auto_submitted: String,
    pub(super) suppress: String,
    pub(super) text: Vec<String>,
    pub(super) html: Vec<String>,
    pub(super) attachment: (String, String),
}

/// Reads a mail, or says why there is nobody to read it.
pub(super) fn read(raw: &[u8]) -> Option<Read> {
    let child = Command::new("python3")
        .args(["-X", "utf8", "-c", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(why) => {
            let required = std::env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
            assert!(!required, "{REQUIRED} is set, but python3 cannot be run: {why}");
            // Past the test runner's capture, so that what was skipped shows.
            let _ = writeln!(std::io::stderr(), "SKIPPED: python3 cannot be run: {why}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(raw).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
