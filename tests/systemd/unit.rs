//! A unit's words, as far as the harness can follow them.

use super::shipped;

/// The assignments of `[Service]`, in their order.
pub(super) struct Unit(Vec<(String, String)>);

impl Unit {
    pub(super) fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(shipped(name)).unwrap();
        let service = text.split("\n[Service]\n").nth(1).unwrap();
        let service = service.split("\n[").next().unwrap();
        let lines = service.lines().filter(|line| !line.starts_with('#'));
        Self(
            lines
                .filter_map(|line| line.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// All values of a key.
    pub(super) fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn says(&self, key: &str, value: &str) -> bool {
        self.all(key).last() == Some(value)
    }

    /// Fails unless the unit says so: the harness does it because the unit does.
    #[track_caller]
    pub(super) fn must(&self, key: &str, value: &str) {
        assert!(self.says(key, value), "the unit does not say {key}={value}");
    }
}
