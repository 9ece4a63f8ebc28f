//! Feeds in the manner of those that people really watch, written by us: what a reader of each would
//! note down of its entries.

use watchlistd::collect::parse::{Hints, parse};

/// Title, link, date; "-" where there is none.
type Row<'a> = (&'a str, &'a str, &'a str);

fn check(manner: &str, address: &str, document: &str, expected: &[Row<'_>]) {
    let hints = Hints { content_type: None, url: Some(address) };
    let read = parse(document.as_bytes(), &hints).unwrap_or_else(|not| panic!("{manner}: {not}"));
    assert!(!read.lost, "{manner}: {:?}", read.complaints);
    let rows: Vec<[String; 3]> = read
        .entries
        .into_iter()
        .map(|entry| {
            let date = entry.published.or(entry.updated);
            let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            [entry.text.title, or_dash(entry.link), or_dash(date.map(|at| at.to_string()))]
        })
        .collect();
    let expected: Vec<[String; 3]> =
        expected.iter().map(|row| [row.0, row.1, row.2].map(ToOwned::to_owned)).collect();
    assert_eq!(rows, expected, "{manner}");
}

/// An RSS 2.0 document with the namespaces that blogs declare.
fn rss(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"\n\
         \txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\
         \txmlns:wfw=\"http://wellformedweb.org/CommentAPI/\"\n\
         \txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
         \txmlns:atom=\"http://www.w3.org/2005/Atom\"\n\
         \txmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"\n\
         \txmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\"\n\
         \txmlns:media=\"http://search.yahoo.com/mrss/\"\n\
         \txmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"\n\
         \txmlns:feedburner=\"http://rssnamespace.org/feedburner/ext/1.0\">\n\
         <channel><title>Quay</title><link>https://quay.test</link>\
         <atom:link href=\"https://quay.test/feed/\" rel=\"self\" type=\"application/rss+xml\" />\
         {inner}</channel></rss>"
    )
}

fn atom(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\" \
         xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" \
         xmlns:thr=\"http://purl.org/syndication/thread/1.0\" xml:lang=\"en-US\">\
         <id>tag:quay.test,2026:feed</id><title>Quay</title><updated>2026-11-20T09:00:00Z</updated>\
         <link rel=\"self\" href=\"https://quay.test/atom.xml\"/>{inner}</feed>"
    )
}

#[test]
fn blogs_and_letters() {
    check(
        "WordPress",
        "https://quay.test/feed/",
        &rss("<sy:updatePeriod>hourly</sy:updatePeriod>\
             <item><title>Crane &#8220;four&#8221; &#038; berth five&#8217;s turn</title>\
             <link>https://quay.test/2026/11/crane-four/</link>\
             <comments>https://quay.test/2026/11/crane-four/#respond</comments>\
             <dc:creator><![CDATA[ A. Wharf ]]></dc:creator>\
             <pubDate>Fri, 20 Nov 2026 08:15:00 +0000</pubDate>\
             <category><![CDATA[Ports &amp; ships]]></category>\
             <guid isPermaLink=\"false\">https://quay.test/?p=1182</guid>\
             <description><![CDATA[<p>It lifts [&#8230;]</p>]]></description>\
             <content:encoded><![CDATA[<p>It lifts again.</p>]]></content:encoded>\
             <wfw:commentRss>https://quay.test/2026/11/crane-four/feed/</wfw:commentRss>\
             <slash:comments>3</slash:comments></item>"),
        &[(
            "Crane \u{201c}four\u{201d} & berth five\u{2019}s turn",
            "https://quay.test/2026/11/crane-four/",
            "2026-11-20T08:15:00Z",
        )],
    );
    check(
        "Drupal",
        "https://quay.test/rss.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" \
         xml:base=\"https://quay.test/news\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
         <title>Quay</title><item><title>Dredging &lt;em&gt;begins&lt;/em&gt;</title>\
         <link>/node/77</link><description>&lt;span class=\"field\"&gt;Mud&lt;/span&gt;</description>\
         <pubDate>Thu, 19 Nov 2026 17:00:00 -0500</pubDate><dc:creator>clerk</dc:creator>\
         <guid isPermaLink=\"false\">77 at https://quay.test</guid></item></channel></rss>",
        &[("Dredging begins", "https://quay.test/node/77", "2026-11-19T22:00:00Z")],
    );
    check(
        "Substack",
        "https://letter.test/feed",
        &rss(
            "<item><title><![CDATA[Freight, again]]></title><description><![CDATA[Why]]></description>\
             <link>https://letter.test/p/freight-again</link>\
             <guid isPermaLink=\"false\">https://letter.test/p/freight-again</guid>\
             <dc:creator><![CDATA[B. Keel]]></dc:creator><pubDate>Wed, 18 Nov 2026 12:01:02 GMT</pubDate>\
             <enclosure url=\"https://letter.test/i.jpg\" length=\"0\" type=\"image/jpeg\"/></item>",
        ),
        &[("Freight, again", "https://letter.test/p/freight-again", "2026-11-18T12:01:02Z")],
    );
    check(
        "Medium, with what it adds to links",
        "https://medium.test/feed/@keel",
        &rss("<item><title><![CDATA[Ports & power]]></title>\
             <link>https://medium.test/ports-power-9f?source=rss-1c------2</link>\
             <guid isPermaLink=\"false\">https://medium.test/p/9f</guid>\
             <pubDate>Tue, 17 Nov 2026 06:00:00 GMT</pubDate>\
             <atom:updated>2026-11-19T06:00:00.123Z</atom:updated></item>"),
        &[(
            "Ports & power",
            "https://medium.test/ports-power-9f?source=rss-1c------2",
            "2026-11-17T06:00:00Z",
        )],
    );
    check(
        "Feedburner",
        "https://feeds.test/quay",
        &rss("<item><title>Ice in the strait</title>\
             <link>https://feeds.test/~r/quay/~3/abc/</link>\
             <guid isPermaLink=\"false\">tag:quay.test,2026:ice</guid>\
             <pubDate>Mon, 16 Nov 2026 10:00:00 PST</pubDate>\
             <feedburner:origLink>https://quay.test/ice</feedburner:origLink></item>"),
        &[("Ice in the strait", "https://feeds.test/~r/quay/~3/abc/", "2026-11-16T18:00:00Z")],
    );
    check(
        "Blogger",
        "https://quay.test/feeds/posts/default",
        &atom(
            "<entry><id>tag:blogger.test,1999:blog-1.post-2</id>\
              <published>2026-11-15T23:30:00.003-08:00</published>\
              <updated>2026-11-16T01:00:00.000-08:00</updated>\
              <title type=\"text\">Tugs &amp; lines</title>\
              <content type=\"html\">&lt;p&gt;Taut.&lt;/p&gt;</content>\
              <link rel=\"replies\" type=\"application/atom+xml\" href=\"https://quay.test/c/1\"/>\
              <link rel=\"edit\" type=\"application/atom+xml\" href=\"https://quay.test/e/1\"/>\
              <link rel=\"self\" type=\"application/atom+xml\" href=\"https://quay.test/s/1\"/>\
              <link rel=\"alternate\" type=\"text/html\" href=\"https://quay.test/2026/tugs.html\"/>\
              <thr:total>0</thr:total></entry>",
        ),
        &[("Tugs & lines", "https://quay.test/2026/tugs.html", "2026-11-16T07:30:00.003Z")],
    );
    check(
        "Hugo, with a title that looks like markup",
        "https://quay.test/index.xml",
        &rss("<item><title>Using &amp;lt;canvas&amp;gt; for charts</title>\
             <link>https://quay.test/posts/canvas/</link>\
             <pubDate>Sat, 14 Nov 2026 00:00:00 +0000</pubDate>\
             <guid>https://quay.test/posts/canvas/</guid><description>x</description></item>"),
        &[("Using for charts", "https://quay.test/posts/canvas/", "2026-11-14T00:00:00Z")],
    );
    check(
        "Squarespace: no link but a permanent guid",
        "https://quay.test/?format=rss",
        &rss("<item><title>Open day</title><dc:creator>x</dc:creator>\
             <pubDate>Fri, 13 Nov 2026 15:00:00 +0000</pubDate>\
             <guid isPermaLink=\"true\">https://quay.test/open-day</guid></item>"),
        &[("Open day", "https://quay.test/open-day", "2026-11-13T15:00:00Z")],
    );
}

#[test]
fn sites_with_a_manner_of_their_own() {
    check(
        "YouTube",
        "https://www.youtube.test/feeds/videos.xml?channel_id=UC1",
        &atom(
            "<entry><id>yt:video:abc</id><yt:videoId>abc</yt:videoId><title>Harbour tour</title>\
              <link rel=\"alternate\" href=\"https://www.youtube.test/watch?v=abc\"/>\
              <published>2026-11-12T10:00:05+00:00</published><updated>2026-11-13T00:00:00+00:00</updated>\
              <media:group><media:title>Other words</media:title>\
              <media:content url=\"https://www.youtube.test/v/abc\" type=\"application/x-shockwave-flash\"/>\
              <media:description>All of it\n\nand more</media:description></media:group></entry>",
        ),
        &[("Harbour tour", "https://www.youtube.test/watch?v=abc", "2026-11-12T10:00:05Z")],
    );
    check(
        "GitHub releases",
        "https://github.test/quay/tide/releases.atom",
        &atom(
            "<entry><id>tag:github.test,2008:Repository/1/v1.2.0</id>\
              <updated>2026-11-11T09:08:07Z</updated>\
              <link rel=\"alternate\" type=\"text/html\" href=\"https://github.test/quay/tide/releases/tag/v1.2.0\"/>\
              <title>1.2.0: fewer &lt;table&gt;s</title><content type=\"html\">&lt;h2&gt;Notes&lt;/h2&gt;</content>\
              </entry>",
        ),
        &[(
            "1.2.0: fewer s",
            "https://github.test/quay/tide/releases/tag/v1.2.0",
            "2026-11-11T09:08:07Z",
        )],
    );
    check(
        "Mastodon: no titles",
        "https://social.test/@keel.rss",
        &rss("<item><guid isPermaLink=\"true\">https://social.test/@keel/1</guid>\
             <link>https://social.test/@keel/1</link><pubDate>Tue, 10 Nov 2026 20:00:00 +0000</pubDate>\
             <description>&lt;p&gt;Fog today.&lt;/p&gt;</description></item>"),
        &[("", "https://social.test/@keel/1", "2026-11-10T20:00:00Z")],
    );
    check(
        "Google News: the publisher behind a source",
        "https://news.google.test/rss/search?q=quay",
        &rss("<item><title>Strike ends - The Gazette</title>\
             <link>https://news.google.test/rss/articles/CBMi?oc=5</link>\
             <guid isPermaLink=\"false\">CBMi</guid><pubDate>Mon, 09 Nov 2026 08:00:00 GMT</pubDate>\
             <description>&lt;a href=\"https://news.google.test/x\"&gt;Strike ends&lt;/a&gt;&amp;nbsp;&amp;nbsp;\
             &lt;font color=\"#6f6f6f\"&gt;The Gazette&lt;/font&gt;</description>\
             <source url=\"https://gazette.test\">The Gazette</source></item>"),
        &[(
            "Strike ends - The Gazette",
            "https://news.google.test/rss/articles/CBMi?oc=5",
            "2026-11-09T08:00:00Z",
        )],
    );
    check(
        "A podcast: an enclosure and nothing else to open",
        "https://cast.test/feed",
        &rss("<item><title>Episode 9</title><itunes:title>Nine</itunes:title>\
             <enclosure url=\"https://cast.test/9.mp3\" length=\"1\" type=\"audio/mpeg\"/>\
             <guid isPermaLink=\"false\">9</guid><pubDate>Sun, 8 Nov 2026 05:00:00 EST</pubDate>\
             <itunes:duration>01:02:03</itunes:duration></item>"),
        &[("Episode 9", "https://cast.test/9.mp3", "2026-11-08T10:00:00Z")],
    );
    check(
        "JSON Feed 1.0 and 1.1",
        "https://json.test/feed.json",
        r#"{"version":"https://jsonfeed.org/version/1","title":"Dock","items":[
            {"id":"1","url":"https://json.test/1","title":"Lock &amp; key","content_text":"x",
             "date_published":"2026-11-07T08:00:00+08:00"},
            {"id":"2","external_url":"https://else.test/2","url":"https://json.test/2",
             "content_html":"<p>Untitled</p>","date_modified":"2026-11-06T00:00:00Z",
             "authors":[{"name":"A"}],"tags":["t"],"language":"en"}]}"#,
        &[
            ("Lock & key", "https://json.test/1", "2026-11-07T00:00:00Z"),
            ("", "https://json.test/2", "2026-11-06T00:00:00Z"),
        ],
    );
}

#[test]
fn wires_and_authorities() {
    check(
        "A wire service with a zone of letters",
        "https://wire.test/rss",
        &rss("<item><guid isPermaLink=\"true\">https://wire.test/news-release/1.html</guid>\
             <link>https://wire.test/news-release/1.html</link>\
             <title><![CDATA[Keel Corp. (NYSE: KEEL) Reports Q3]]></title>\
             <description><![CDATA[<p>NEW YORK--</p>]]></description>\
             <pubDate>Thu, 05 Nov 2026 16:05 EST</pubDate><dc:language>en</dc:language></item>"),
        &[(
            "Keel Corp. (NYSE: KEEL) Reports Q3",
            "https://wire.test/news-release/1.html",
            "2026-11-05T21:05:00Z",
        )],
    );
    check(
        "EDGAR: Latin-1 declared, category without a scheme, Eastern time",
        "https://www.sec.test/cgi-bin/browse-edgar?output=atom",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\
         <title>Latest Filings</title><entry><title>8-K - KEEL CORP (0001) (Filer)</title>\
         <link rel=\"alternate\" type=\"text/html\" href=\"https://www.sec.test/Archives/1-index.htm\"/>\
         <summary type=\"html\"> &lt;b&gt;Filed:&lt;/b&gt; 2026-11-04 &lt;b&gt;AccNo:&lt;/b&gt; 1</summary>\
         <updated>2026-11-04T17:29:12-05:00</updated>\
         <category scheme=\"https://www.sec.test/\" label=\"form type\" term=\"8-K\"/>\
         <id>urn:tag:sec.test,2008:accession-number=1</id></entry></feed>",
        &[(
            "8-K - KEEL CORP (0001) (Filer)",
            "https://www.sec.test/Archives/1-index.htm",
            "2026-11-04T22:29:12Z",
        )],
    );
    check(
        "gov.uk",
        "https://www.gov.test/search/news.atom",
        &atom(
            "<entry><id>https://www.gov.test/news/keel#2026-11-03T10:00:00+00:00</id>\
              <updated>2026-11-03T10:00:00+00:00</updated>\
              <link href=\"https://www.gov.test/news/keel\"/><title>Guidance: Sanctions: keel</title>\
              <summary type=\"html\">Updated.</summary></entry>",
        ),
        &[("Guidance: Sanctions: keel", "https://www.gov.test/news/keel", "2026-11-03T10:00:00Z")],
    );
    check(
        "An official journal in RDF",
        "https://journal.test/rss",
        "<?xml version=\"1.0\"?><rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:prism=\"http://prismstandard.org/namespaces/1.2/basic/\">\
         <channel rdf:about=\"https://journal.test/\"><title>OJ</title><items><rdf:Seq>\
         <rdf:li rdf:resource=\"https://journal.test/1\"/></rdf:Seq></items></channel>\
         <item rdf:about=\"https://journal.test/1\"><title>Regulation (EU) 2026/1</title>\
         <link>https://journal.test/1</link><dc:date>2026-11-02</dc:date>\
         <prism:number>1</prism:number></item></rdf:RDF>",
        &[("Regulation (EU) 2026/1", "https://journal.test/1", "2026-11-02T00:00:00Z")],
    );
    check(
        "arXiv",
        "https://export.arxiv.test/api/query",
        &atom(
            "<entry><id>http://arxiv.test/abs/2611.00001v1</id>\
              <updated>2026-11-01T18:00:00Z</updated><published>2026-11-01T18:00:00Z</published>\
              <title>On hulls:\n  a survey of $\\alpha &lt; \\beta$</title><summary>  Long.\n</summary>\
              <link href=\"http://arxiv.test/abs/2611.00001v1\" rel=\"alternate\" type=\"text/html\"/>\
              <link title=\"pdf\" href=\"http://arxiv.test/pdf/2611.00001v1\" rel=\"related\" type=\"application/pdf\"/>\
              </entry>",
        ),
        &[(
            "On hulls: a survey of $\\alpha < \\beta$",
            "http://arxiv.test/abs/2611.00001v1",
            "2026-11-01T18:00:00Z",
        )],
    );
    check(
        "A Chinese agency: CST is its own, a date without a zone is taken as UTC, characters in the address",
        "http://www.agency.cn/rss/news.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>新闻</title>\
         <language>zh-cn</language><item><title><![CDATA[港口 重新开放]]></title>\
         <link>http://www.agency.cn/新闻/1.htm</link><author>agency（a@agency.cn）</author>\
         <pubDate>2026年10月31日 08:30</pubDate></item>\
         <item><title>第二</title><link>http://Www.Agency.cn/2.htm</link>\
         <pubDate>Fri, 30 Oct 2026 09:00:00 CST</pubDate></item></channel></rss>",
        &[
            ("港口 重新开放", "http://www.agency.cn/新闻/1.htm", "2026-10-31T08:30:00Z"),
            ("第二", "http://Www.Agency.cn/2.htm", "2026-10-30T01:00:00Z"),
        ],
    );
    check(
        "A Japanese broadcaster in RSS 2.0 with a date without a zone",
        "https://www.broadcaster.test/rss/cat0.xml",
        &rss(
            "<item><title>港で火災　けが人なし</title><link>http://www.broadcaster.test/k1.html</link>\
             <guid>http://www.broadcaster.test/k1.html</guid>\
             <pubDate>Thu, 29 Oct 2026 21:04:11 +0900</pubDate><description>x</description></item>",
        ),
        &[("港で火災 けが人なし", "http://www.broadcaster.test/k1.html", "2026-10-29T12:04:11Z")],
    );
}
