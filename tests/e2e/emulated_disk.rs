//! The emulator when its disk is full, its folder gone or not to be written to: a write that cannot be kept is refused, nothing is lost, and
//! it goes on when it can.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::crashes::line::Line;
use crate::crashes::victim::Victim;
use crate::org::TestOrg;
use crate::surroundings::powerless;

const GROUPS: &str = "/api/v1/groups";

/// Creates groups, by the number given and on, until one is refused; returns how many there are then.
fn fill(line: &mut Line, from: usize, most: usize) -> usize {
    for n in from..most {
        let (status, answer) = create(line, n);
        if status != 200 {
            assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
            return n;
        }
    }
    panic!("{most} groups have room")
}

fn create(line: &mut Line, n: usize) -> (u16, Value) {
    let group = json!({"profile": {"name": format!("Group {n:05}"), "description": "x".repeat(900)}});
    line.ask("POST", GROUPS, &group).expect("the server lives")
}

fn refusal(status: u16, answer: &Value) -> String {
    format!("{status} {} {}", answer["errorCode"].as_str().unwrap_or("no error"), answer["errorSummary"].as_str().unwrap_or_default())
}

/// Returns the names of all groups that were created here.
fn names(line: &mut Line) -> Vec<String> {
    let (mut names, mut next) = (Vec::new(), Some(format!("{GROUPS}?limit=200")));
    while let Some(path) = next {
        let (page, after) = line.page(&path).expect("the server lives");
        let page = page.as_array().expect("groups are a list").iter();
        names.extend(
            page.filter_map(|group| group["profile"]["name"].as_str()).filter(|name| name.starts_with("Group ")).map(str::to_owned),
        );
        next = after;
    }
    names.sort();
    names
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Group {n:05}")).collect()
}

/// Fills a server's disk, makes room, and sees that all that was acknowledged is there. Returns how much that is.
fn fills(victim: &mut Victim, full: impl Fn(&Victim), roomy: impl Fn(&Victim)) -> usize {
    let mut line = Line::to(&victim.ready());
    for n in 0..20 {
        assert_eq!(create(&mut line, n).0, 200);
    }
    full(victim);
    let kept = fill(&mut line, 20, 20_000);
    for _ in 0..3 {
        let (status, answer) = create(&mut line, kept);
        assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
    }
    assert_eq!(names(&mut line), expected(kept), "what was acknowledged is there, and nothing else");
    roomy(victim);
    // The first may still find the file closed.
    if create(&mut line, kept).0 != 200 {
        assert_eq!(create(&mut line, kept).0, 200, "there is room again");
    }
    assert_eq!(create(&mut line, kept + 1).0, 200);
    assert_eq!(names(&mut line), expected(kept + 2));
    kept + 2
}

fn emulator(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{script}\nexec \"$0\" emulator --data data");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_idpctl")]).current_dir(folder).stderr(Stdio::null());
    command
}

/// Says how large a server's files may become.
fn limit(victim: &Victim, limit: &str) {
    let status = Command::new("prlimit").args([format!("--pid={}", victim.id()), format!("--fsize={limit}:")]).status();
    assert!(status.expect("util-linux has prlimit").success());
}

/// Creates groups until three were refused; returns the names of those that were acknowledged.
fn persist(line: &mut Line, from: usize) -> Vec<String> {
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    for n in from..from + 10_000 {
        let (status, answer) = create(line, n);
        if status == 200 {
            acknowledged.push(format!("Group {n:05}"));
        } else {
            assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
            refused += 1;
        }
        if refused == 3 {
            return acknowledged;
        }
    }
    panic!("ten thousand groups have room")
}

#[test]
fn of_many_who_fill_a_file_at_once_each_is_told_what_became_of_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut victim = Victim::start(emulator(folder.path(), ""));
    let ready = victim.ready();
    let size = fs::metadata(folder.path().join("data/org.redb")).expect("the file is there").len();
    limit(&victim, &(size + (64 << 10)).to_string());
    let mut acknowledged: Vec<_> = thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|n| {
                scope.spawn({
                    let ready = &ready;
                    move || persist(&mut Line::to(ready), n * 10_000)
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("the writer ends")).collect()
    });
    acknowledged.sort();
    assert!(acknowledged.len() > 10, "{}", acknowledged.len());
    assert_eq!(names(&mut Line::to(&ready)), acknowledged);
    limit(&victim, "unlimited");
    victim.kill();
    let mut again = Victim::start(emulator(folder.path(), ""));
    assert_eq!(names(&mut Line::to(&again.ready())), acknowledged);
}

#[test]
fn a_file_that_may_not_grow_takes_no_write_and_loses_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let size = || fs::metadata(folder.path().join("data/org.redb")).expect("the file is there").len();
    let mut victim = Victim::start(emulator(folder.path(), ""));
    let count = fills(&mut victim, |victim| limit(victim, &size().to_string()), |victim| limit(victim, "unlimited"));
    victim.kill();
    let mut again = Victim::start(emulator(folder.path(), ""));
    assert_eq!(names(&mut Line::to(&again.ready())), expected(count));
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn a_full_disk_takes_no_write_and_loses_none() {
    const DISK: &str = "mount -t tmpfs -o size=6m none data";
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("data")).expect("a folder can be made");
    let can = Command::new("unshare").args(["-rm", "sh", "-c", DISK]).current_dir(folder.path()).stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no disk of its own can be made for the test");
        return;
    }
    let script = format!("test -n \"$FULL\" || FULL=1 exec unshare -rm sh -c '{DISK} && exec \"$0\" emulator --data data' \"$0\"");
    let mut victim = Victim::start(emulator(folder.path(), &script));
    let filler = |victim: &Victim| {
        let inside = folder.path().strip_prefix("/").expect("an absolute path").join("data/filler");
        Path::new(&format!("/proc/{}/root", victim.id())).join(inside)
    };
    let full = |victim: &Victim| {
        let error = fs::write(filler(victim), vec![1; 8 << 20]).expect_err("the disk is smaller");
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    };
    fills(&mut victim, full, |victim| fs::remove_file(filler(victim)).expect("the filler is there"));
}

#[test]
fn a_folder_that_is_gone_takes_no_write_until_it_is_there_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, elsewhere) = (folder.path().join("data"), folder.path().join("elsewhere"));
    let mut victim = Victim::start(emulator(folder.path(), ""));
    let mut line = Line::to(&victim.ready());
    assert_eq!(create(&mut line, 0).0, 200);
    fs::rename(&data, &elsewhere).expect("a folder can be moved");
    for _ in 0..3 {
        let (status, answer) = create(&mut line, 1);
        assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
    }
    assert_eq!(names(&mut line), expected(1), "what is known can be read");
    // Another org in its place is not written to.
    let mut other = Victim::start(emulator(folder.path(), ""));
    assert_eq!(names(&mut Line::to(&other.ready())), expected(0));
    other.kill();
    let (status, answer) = create(&mut line, 1);
    assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
    fs::remove_dir_all(&data).expect("a folder can be deleted");
    let (status, answer) = create(&mut line, 1);
    assert_eq!(refusal(status, &answer), "500 E0000009 Internal Server Error");
    fs::rename(&elsewhere, &data).expect("a folder can be moved");
    if create(&mut line, 1).0 != 200 {
        assert_eq!(create(&mut line, 1).0, 200, "the folder is there again");
    }
    assert_eq!(names(&mut line), expected(2));
    victim.kill();
    let mut again = Victim::start(emulator(folder.path(), ""));
    assert_eq!(names(&mut Line::to(&again.ready())), expected(2));
}

#[test]
fn data_that_cannot_be_written_to_is_not_served_and_stays_as_it_is() {
    let test = TestOrg::with_both();
    let open = || {
        let mut victim = Victim::start(emulator(&test.path("."), ""));
        let mut line = Line::to(&victim.ready());
        let found = (create(&mut line, 0).0, names(&mut line));
        victim.kill();
        found
    };
    assert_eq!(open(), (200, expected(1)));
    insta::assert_snapshot!(test.run_after("ulimit -f 0", "emulator --data data"), @"
    ------- stderr -------
    error: could not open the org in data/org.redb
    Caused by:
      1: File too large (os error 27)

    hint: the limit on the size of files is too low: raise it with `ulimit -f`, then run it again
    [exit status: 1]
    ");
    assert_eq!(open(), (400, expected(1)));
    let mode = |path: &str, mode| fs::set_permissions(test.path(path), Permissions::from_mode(mode)).expect("it is ours");
    mode("data", 0o755);
    mode("data/org.redb", 0o444);
    insta::assert_snapshot!(powerless(&test, "emulator --data data"), @"
    ------- stderr -------
    error: could not open the org in data/org.redb
    Caused by:
      1: Permission denied (os error 13)

    hint: check which user this runs as, and what it may read and write there
    [exit status: 1]
    ");
    insta::assert_snapshot!(powerless(&test, "emulator --data new"), @"
    ------- stderr -------
    error: could not open the org in new
    Caused by:
      1: Permission denied (os error 13)

    hint: check which user this runs as, and what it may read and write there
    [exit status: 1]
    ");
    mode("data/org.redb", 0o600);
    assert_eq!(open(), (400, expected(1)));
}
