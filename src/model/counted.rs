//! Numbers of things as people say them: one thing is no plural. For English words that take an s.

/// `1 item`, `2 items`.
#[must_use]
pub fn counted(n: u64, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        for (n, words) in [(0, "0 late alerts"), (1, "1 late alert"), (2, "2 late alerts")] {
            assert_eq!(counted(n, "late alert"), words);
        }
    }
}
