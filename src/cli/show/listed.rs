//! Which alerts a stored message names: its own words, whatever became of their notices since.

use data_encoding::BASE64_MIME_PERMISSIVE;

/// How a part is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Plain,
    Quoted,
    Base64,
}

/// Words of a message that are written as ids of alerts are, each once, in order. Only the store knows which
/// of them are ids.
pub(super) fn alerts(message: &[u8]) -> Vec<String> {
    let text = decoded(&String::from_utf8_lossy(message));
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|one: char| !one.is_ascii_alphanumeric()) {
        let letters = |one: u8| one.is_ascii_lowercase() || (b'2'..=b'7').contains(&one);
        let is_id = word.len() == 14 && word.starts_with('a') && word.bytes().all(letters);
        if is_id && !found.iter().any(|one| one == word) {
            found.push(word.to_owned());
        }
    }
    found
}

/// The words of all parts, as they read.
fn decoded(message: &str) -> String {
    let (mut text, mut packed) = (String::new(), String::new());
    let (mut written, mut in_head) = (Written::Plain, true);
    let mut boundaries: Vec<String> = Vec::new();
    for line in message.lines() {
        let ends = line.strip_prefix("--").is_some_and(|rest| {
            let rest = rest.trim_end();
            boundaries.iter().any(|one| {
                rest.strip_prefix(one.as_str()).is_some_and(|end| end.is_empty() || end == "--")
            })
        });
        if ends {
            unpack(&mut packed, &mut text);
            text.push('\n');
            (written, in_head) = (Written::Plain, true);
        } else if in_head {
            in_head = !line.is_empty();
            let small = line.to_ascii_lowercase();
            if let Some(how) = small.strip_prefix("content-transfer-encoding:") {
                written = match how.trim() {
                    "base64" => Written::Base64,
                    "quoted-printable" => Written::Quoted,
                    _ => Written::Plain,
                };
            }
            if let Some(at) = small.find("boundary=") {
                let value = line[at + "boundary=".len()..].trim_start_matches('"');
                boundaries.push(value.split(['"', ';']).next().unwrap_or_default().to_owned());
            }
        } else {
            match written {
                Written::Base64 => packed.push_str(line.trim()),
                // A line that is only broken for its length goes on.
                Written::Quoted => match line.strip_suffix('=') {
                    Some(open) => text.push_str(open),
                    None => text.extend([line, "\n"]),
                },
                Written::Plain => text.extend([line, "\n"]),
            }
        }
    }
    unpack(&mut packed, &mut text);
    text
}

fn unpack(packed: &mut String, text: &mut String) {
    if let Ok(bytes) = BASE64_MIME_PERMISSIVE.decode(packed.as_bytes()) {
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    packed.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_a_part_is_written() {
        let base64 = data_encoding::BASE64.encode("1. abbbbbbbbbbbb2, – x".as_bytes());
        let message = format!(
            "Subject: acccccccccccc3 is no part\r\n\
             Content-Type: multipart/mixed;\r\n boundary=\"q=1\"\r\n\r\n\
             --q=1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             the alert: adddddd=\r\ndddddd4, acknowledgement\r\n\
             --q=1\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}\r\n\
             --q=1\r\nContent-Type: text/html\r\n\r\n<a>adddddddddddd4</a> aeeeeeeeeeeee5.\r\n--q=1--\r\n"
        );
        assert_eq!(
            alerts(message.as_bytes()),
            ["adddddddddddd4", "abbbbbbbbbbbb2", "aeeeeeeeeeeee5"]
        );
    }
}
