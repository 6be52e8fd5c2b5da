//! The state machine of a bucket against servers that count in different ways, in any order of events.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::http::meter::Reading;
use crate::http::window::{Admission, Ticket, Window};

/// When the server's windows begin. Nobody says how Okta's do, but that they do not begin with the clock's minutes.
#[derive(Debug, Clone, Copy)]
enum Opens {
    /// With the first request after the last one closed.
    OnDemand,
    /// Every minute, at this many milliseconds.
    Regularly(u64),
}

#[derive(Debug, Clone, Copy)]
struct Rules {
    limit: u32,
    percent: u32,
    opens: Opens,
    /// Whether the named second is the one in which the window ends, or the first that is wholly after it.
    rounded_down: bool,
    /// The server's clock when the run begins, in milliseconds.
    epoch: u64,
}

#[derive(Debug, Clone)]
enum Event {
    Send(u8),
    Others(u32),
    /// One of the requests under way reaches the server.
    Arrive(prop::sample::Index),
    /// One of the answers under way comes in.
    Answer(prop::sample::Index),
    /// An answer comes in that tells nothing, such as a gateway's.
    Garble(prop::sample::Index),
    /// One of the requests or answers under way is lost.
    Lose(prop::sample::Index),
    Pass(u64),
    /// Time passes until the moment that a request was put off to.
    Wait,
}

struct Flight {
    ticket: Ticket,
    /// The window that the server counted it in.
    counted: Option<u64>,
    answer: Option<(u16, [(&'static str, String); 4])>,
}

struct World {
    rules: Rules,
    start: Instant,
    /// Milliseconds since then.
    now: u64,
    window: Window,
    flights: Vec<Flight>,
    put_off: Option<Instant>,
    ends: u64,
    used: u32,
    ours: BTreeMap<u64, u32>,
    others: BTreeMap<u64, u32>,
    /// The windows in which ours were told 429.
    refused: Vec<u64>,
    /// The requests of a window of which nothing was heard: only one more can tell that there is that window.
    silent: BTreeMap<u64, u32>,
}

impl World {
    fn new(rules: Rules) -> Self {
        let (start, window) = (Instant::now(), Window::default());
        let (ours, others, silent) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (flights, refused) = (Vec::new(), Vec::new());
        Self { rules, start, now: 0, window, flights, put_off: None, ends: 0, used: 0, ours, others, refused, silent }
    }

    fn local(&self) -> Instant {
        self.start + Duration::from_millis(self.now)
    }

    fn allowance(&self) -> u32 {
        (self.rules.limit * self.rules.percent / 100).max(1)
    }

    fn serve(&mut self, ours: bool) -> (u16, [(&'static str, String); 4]) {
        let now = self.rules.epoch + self.now;
        if now >= self.ends {
            self.used = 0;
            self.ends = match self.rules.opens {
                Opens::OnDemand => now + 60_000,
                Opens::Regularly(phase) => (now - phase) / 60_000 * 60_000 + phase + 60_000,
            };
        }
        let admitted = self.used < self.rules.limit;
        if admitted {
            self.used += 1;
            let counts = if ours { &mut self.ours } else { &mut self.others };
            *counts.entry(self.ends).or_default() += 1;
        } else if ours {
            self.refused.push(self.ends);
        }
        let date = jiff::Timestamp::from_second(i64::try_from(now / 1000).unwrap()).unwrap();
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
        let reset = if self.rules.rounded_down { self.ends / 1000 } else { self.ends.div_ceil(1000) };
        let headers = [
            ("date", date),
            ("x-rate-limit-limit", self.rules.limit.to_string()),
            ("x-rate-limit-remaining", (self.rules.limit - self.used).to_string()),
            ("x-rate-limit-reset", reset.to_string()),
        ];
        (if admitted { 200 } else { 429 }, headers)
    }

    fn send(&mut self) -> Admission {
        let admission = self.window.admit(self.local(), self.rules.percent);
        match admission {
            Admission::Now(ticket) => self.flights.push(Flight { ticket, counted: None, answer: None }),
            Admission::At(at) => self.put_off = Some(at),
            Admission::AfterAnswer => assert!(!self.flights.is_empty(), "an answer is awaited that is not to come"),
        }
        admission
    }

    fn arrive(&mut self, flight: usize) {
        let answer = self.serve(true);
        self.flights[flight].answer = Some(answer);
        self.flights[flight].counted = Some(self.ends);
    }

    /// Takes out a request that nothing will be heard of.
    fn silence(&mut self, flight: usize) -> Flight {
        let flight = self.flights.remove(flight);
        if let Some(window) = flight.counted {
            *self.silent.entry(window).or_default() += 1;
        }
        flight
    }

    /// Returns how many of ours a window may see.
    fn bound(&self, window: u64) -> u32 {
        self.allowance().max(self.silent.get(&window).map_or(0, |silent| silent + 1))
    }

    /// Takes in the answer of a request that has reached the server.
    fn land(&mut self, flight: usize) {
        let flight = self.flights.remove(flight);
        let (status, headers) = flight.answer.unwrap();
        let headers = headers.map(|(name, value)| (name, value));
        let answer = answer(status, &headers.each_ref().map(|(name, value)| (*name, value.as_str())), "");
        let reading = Reading::of(answer.status(), answer.headers());
        self.window.answered(self.local(), reading, flight.ticket, status == 429);
    }

    fn put_off(&mut self) {
        if let Some(at) = self.put_off.take() {
            let at = u64::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap();
            self.now = self.now.max(at);
        }
    }

    fn happen(&mut self, event: &Event) {
        let chosen = |flights: &[Flight], index: &prop::sample::Index, arrived: Option<bool>| {
            let fit = |f: &Flight| arrived.is_none_or(|arrived| f.answer.is_some() == arrived);
            let fitting: Vec<_> = flights.iter().enumerate().filter(|(_, f)| fit(f)).map(|(i, _)| i).collect();
            (!fitting.is_empty()).then(|| *index.get(&fitting))
        };
        match event {
            Event::Send(many) => (0..*many).for_each(|_| _ = self.send()),
            Event::Others(many) => (0..*many).for_each(|_| _ = self.serve(false)),
            Event::Arrive(index) => chosen(&self.flights, index, Some(false)).into_iter().for_each(|i| self.arrive(i)),
            Event::Answer(index) => chosen(&self.flights, index, Some(true)).into_iter().for_each(|i| self.land(i)),
            Event::Garble(index) => {
                if let Some(i) = chosen(&self.flights, index, Some(true)) {
                    let flight = self.silence(i);
                    self.window.answered(self.local(), Reading::Nothing, flight.ticket, false);
                }
            }
            Event::Lose(index) => {
                if let Some(i) = chosen(&self.flights, index, None) {
                    let flight = self.silence(i);
                    self.window.lost(flight.ticket);
                }
            }
            Event::Pass(time) => self.now += time,
            Event::Wait => self.put_off(),
        }
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let opens = prop_oneof![Just(Opens::OnDemand), (0_u64..60_000).prop_map(Opens::Regularly)];
    let shares = (1_u32..60, prop_oneof![1_u32..=100, Just(50), Just(100)]);
    (shares, opens, any::<bool>(), 0_u64..60_000).prop_map(|((limit, percent), opens, rounded_down, offset)| Rules {
        limit,
        percent,
        opens,
        rounded_down,
        epoch: 1_795_230_675_000 + offset,
    })
}

fn events(others: u32) -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (1_u8..30).prop_map(Event::Send),
        9 => any::<prop::sample::Index>().prop_map(Event::Arrive),
        9 => any::<prop::sample::Index>().prop_map(Event::Answer),
        1 => any::<prop::sample::Index>().prop_map(Event::Garble),
        1 => any::<prop::sample::Index>().prop_map(Event::Lose),
        3 => (1_u64..3_000).prop_map(Event::Pass),
        1 => (1_u64..90_000).prop_map(Event::Pass),
        2 => Just(Event::Wait),
        2 => (0..=others).prop_map(Event::Others),
    ];
    prop::collection::vec(event, 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_window_sees_more_of_ours_than_the_budget_whatever_happens(rules in rules(), events in events(12)) {
        let mut world = World::new(rules);
        for event in &events {
            world.happen(event);
        }
        for (window, ours) in &world.ours {
            prop_assert!(*ours <= world.bound(*window), "{} of {} in the window to {}", ours, world.bound(*window), window);
        }
        for window in &world.refused {
            let others = world.others.get(window).copied().unwrap_or_default();
            let enough = others + world.bound(*window) > rules.limit;
            prop_assert!(enough, "told 429 while others had sent {} of {}", others, rules.limit);
        }
    }

    #[test]
    fn after_any_disturbance_the_whole_budget_is_used_again(rules in rules(), events in events(12)) {
        let mut world = World::new(rules);
        for event in &events {
            world.happen(event);
        }
        while let Some(flight) = world.flights.pop() {
            world.window.lost(flight.ticket);
        }
        let (started, requests) = (world.now, 4 * world.allowance());
        let mut sent = 0;
        while sent < requests {
            match world.send() {
                Admission::Now(_) => {
                    world.arrive(0);
                    sent += u32::from(world.flights[0].answer.as_ref().unwrap().0 == 200);
                    world.now += 5;
                    world.land(0);
                }
                Admission::At(_) => world.put_off(),
                Admission::AfterAnswer => prop_assert!(false, "nothing is under way"),
            }
            // The rest of the window that was, one for what was lost in it, and then four.
            prop_assert!(world.now - started <= 6 * 62_000, "{} of {} after {} s", sent, requests, (world.now - started) / 1000);
        }
    }
}

#[test]
fn what_was_given_up_while_an_answer_was_late_counts_in_the_window_after_it_too() {
    let (opens, rounded_down) = (Opens::Regularly(0), false);
    let mut world = World::new(Rules { limit: 20, percent: 10, opens, rounded_down, epoch: 1_795_230_660_000 });
    let sent = |world: &mut World| assert!(matches!(world.send(), Admission::Now(_)));
    sent(&mut world);
    world.arrive(0);
    world.land(0);
    sent(&mut world);
    let (given_up, late) = (0, 1);
    world.now = 61_000;
    sent(&mut world);
    world.now = 119_000;
    world.arrive(late);
    world.now = 120_000;
    world.arrive(given_up);
    let flight = world.silence(given_up);
    world.window.answered(world.local(), Reading::Nothing, flight.ticket, false);
    world.land(0);
    // The late answer told of a window that is over by now, so one request goes to learn of the next.
    world.now += 3_000;
    sent(&mut world);
    world.arrive(0);
    world.land(0);
    assert!(matches!(world.send(), Admission::At(_)), "two of two have been counted");
}
