//! Identifiers. Items, stories, alerts and mails are named by a letter and 13 base32 characters of a
//! hash of their identity, so that every store gives the same thing the same name and a name can be
//! read over the telephone.

use std::fmt;
use std::sync::LazyLock;

use data_encoding::Encoding;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many base32 characters follow the letter: 65 bits, so that ten million items of one store
/// collide with a chance of about one in a million (birthday bound).
const LENGTH: usize = 13;

/// Lower-case RFC 4648 base32 without padding: no capitals to mistype, nothing to escape in a URL.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    LOWER_BASE32.encode(bytes)
}

/// Made once: that takes longer than encoding a name.
static LOWER_BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut how = data_encoding::Specification::new();
    how.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    how.encoding().expect("the alphabet has 32 distinct ASCII characters")
});

/// SHA-256 over the parts, each preceded by its length, so that ("ab","c") and ("a","bc") differ.
#[must_use]
pub fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn derive(letter: char, parts: &[&str]) -> String {
    let mut id = String::with_capacity(1 + LENGTH);
    id.push(letter);
    id.push_str(&base32(&digest(parts))[..LENGTH]);
    id
}

macro_rules! derived_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id of the thing that these parts identify.
            #[must_use]
            pub fn of(parts: &[&str]) -> Self {
                Self(derive($letter, parts))
            }

            /// Takes back an id that this program wrote earlier.
            #[must_use]
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    };
}

derived_id!(
    /// An item of a source: derived from the source and from what identified it when first seen.
    ItemId,
    'i'
);
derived_id!(
    /// A story: derived from its first item.
    StoryId,
    's'
);
derived_id!(
    /// An alert: derived from the item and its revision.
    AlertId,
    'a'
);
derived_id!(
    /// One row of the outbox: derived from the occasion's key and the address.
    MailId,
    'm'
);

/// The stable name of a source, as written in `sources.toml`; all history belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(String);

impl SourceId {
    /// Wraps an id as written; what is acceptable is checked where the file is read.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_letter_and_thirteen_characters() {
        let id = ItemId::of(&["ofac", "guid", "1"]);
        assert_eq!(id.as_str().len(), 14);
        assert!(id.as_str().starts_with('i'));
    }

    #[test]
    fn parts_cannot_run_together() {
        assert_ne!(ItemId::of(&["ab", "c"]), ItemId::of(&["a", "bc"]));
    }
}
