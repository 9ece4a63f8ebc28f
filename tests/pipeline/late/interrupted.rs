//! Back-fills that are cut off and gone through again: each item is told once.

use super::*;
use crate::support::desk::service;

/// Lets a future be asked so often, and then drops it: as if the process had died there.
pub(in crate::pipeline) struct Cut<F> {
    pub(in crate::pipeline) inner: Pin<Box<F>>,
    pub(in crate::pipeline) left: u32,
}

impl<F: Future> Future for Cut<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.inner.as_mut().poll(context).map(Some)
    }
}

/// What is in force with these companies beside a topic, for one reader.
pub(super) async fn in_force(store: &Arc<dyn Store>, companies: &str, now: Timestamp) -> InForce {
    let list = format!(
        "{companies}\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n"
    );
    let sources: String = ["wire", "gazette", "ledger"]
        .map(|id| format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.test/feed\"\n"))
        .concat();
    let texts = BTreeMap::from([
        ("watchlistd.toml".to_owned(), service()),
        ("sources.toml".to_owned(), sources),
        ("readers.toml".to_owned(), MEI.to_owned()),
        ("watchlist.toml".to_owned(), list),
    ]);
    let files = Files::from_texts(Path::new("/nowhere"), texts);
    let (parts, problems) = wire::build(files, &Environment::default());
    let parts = parts.unwrap_or_else(|| panic!("{problems:?}"));
    let version = start::adopt(&**store, &parts, now).await.unwrap();
    parts.in_force(version, None)
}

/// Assesses until nothing is left, cut off at the first await, at the second, and so on; gives how often.
async fn cut_off_everywhere(ground: &Ground, in_force: &Arc<InForce>) -> usize {
    let mut cuts = 0;
    for left in 1.. {
        let mut assessor = Assessor::new(ground.clone(), "one".to_owned());
        let current = || Arc::clone(in_force);
        let inner = Box::pin(assessor.run(&current));
        match (Cut { inner, left }).await {
            None => cuts += 1,
            Some(done) => {
                done.unwrap();
                break;
            }
        }
    }
    cuts
}

/// The process may die at any await of a back-fill over several pages, with what it asked of the store
/// done or not: in the end every item was told, each once.
#[tokio::test]
async fn wherever_a_back_fill_is_cut_off_each_item_is_told_once() {
    const ITEMS: usize = 1_700;
    let items: Vec<Item> = (0..ITEMS)
        .map(|n| {
            let who = if n % 5 == 0 { "Keelung Foundry" } else { "Nobody of note" };
            item(n, "wire", 1 + (n / 100) as u32, &format!("{who} faces delisting no. {n}"))
        })
        .collect();
    let store: Arc<dyn Store> = Arc::new(store_of(&items).await);
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(friday_noon().plus(HOUR)));
    let ground = Ground { store: Arc::clone(&store), clock: Arc::clone(&clock) };
    let one = Arc::new(in_force(&store, "", clock.now()).await);
    let mut assessor = Assessor::new(ground.clone(), "one".to_owned());
    let first = assessor.run(&|| Arc::clone(&one)).await.unwrap();
    assert_eq!((first.items, first.alerts), (ITEMS as u64, 0));
    drop(assessor);

    let two = Arc::new(in_force(&store, KEELUNG, clock.now()).await);
    let cuts = cut_off_everywhere(&ground, &two).await;
    // How often an await waits at all is the machine's affair.
    assert!(cuts > 1, "cut off {cuts} times only");
    let told = store.pending_notices("Mei".to_owned()).await.unwrap();
    let told_of: BTreeSet<&str> = told.iter().map(|one| one.item.id.as_str()).collect();
    let wanted: BTreeSet<&str> = items.iter().step_by(5).map(|one| one.id.as_str()).collect();
    assert_eq!(told_of, wanted);
    assert_eq!(told.len(), wanted.len(), "each once");
    assert!(told.iter().all(|one| one.alert.marks.contains(&Mark::Late)));
    assert!(told.iter().all(|one| one.notice.urgency == Urgency::Digest), "never urgent");

    // The same while all of it is taken back, and while it is found once more.
    for (companies, owed) in [("", 0), (KEELUNG, wanted.len())] {
        let next = Arc::new(in_force(&store, companies, clock.now()).await);
        assert!(cut_off_everywhere(&ground, &next).await > 2);
        let told = store.pending_notices("Mei".to_owned()).await.unwrap();
        assert_eq!(told.len(), owed, "{companies}");
    }
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
}
