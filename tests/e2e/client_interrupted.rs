//! Clients that are registered dynamically, and runs that do not end as they should: one client is there in the end, and its secret in the file.

use std::fs;

use idpctl_emulator::{Config, Switches};
use serde_json::Value;

use crate::clients::World;
use crate::org::TestOrg;

#[test]
fn a_full_disk_is_found_before_anything_is_sent() {
    let world = World::new();
    let limited = "ulimit -f 1 && exec \"$0\" \"$@\"";
    let arguments = ["-c", limited, env!("CARGO_BIN_EXE_idpctl"), "apply", "--auto-approve", "--secret-dir", "../secrets"];
    world.org.org.clear_requests();
    let output = world.org.program("/bin/sh", &arguments).output().expect("the binary runs");
    let output = world.org.output(output.status.code(), &output.stdout, &output.stderr).ends_with(3);
    assert_eq!(output.writes(), [""; 0], "{output}");
    assert!(output.stdout.contains("the file `okta/reporting` could not be written"), "{output}");
    assert_eq!(fs::read_dir(world.org.path("../secrets/okta")).expect("a folder").count(), 0, "nothing is left");
    let _ = world.run("apply --auto-approve").ends_with(0);
    let _ = world.secret();
}

#[test]
fn orgs_that_say_it_otherwise_are_understood() {
    let mut switches = Switches::default();
    for (name, value) in [("unknown-client", "401"), ("auth-method-change", "keep"), ("duplicate-client-names", "refuse")] {
        switches.set(name, value).expect("a switch");
    }
    let world = World::serving(TestOrg::with(Config { switches, ..crate::org::frozen() }));
    world.org.replace("manifests/client.yaml", "[code]", "[code]\n  tos_uri: https://reporting.example.com/terms");
    let _ = world.run("apply --auto-approve").ends_with(0);
    world.org.replace("manifests/client.yaml", "tos_uri: https://reporting.example.com/terms", "tos_uri: null");
    let cleared = world.run("apply --auto-approve").ends_with(0);
    assert_eq!(world.client()["tos_uri"], Value::Null, "{cleared}");
    let _ = world.run("plan --detailed-exitcode").ends_with(0);
    world.forget();
    world.org.replace("manifests/client.yaml", "application_type: web", "application_type: native");
    world.org.replace("manifests/client.yaml", "authorization_code, client_credentials", "authorization_code");
    let _ = world.run("apply --auto-approve --allow-replace Client/reporting").ends_with(0);
    let _ = (world.secret(), world.run("plan --detailed-exitcode").ends_with(0));
}

#[test]
fn killed_at_any_request_the_next_run_converges_with_one_client_and_its_secret_in_the_file() {
    let undisturbed = World::new().run("apply --auto-approve").ends_with(0).requests.len();
    for approved in [false, true] {
        for at in 1..=undisturbed {
            for hold in ["hold", "hold-after"] {
                let world = World::new();
                let apply = if approved {
                    let _ = world.run("plan --out plan.json").ends_with(0);
                    "apply plan.json --secret-dir ../secrets"
                } else {
                    "apply --auto-approve --secret-dir ../secrets"
                };
                let after = if at == 1 { String::new() } else { format!("after {}", at - 1) };
                world.org.faults(&[&format!("{hold} {after} x1")]);
                let killed = world.org.kill_at(apply, "", at);
                assert_eq!(killed.status, -1, "{killed}");
                let _ = world.discreet(killed);
                world.org.faults(&[]);
                let next = world.discreet(world.org.run(apply));
                assert_eq!(next.status, 0, "{hold} at {at}: {next}");
                let _ = world.secret();
                let _ = world.run("plan --detailed-exitcode").ends_with(0);
            }
        }
    }
}

#[test]
fn answers_that_never_come_lose_no_secret_and_make_no_client_twice() {
    for fault in ["POST reset-after x1", "POST reset-after every 2", "POST reset-before x2", "POST 500 x1", "GET reset-after every 3"] {
        let world = World::new();
        world.org.faults(&[fault]);
        let apply = world.run("apply --auto-approve");
        assert_eq!(apply.status, 0, "{fault}: {apply}");
        world.org.faults(&[]);
        let _ = world.secret();
        let _ = world.run("plan --detailed-exitcode").ends_with(0);
    }
}
