//! Told to stop: what is in flight is finished, the rest is reported, and nothing is left half done.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::org::TestOrg;
use crate::relay::Relay;

/// Holds the first request with a method until it is let go.
struct Gate {
    arrived: Receiver<()>,
    release: Sender<()>,
    relay: Relay,
}

impl Gate {
    fn before(test: &mut TestOrg, method: &'static str) -> Self {
        let (arrive, arrived) = channel();
        let (release, released) = channel::<()>();
        let once = Mutex::new(Some((arrive, released)));
        let relay = test.behind(move |request, org| {
            if request.method() == method
                && let Some((arrive, released)) = once.lock().unwrap().take()
            {
                arrive.send(()).unwrap();
                // A test that is over lets go by being gone.
                released.recv().unwrap_or_default();
            }
            org.pass(request)
        });
        Self { arrived, release, relay }
    }

    fn wait(&self) {
        self.arrived.recv_timeout(Duration::from_mins(1)).expect("the request comes");
    }
}

/// Stops an apply with a signal while its first write is under way, and returns what is left to be created after that.
fn stopped_once(signal: &str) -> (String, TestOrg) {
    let mut test = TestOrg::with_both();
    let gate = Gate::before(&mut test, "POST");
    let mut running = test.start("apply --auto-approve --parallelism 1");
    gate.wait();
    running.signal(signal);
    running.until("Interrupted");
    gate.release.send(()).unwrap();
    let output = running.end().ends_with(4);
    assert_eq!(output.writes(), ["POST /api/v1/apps"]);
    let report = gate.relay.shown(&output);
    test.set("OKTA_CLIENT_ORGURL", test.url().to_owned());
    (report[report.find("4 to create").unwrap()..].to_owned(), test)
}

#[test]
fn an_interrupted_apply_finishes_what_is_in_flight_and_reports_the_rest() {
    let (report, test) = stopped_once("INT");
    insta::assert_snapshot!(report, @"
    4 to create, with 4 requests.

    applied   create App/billing-worker
    skipped   create App/web-portal
        interrupted before it was started
    skipped   create Grant/billing-worker/okta.groups.read
        interrupted before it was started
    skipped   create Grant/billing-worker/okta.users.read
        interrupted before it was started

    1 applied, 3 skipped.
    What is done stays done: look at the reasons, then plan and apply again.
    ------- stderr -------
    Interrupted: what is in flight is finished, and nothing more is started. Once more stops at once.
    [exit status: 4]
    ");
    let again = test.run("apply --auto-approve").ends_with(0);
    assert_eq!(again.writes().len(), 3, "what was done is not done again: {again}");
    test.assert_laws("");
}

#[test]
fn what_a_pipeline_sends_before_it_kills_is_an_interrupt_too() {
    assert_eq!(stopped_once("TERM").0, stopped_once("INT").0);
}

#[test]
fn a_second_interrupt_stops_at_once() {
    let mut test = TestOrg::with_both();
    let gate = Gate::before(&mut test, "POST");
    let mut running = test.start("apply --auto-approve --parallelism 1");
    gate.wait();
    running.signal("INT");
    running.until("Interrupted");
    running.signal("TERM");
    let output = gate.relay.shown(&running.end().ends_with(4));
    insta::assert_snapshot!(output[output.find("-------").unwrap()..], @"
    ------- stderr -------
    Interrupted: what is in flight is finished, and nothing more is started. Once more stops at once.
    error: stopped with requests in flight

    hint: look what is left to do; what was done is not done again
        idpctl plan
    [exit status: 4]
    ");
}

/// Not `INT`, which a plan would rightly go on ignoring if whatever runs this test were started ignoring it, as `nohup` and `&` do.
#[test]
fn a_plan_that_is_stopped_ends_like_any_program_and_leaves_nothing() {
    let mut test = TestOrg::with_both();
    let before = test.names(".");
    let gate = Gate::before(&mut test, "GET");
    let running = test.start("plan --out plan.json");
    gate.wait();
    running.signal("TERM");
    insta::assert_snapshot!(running.end(), @"[exit status: -1]");
    assert_eq!(test.names("."), before);
}
