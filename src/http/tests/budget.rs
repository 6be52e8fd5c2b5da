//! The governor against a server that counts as Okta does, in paused time.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::*;

/// 2026-11-21 03:11:15.25 UTC: not a whole second, as no real time is.
const EPOCH_MS: u64 = 1_795_230_675_250;

/// A bucket at the server: whole seconds in its headers, windows that begin with the first request.
struct Server {
    limit: u32,
    born: Instant,
    ends: u64,
    used: u32,
    /// The requests that were let through, by window and sender.
    counts: BTreeMap<(u64, String), u32>,
    refused: u32,
}

impl Server {
    fn new(limit: u32) -> Self {
        Self { limit, born: Instant::now(), ends: 0, used: 0, counts: BTreeMap::new(), refused: 0 }
    }

    fn take(&mut self, sender: &str) -> http::Response<Vec<u8>> {
        let now = EPOCH_MS + u64::try_from(self.born.elapsed().as_millis()).unwrap();
        if now >= self.ends * 1000 {
            self.ends = now / 1000 + 60;
            self.used = 0;
        }
        let status = if self.used < self.limit {
            self.used += 1;
            *self.counts.entry((self.ends, sender.to_owned())).or_default() += 1;
            200
        } else {
            self.refused += 1;
            429
        };
        let date = jiff::Timestamp::from_second(i64::try_from(now / 1000).unwrap()).unwrap();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
        let (limit, remaining, reset) = (self.limit.to_string(), (self.limit - self.used).to_string(), self.ends.to_string());
        let headers =
            [("date", &*date), ("x-rate-limit-limit", &*limit), ("x-rate-limit-remaining", &*remaining), ("x-rate-limit-reset", &*reset)];
        answer(status, &headers, "[]")
    }
}

/// A client of that server whose requests take a while each way.
fn reader(server: &Arc<Mutex<Server>>, token: &str, budget: u32, latencies: Vec<u64>) -> Reader {
    let (server, next) = (Arc::clone(server), Mutex::new(latencies.into_iter().cycle()));
    let transport = FnTransport(move |request: http::Request<Vec<u8>>| {
        let server = Arc::clone(&server);
        let mut next = next.lock().unwrap();
        let [there, back] = [next.next().unwrap(), next.next().unwrap()].map(Duration::from_millis);
        async move {
            sleep(there).await;
            let sender = request.headers()["authorization"].to_str().unwrap().to_owned();
            let answer = server.lock().unwrap().take(&sender);
            sleep(back).await;
            Ok(answer)
        }
    });
    let credentials = Credentials::ssws(BaseUrl::parse("https://acme.okta.com").unwrap(), Secret::new(token.to_owned())).unwrap();
    Reader::new(Arc::new(transport), credentials, Governor::new(Budget::percent(budget).unwrap()), policy())
}

/// Sends so many requests, so many at once.
async fn send(readers: &[Reader], each: usize, at_once: usize) {
    let mut workers = JoinSet::new();
    for reader in readers {
        let left = Arc::new(Mutex::new(each));
        for _ in 0..at_once {
            let (reader, left) = (reader.clone(), Arc::clone(&left));
            workers.spawn(async move {
                while let Some(rest) = {
                    let mut left = left.lock().unwrap();
                    left.checked_sub(1).inspect(|rest| *left = *rest)
                } {
                    reader.get::<()>(Request::get("/api/v1/apps/0oa1/grants").query("n", rest.to_string())).await.unwrap();
                }
            });
        }
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
}

fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_runs_at_once_keep_to_their_budgets_and_are_never_told_429(
        limit in 2_u32..120,
        at_once in 1_usize..12,
        latencies in prop::collection::vec(1_u64..3_000, 7..23),
    ) {
        let (counts, refused) = in_paused_time(async {
            let server = Arc::new(Mutex::new(Server::new(limit)));
            let readers = ["00-a", "00-b"].map(|token| reader(&server, token, 50, latencies.clone()));
            send(&readers, 100, at_once).await;
            let server = server.lock().unwrap();
            (server.counts.clone(), server.refused)
        });
        prop_assert_eq!(refused, 0);
        prop_assert_eq!(counts.values().sum::<u32>(), 200);
        for ((window, sender), count) in counts {
            prop_assert!(count <= limit / 2, "{} sent {} of {} in the window to {}", sender, count, limit, window);
        }
    }

    #[test]
    fn a_run_leaves_room_for_others_who_use_most_of_the_bucket(others in 0_u32..100, budget in 10_u32..=90) {
        let (counts, refused) = in_paused_time(async {
            let server = Arc::new(Mutex::new(Server::new(100)));
            for _ in 0..others {
                server.lock().unwrap().take("others");
            }
            send(&[reader(&server, "00-a", budget, vec![20, 30, 5, 70])], 100, 8).await;
            let server = server.lock().unwrap();
            (server.counts.clone(), server.refused)
        });
        prop_assert_eq!(refused, 0);
        let first = counts.iter().find(|((_, sender), _)| sender == "SSWS 00-a").map_or(0, |(_, count)| *count);
        prop_assert!(first <= budget.min(90_u32.saturating_sub(others).max(1)), "{} after {}", first, others);
    }
}

#[test]
fn the_whole_budget_of_a_window_is_used() {
    let (elapsed, counters) = in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(100)));
        let reader = reader(&server, "00-a", 50, vec![50]);
        let started = Instant::now();
        send(std::slice::from_ref(&reader), 120, 8).await;
        (started.elapsed(), reader.governor().counters())
    });
    // 50 in the first minute, 50 in the second, 20 in the third; each minute and at most two seconds, for whole seconds' sake.
    assert!((120..=125).contains(&elapsed.as_secs()), "{elapsed:?}");
    let Counters { requests, waits, waited, told } = counters[&Bucket::Apps];
    assert_eq!((requests, told), (120, 0));
    assert!(waits > 0 && waited <= elapsed && waited > Duration::from_secs(100), "{waits} {waited:?}");
}

#[test]
fn the_forecast_counts_whole_windows_and_the_second_between_them() {
    in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(100)));
        let reader = reader(&server, "00-a", 50, vec![50]);
        assert_eq!(reader.governor().forecast(Bucket::Apps, 1000), Duration::ZERO, "nothing is known yet");
        send(std::slice::from_ref(&reader), 10, 1).await;
        let seconds = [0, 1, 40, 41, 90, 91, 140, 141, 1000].map(|n| reader.governor().forecast(Bucket::Apps, n).as_secs());
        // The first window began a second ago.
        assert_eq!(seconds, [0, 0, 0, 59, 59, 59 + 61, 59 + 61, 59 + 2 * 61, 59 + 19 * 61]);
    });
}

#[test]
fn a_429_is_waited_out_exactly_as_told_and_counted() {
    in_paused_time(async {
        let rate = [
            ("date", "Sat, 21 Nov 2026 03:11:15 GMT"),
            ("x-rate-limit-limit", "100"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", "1795230700"),
        ];
        let script = Script::new([Ok(answer(429, &rate, "")), Ok(answer(200, &[], "{}"))]);
        let started = Instant::now();
        script.reader().get::<Any>(Request::get("/api/v1/logs")).await.unwrap();
        // 03:11:40 − 03:11:15 + 1 s, and two answers of 100 ms.
        assert_eq!(started.elapsed(), Duration::from_millis(26_200));
        let counters = script.reader().governor().counters()[&Bucket::Logs];
        assert_eq!(counters, Counters { requests: 2, waits: 1, waited: Duration::from_secs(26), told: 1 });
    });
}

#[test]
fn too_many_at_once_is_answered_by_backing_off() {
    in_paused_time(async {
        let rate = [("x-rate-limit-limit", "0"), ("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1795230700")];
        let script = Script::new([Ok(answer(429, &rate, "")), Ok(answer(429, &rate, "")), Ok(answer(200, &[], "{}"))]);
        let started = Instant::now();
        script.reader().get::<Any>(Request::get("/api/v1/logs")).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_millis(300 + 250 + 500));
        assert_eq!(script.reader().governor().counters()[&Bucket::Logs].told, 2);
    });
}

#[test]
fn before_the_limit_is_known_one_request_goes_at_a_time() {
    in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(100)));
        let reader = reader(&server, "00-a", 50, vec![500]);
        let started = Instant::now();
        send(&[reader], 9, 8).await;
        // One alone, then eight together.
        assert_eq!(started.elapsed(), Duration::from_secs(2));
    });
}

#[test]
fn where_nothing_is_counted_nothing_waits() {
    in_paused_time(async {
        let outcomes: Vec<Outcome> = (0..200).map(|_| Ok(answer(200, &[], "{}"))).collect();
        let script = Script::new(outcomes);
        let started = Instant::now();
        send(std::slice::from_ref(script.reader()), 200, 10).await;
        assert!(started.elapsed() <= Duration::from_millis(2200), "{:?}", started.elapsed());
    });
}

#[test]
fn a_request_that_is_abandoned_does_not_hold_up_the_rest() {
    in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(100)));
        let reader = reader(&server, "00-a", 50, vec![5_000]);
        let probe = tokio::time::timeout(Duration::from_secs(1), reader.get::<()>(Request::get("/api/v1/apps")));
        assert!(probe.await.is_err());
        let started = Instant::now();
        reader.get::<()>(Request::get("/api/v1/apps")).await.unwrap();
        assert_eq!(started.elapsed(), Duration::from_secs(10));
    });
}

#[test]
fn requests_that_slip_into_the_next_window_count_there() {
    let (counts, refused) = in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(20)));
        let reader = [reader(&server, "00-a", 50, vec![50])];
        send(&reader, 2, 1).await;
        // The server's window ended at 59.75 s; by whole seconds it may last until 61.
        let elapsed = server.lock().unwrap().born.elapsed();
        sleep(Duration::from_mins(1).saturating_sub(elapsed)).await;
        send(&reader, 8, 8).await;
        send(&reader, 20, 8).await;
        let server = server.lock().unwrap();
        (server.counts.values().copied().collect::<Vec<_>>(), server.refused)
    });
    assert_eq!((counts, refused), (vec![2, 10, 10, 8], 0));
}

#[test]
fn an_answer_from_a_window_that_is_over_changes_nothing() {
    let counts = in_paused_time(async {
        let server = Arc::new(Mutex::new(Server::new(20)));
        let mut latencies = vec![50, 50, 50, 65_000];
        latencies.resize(200, 50);
        let reader = [reader(&server, "00-a", 50, latencies)];
        send(&reader, 1, 1).await;
        let late = tokio::spawn({
            let reader = reader.clone();
            async move { send(&reader, 1, 1).await }
        });
        sleep(Duration::from_secs(62)).await;
        send(&reader, 5, 1).await;
        late.await.unwrap();
        send(&reader, 15, 4).await;
        server.lock().unwrap().counts.values().copied().collect::<Vec<_>>()
    });
    // The one that was still on its way counts in the second window too: it might have been late there rather than back.
    assert_eq!(counts, [2, 9, 10, 1]);
}
