//! Urgent mails as people see them: one story, and what it cannot list attached.

use super::*;

#[test]
fn an_urgent_mail_tells_one_story() {
    let (reader, notices) = (one_reader(entry("Mei")), monday());
    let first: Vec<&PendingNotice> = notices.iter().take(1).collect();
    let content = urgent(&urgent_input(&reader, &first));
    assert_eq!(
        content.subject,
        "[HIGH] Alibaba: White House memo alleges Alibaba helps PLA target the US (South China Morning Post)"
    );
    keep("urgent", &content);
    let all: Vec<&PendingNotice> = notices.iter().take(9).collect();
    let mut follow_up = urgent_input(&reader, &all);
    follow_up.n = 2;
    assert_eq!(
        urgent(&follow_up).subject,
        "[HIGH] Alibaba: Chairmen ask SEC to delist Alibaba (follow-up, House Select Committee +8)"
    );
    let text = urgent(&follow_up).text.replace('\n', " ");
    assert!(text.contains("9 more items since the last mail on this story"));
    let folded: Vec<&PendingNotice> = notices.iter().collect();
    assert_eq!(
        urgent(&urgent_input(&reader, &folded)).subject,
        "[HIGH] 3 stories: Alibaba, SMIC, Export controls"
    );
}

#[test]
fn an_urgent_mail_attaches_what_it_cannot_list() {
    let notices: Vec<PendingNotice> = (0..60)
        .map(|n| {
            memo(&format!("outlet-{n}"), &format!("Memo {n} on Alibaba"), "2026-11-23T12:20:00Z")
        })
        .map(|piece| piece.pending())
        .collect();
    let refs: Vec<&PendingNotice> = notices.iter().collect();
    let content = urgent(&urgent_input(&one_reader(entry("Mei")), &refs));
    assert!(content.subject.ends_with("+59)"), "{}", content.subject);
    assert!(content.text.contains("45 of 60 items are told below."));
    let csv = String::from_utf8(content.attachments[0].bytes.clone()).unwrap();
    assert_eq!(csv.matches("\r\n").count(), 61);
}
