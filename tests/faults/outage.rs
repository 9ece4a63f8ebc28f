//! Outages of our own network, and what only looks like one: nobody is blamed, and all is read when they end.

use super::*;

/// Four hosts with a feed each, and a desk that has read them once.
async fn four_hosts_read() -> (Vec<Feeds>, Desk) {
    let hosts: Vec<Feeds> = join_all((0..4).map(|_| Feeds::start())).await;
    let urls: Vec<String> = hosts.iter().map(|host| host.url("/feed")).collect();
    for host in &hosts {
        host.script("/feed", [before()]);
    }
    let desk = Desk::watching(&urls).await;
    desk.poll().await;
    (hosts, desk)
}

#[tokio::test]
async fn an_outage_of_our_own_blames_nobody_and_ends_at_once() {
    let (hosts, desk) = four_hosts_read().await;
    let states = || async {
        let rows = desk.store.sources(None, 9).await.unwrap();
        rows.into_iter().map(|row| row.state).collect::<Vec<_>>()
    };
    let well = states().await;
    for host in &hosts {
        host.script("/feed", [Reply::status(200).end(End::Reset)]);
    }
    // Half a day without a network.
    let began = desk.clock.now().plus(HOUR);
    desk.clock.set(began);
    while desk.clock.now() < began.plus(HOUR * 12) {
        desk.poll().await;
        desk.clock.set(desk.clock.now().plus(HOUR));
    }
    assert_eq!(desk.poller.out_since().await, Some(began));
    for (state, before) in states().await.iter().zip(&well) {
        assert_eq!((state.health, state.since), (Health::Healthy, before.since));
        assert_eq!((state.failures, &state.etag), (0, &before.etag));
        assert!(state.error.as_deref().unwrap().contains("our own network"), "{:?}", state.error);
    }
    for host in &hosts {
        host.script("/feed", [healed()]);
    }
    let ended = desk.poll().await;
    assert_eq!((ended.sources, ended.new), (4, 4), "all at once");
    assert_eq!(desk.poller.out_since().await, None);
    assert!(states().await.iter().all(|state| state.error.is_none()));
}

/// A service that is started anew in the middle of an outage knows nothing of it.
#[tokio::test]
async fn a_restart_in_an_outage_blames_nobody_either_and_reads_all_when_it_ends() {
    let (hosts, desk) = four_hosts_read().await;
    for host in &hosts {
        host.script("/feed", [Reply::status(200).end(End::Reset)]);
    }
    desk.clock.set(desk.clock.now().plus(HOUR));
    for _ in 0..3 {
        assert_eq!(desk.restarted().drain(Claim::Due, &mut |_, _| {}).await.unwrap().sources, 4);
        desk.clock.set(desk.clock.now().plus(Duration::from_secs(60)));
    }
    for row in desk.store.sources(None, 9).await.unwrap() {
        assert_eq!((row.state.health, row.state.failures), (Health::Healthy, 0));
        assert!(row.state.error.as_deref().unwrap().contains("our own network"), "{row:?}");
        assert!(row.state.etag.is_some());
    }
    for host in &hosts {
        host.script("/feed", [healed()]);
    }
    let ended = desk.restarted().drain(Claim::Due, &mut |_, _| {}).await.unwrap();
    assert_eq!((ended.sources, ended.new, ended.failed), (4, 4, 0));
}

#[tokio::test]
async fn a_single_round_in_an_outage_ends_early_and_leaves_the_rest_as_it_was() {
    let hosts: Vec<Feeds> = join_all((0..4).map(|_| Feeds::start())).await;
    let address = |n: usize| hosts[n % 4].url(&format!("/{n}"));
    let urls: Vec<String> = (0..200).map(address).collect();
    let all_answer = |reply: &dyn Fn() -> Reply| {
        (0..200).for_each(|n| hosts[n % 4].script(&format!("/{n}"), [reply()]));
    };
    all_answer(&before);
    let desk = Desk::watching(&urls).await;
    assert_eq!(desk.poll().await.sources, 200);
    all_answer(&|| Reply::status(200).end(End::Reset));
    desk.clock.set(desk.clock.now().plus(HOUR));
    let out = desk.poll().await;
    assert!(out.left > 50, "{out:?}");
    assert_eq!(out.sources + out.left, 200);
    assert_eq!(out.out_since, Some(desk.clock.now()));
    all_answer(&healed);
    let rest = desk.poll().await;
    assert_eq!((rest.sources, rest.new, rest.left), (out.left, out.left, 0), "they are due still");
    desk.clock.set(desk.clock.now().plus(Duration::from_secs(60)));
    assert_eq!(desk.poll().await.new, out.sources, "and the others soon");
}

/// A process that dies in the middle of a round, and the next one.
#[tokio::test]
async fn what_was_polled_before_a_death_is_not_asked_for_again() {
    let feeds = Feeds::start().await;
    let urls: Vec<String> = (0..200).map(|n| feeds.url(&format!("/{n}"))).collect();
    (0..200).for_each(|n| feeds.script(&format!("/{n}"), [before()]));
    let desk = Desk::watching(&urls).await;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let poller = desk.restarted();
    let round = tokio::spawn(async move {
        let mut watch = |_: usize, _: &_| tell.send(()).unwrap();
        poller.drain(Claim::Due, &mut watch).await
    });
    told.recv().await.unwrap();
    round.abort();
    assert!(round.await.unwrap_err().is_cancelled());
    let done: Vec<SourceId> = {
        let rows = desk.store.sources(None, 999).await.unwrap();
        rows.into_iter().filter(|row| row.state.etag.is_some()).map(|row| row.source.id).collect()
    };
    assert!(!done.is_empty() && done.len() < 200, "{} were done", done.len());
    desk.store.release_leases(desk.clock.now()).await.unwrap();
    let rest = desk.restarted().drain(Claim::Due, &mut |_, _| {}).await.unwrap();
    // What was on its way into the store may have arrived meanwhile.
    assert!(rest.sources <= 200 - done.len() as u64, "{rest:?}");
    let requests = feeds.requests();
    for source in &done {
        let path = source.as_str().replacen('s', "/", 1);
        let times = requests.iter().filter(|one| one.path == path).count();
        assert_eq!(times, 1, "{source} was done before");
    }
    assert_eq!(desk.store.items(None, 999).await.unwrap().len(), 600);
}

#[tokio::test]
async fn one_dead_host_among_several_is_its_own_fault() {
    let (hosts, desk) = four_hosts_read().await;
    hosts[0].script("/feed", [Reply::status(200).end(End::Reset)]);
    desk.clock.set(noon().plus(HOUR));
    desk.poll().await;
    let (state, _) = desk.state().await;
    assert_eq!((state.health, state.failures), (Health::Failing, 1));
    assert_eq!(desk.poller.out_since().await, None);
}
