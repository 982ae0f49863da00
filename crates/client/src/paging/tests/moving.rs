//! A list that changes between its pages, in every way that chance finds: what stays is never missed by
//! a walk that says that it is complete.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::*;

/// The number of lists that are walked in each way.
const SEEDS: u64 = 300;

/// A server whose cursors are places in the list, as the API's are.
struct Server {
    list: Vec<u32>,
    next: u32,
    page: usize,
    random: fastrand::Rng,
    how: How,
    /// What was there when the walk began, and did not go away.
    stays: BTreeSet<u32>,
    requests: usize,
}

/// How the list changes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    /// Not at all.
    Quiet,
    /// Records come and go, anywhere. Those that stay keep their order, as by creation they do.
    ComeAndGo,
    /// As many come as go.
    Replaced,
    /// Records change places.
    Reordered,
}

impl Server {
    fn new(how: How, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let count = random.u32(0..40);
        Self {
            list: (0..count).collect(),
            next: count,
            page: random.usize(2..9),
            random,
            how,
            stays: (0..count).collect(),
            requests: 0,
        }
    }

    fn go(&mut self) {
        if self.list.is_empty() {
            return;
        }
        let gone = self.list.remove(self.random.usize(0..self.list.len()));
        self.stays.remove(&gone);
    }

    fn come(&mut self) {
        let place = match self.random.bool() {
            true => self.list.len(),
            false => self.random.usize(0..=self.list.len()),
        };
        self.list.insert(place, self.next);
        self.next += 1;
    }

    fn change(&mut self) {
        for _ in 0..self.random.usize(0..4) {
            match self.how {
                How::Quiet => {}
                How::ComeAndGo if self.random.bool() => self.come(),
                How::ComeAndGo => self.go(),
                How::Replaced => {
                    self.go();
                    self.come();
                }
                How::Reordered if self.list.is_empty() => {}
                How::Reordered => {
                    let moved = self.list.remove(self.random.usize(0..self.list.len()));
                    let place = self.random.usize(0..=self.list.len());
                    self.list.insert(place, moved);
                }
            }
        }
    }

    fn answer(&mut self, place: &Place) -> Page<Item> {
        // Now and then nothing happens.
        if self.requests > 0 && self.random.u32(0..3) > 0 {
            self.change();
        }
        self.requests += 1;
        let after = place
            .after
            .as_deref()
            .map_or(0, |it| it.parse::<usize>().unwrap() + 1);
        let start = (after + place.offset.unwrap_or(0)).min(self.list.len());
        let end = (start + self.page).min(self.list.len());
        let ids: Vec<_> = self.list[start..end].iter().map(u32::to_string).collect();
        let places: Vec<_> = (start..end)
            .map(|place| json!({"cursor": place.to_string()}))
            .collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let mut answer = page(&ids, end < self.list.len(), self.list.len());
        answer["edges"] = places.into();
        serde_json::from_value(answer).unwrap()
    }
}

/// Walks such a list, ahead or by cursors: whether it said to be complete, and in how many requests.
async fn complete(how: How, ahead: bool, seed: u64) -> (bool, usize) {
    let server = Mutex::new(Server::new(how, seed));
    let fetch = |place: Place| {
        let page = server.lock().unwrap().answer(&place);
        async move { Ok(page) }
    };
    let id = |item: &Item| item.id.clone();
    let walk = match ahead {
        true => walk_ahead(fetch, id).await,
        false => walk(|after| fetch(Place::after(after)), id).await,
    };
    let server = server.into_inner().unwrap();
    let complete = walk.listing.incomplete.is_none();
    if complete {
        let found = walk
            .listing
            .items
            .iter()
            .map(|item| item.id.parse().unwrap());
        let found: BTreeSet<u32> = found.collect();
        let missed: Vec<_> = server.stays.difference(&found).collect();
        assert!(
            missed.is_empty(),
            "{how:?}, ahead: {ahead}, seed {seed}: missed {missed:?}"
        );
        assert_eq!(
            found.len(),
            walk.listing.items.len(),
            "twice: {how:?}, seed {seed}"
        );
    }
    (complete, server.requests)
}

#[tokio::test]
async fn what_stays_is_never_missed_by_a_complete_walk() {
    for how in [How::Quiet, How::ComeAndGo, How::Replaced, How::Reordered] {
        for ahead in [false, true] {
            let mut whole = 0;
            for seed in 0..SEEDS {
                whole += usize::from(complete(how, ahead, seed).await.0);
            }
            // A test that never sees a complete walk shows nothing.
            assert!(
                whole > SEEDS as usize / 10,
                "{how:?}, ahead: {ahead}: {whole}"
            );
            assert!(how != How::Quiet || whole == SEEDS as usize, "{whole}");
        }
    }
}

#[tokio::test]
async fn an_overlap_costs_no_more_than_its_records() {
    for seed in 0..100 {
        for ahead in [false, true] {
            let server = Server::new(How::Quiet, seed);
            let (count, page) = (server.list.len(), server.page);
            let floor = count.saturating_sub(1).div_ceil(page - 1).max(1);
            let (_, requests) = complete(How::Quiet, ahead, seed).await;
            assert!(
                requests <= floor,
                "{count} records by {page}: {requests} of {floor}"
            );
        }
    }
}
