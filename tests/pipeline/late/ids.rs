//! What only has another id since an edit is told by no back-fill.

use super::*;

#[tokio::test]
async fn what_has_another_id_is_not_told_again() {
    let old = with(KEELUNG);
    for (name, new) in [
        ("an id is written", old.replace(KEELUNG, &format!("{KEELUNG}id = \"kf\"\n"))),
        (
            "a better name",
            old.replace(
                KEELUNG,
                "[[company]]\nname = \"Foundry of Keelung\"\naliases = [\"Keelung Foundry\"]\n",
            ),
        ),
        ("a topic's id", old.replace("\"Delisting\"\n", "\"Delisting\"\nid = \"struck-off\"\n")),
        ("a topic's name", old.replace("\"Delisting\"", "\"Struck off\"")),
    ] {
        assert_ne!(new, old, "{name}");
        let desk = told_by(&old).await;
        // Put in force and never matched with, because a harmless edit comes at once.
        drop(desk.open_with(&new).await);
        let mut open =
            desk.open_with(&format!("{new}\n[[company]]\nname = \"Nine Rivers\"\n")).await;
        assert_eq!(open.assess().await, 0, "{name}");
        // Nor does an edit of the item bring what it told under the old id.
        desk.newsroom.print(["<item><guid isPermaLink=\"false\">a1</guid><title>NYSE to delist \
             Keelung Foundry</title><description>On Friday.</description></item>"
            .to_owned()]);
        desk.pass(HOUR);
        assert_eq!(open.poll().await.edited, 1);
        open.round().await;
        assert_eq!(
            desk.subjects().iter().filter(|one| one.contains("[HIGH]")).count(),
            1,
            "{name}"
        );
        next_day(&desk, &mut open).await;
        assert!(!newest(&desk).contains("late: "), "{name}: {}", newest(&desk));
    }
}

#[tokio::test]
async fn a_reason_never_says_that_a_term_was_missing_which_had_another_id() {
    let old = with(KEELUNG).replace("\"high\"", "\"medium\"");
    let desk = told_by_digest(&old).await;
    let new = with(KEELUNG).replace("name = \"Keelung", "id = \"kf\"\nname = \"Keelung");
    let mut open = desk.open_with(&new).await;
    assert_eq!(open.assess().await, 1, "it is graver now");
    next_day(&desk, &mut open).await;
    let digest = newest(&desk);
    assert!(digest.contains("late: told as medium before, and graver now"), "{digest}");
    assert!(!digest.contains("missing"), "{digest}");
}
