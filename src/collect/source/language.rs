//! The language of a source, as people write it: what is a tag, what is none, and which is meant.
//!
//! A tag is checked by its form (RFC 5646) and, where it has two letters, against ISO 639-1: `jp` is written as a tag
//! and is no language. Of three letters there are thousands, so only those are doubted that have two
//! (RFC 5646, 2.2.1: the shortest code).

/// All codes of two letters (ISO 639-1), and those that a tag may still have of earlier editions.
const TWO_LETTERS: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv \
    cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig \
    ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh \
    mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc \
    sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo \
    wa wo xh yi yo za zh zu";

/// What is written for a language: its name, its three letters, a country. Each line begins with the tag.
const MEANT: &str = "en eng english englisch anglais inglés\n\
    en-US us usa american\n\
    en-GB gb british\n\
    de deu ger german deutsch allemand alemán\n\
    de-AT at\n\
    fr fra fre french français francais französisch\n\
    es sp spa spanish español espanol castellano spanisch\n\
    es-MX mx\n\
    zh cn zho chi chinese chinesisch mandarin 中文 汉语 漢語\n\
    zh-Hant-HK hk\n\
    ja jp jpn japanese japanisch 日本語\n\
    ko kor korean koreanisch 한국어\n\
    ru rus russian russisch русский\n\
    it ita italian italiano italienisch\n\
    pt por portuguese português portugues portugiesisch\n\
    nl nld dut dutch nederlands niederländisch\n\
    ar ara arabic arabisch العربية\n\
    tr tur turkish türkçe türkisch\n\
    pl pol polish polski polnisch\n\
    uk ukr ukrainian українська ukrainisch\n\
    sv swe swedish svenska\n\
    da dk dan danish dansk\n\
    no nor norwegian norsk\n\
    fi fin finnish suomi\n\
    el gr ell gre greek ελληνικά\n\
    he il heb hebrew עברית\n\
    fa ir fas per persian farsi فارسی\n\
    cs cz ces cze czech čeština\n\
    hu hun hungarian magyar\n\
    ro ron rum romanian română\n\
    vi vn vie vietnamese\n\
    th tha thai\n\
    id ind indonesian\n\
    hi hin hindi";

/// What a language as written is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// A tag.
    Fit,
    /// It has the form of a tag, and names no language that is known: the one that is meant, if that shows.
    Unknown(Option<String>),
    /// No tag: the one that is meant, if that shows.
    Unfit(Option<String>),
}

/// Looks at a language as written.
pub(super) fn read(written: &str) -> Language {
    if !is_tag(written) {
        return Language::Unfit(meant(written));
    }
    let primary = primary(written);
    match primary.len() == 2 {
        true if is_known(&primary) => Language::Fit,
        false if named(&primary).is_none() => Language::Fit,
        _ => Language::Unknown(meant(written)),
    }
}

/// Two or three letters, then parts of up to eight letters and digits; one of a single character begins an
/// extension, which goes on.
fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    (2..=3).contains(&first.len())
        && first.chars().all(|one| one.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.chars().all(|one| one.is_ascii_alphanumeric())
        })
        && text.rsplit('-').next().is_some_and(|last| last.len() > 1)
}

fn primary(tag: &str) -> String {
    tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

fn is_known(code: &str) -> bool {
    TWO_LETTERS.split_whitespace().any(|one| one == code)
}

/// The tag of a language that is written by another name, in small letters.
fn named(word: &str) -> Option<&'static str> {
    let line = MEANT.lines().find(|line| line.split_whitespace().skip(1).any(|one| one == word));
    line?.split_whitespace().next()
}

/// The tag that is meant.
fn meant(written: &str) -> Option<String> {
    let tag = written.trim().replace('_', "-");
    if is_tag(&tag) {
        let primary = primary(&tag);
        let language = if is_known(&primary) { Some(primary.as_str()) } else { named(&primary) }?;
        // A country that stands for its language brings itself.
        let rest = tag.split('-').skip(1).filter(|_| !language.contains('-'));
        return Some(rest.fold(language.to_owned(), |tag, part| format!("{tag}-{}", usual(part))));
    }
    let mut words = tag.split(|one: char| !one.is_alphanumeric()).filter(|one| !one.is_empty());
    named(&words.next()?.to_lowercase()).map(str::to_owned)
}

/// A part of a tag in its usual letters (RFC 5646, 2.1.1): `Hant`, `TW`.
fn usual(part: &str) -> String {
    match part.len() {
        2 => part.to_ascii_uppercase(),
        4 => part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase(),
        _ => part.to_ascii_lowercase(),
    }
}
