//! `graph` over the example organisation and over manifests that are made to do harm: each form is read by somebody who knows its language.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::scratch::Scratch;

/// A repository with the example organisation, and nothing else.
fn example() -> Scratch {
    let scratch = Scratch::new();
    fs::remove_dir_all(scratch.path("repository/manifests")).expect("it is there");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("manifests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(root).expect("it is below").to_str().expect("it is text");
                scratch.write(name, &fs::read_to_string(&entry).expect("a file"));
            }
        }
    }
    scratch.write("idpctl.yaml", &fs::read_to_string(root.join("idpctl.yaml")).expect("a file"));
    scratch
}

#[test]
fn the_example_organisation_is_drawn() {
    let scratch = example();
    insta::assert_snapshot!(scratch.run("graph --target default"), @r#"
    flowchart LR
      subgraph s1["Apps and clients"]
        n1["App/booking-web<br/>Harbourlight Booking<br/>web, client_secret_basic<br/>2 secrets, 1 inactive"]
        n2["App/crew-app<br/>Harbourlight Crew<br/>native, public"]
        n3["App/departures-board<br/>Harbourlight Departures<br/>browser, public"]
        n4["App/fare-sync<br/>Harbourlight Fare Sync<br/>service, private_key_jwt<br/>2 keys"]
        n5["App/quay-displays<br/>Harbourlight Quay Displays<br/>service, client_secret_basic<br/>1 secret"]
        n6["App/timetable-export<br/>Harbourlight Timetable Export<br/>service, private_key_jwt<br/>1 key"]
        n7["Grant/fare-sync<br/>okta.groups.read<br/>okta.users.read"]
        n8["Grant/timetable-export<br/>okta.groups.read"]
      end
      subgraph s2["AuthorizationServer/timetables"]
        n9["AuthorizationServer/timetables<br/>Harbourlight Timetables<br/>https#58;#47;#47;timetables.test.harbourlight.example"]
        n10["policy machines<br/>priority 1"]
        n11["rule client credentials<br/>client_credentials, tokens for 60 min"]
        n12["scope timetables.read"]
      end
      n13(["access policy Any two factors"]):::elsewhere
      n4 --> n7
      n5 -->|client| n10
      n6 --> n8
      n9 --> n10
      n9 --> n12
      n10 --> n11
      n12 -->|scope| n11
      n13 -.->|access policy| n1
      classDef elsewhere stroke-dasharray:4 3
    [exit status: 0]
    "#);
    insta::assert_snapshot!(scratch.run("graph --target default --format dot --select AuthorizationServer/*"), @r#"
    digraph idpctl {
      rankdir=LR
      node [shape=box, fontname="sans-serif", fontsize=11]
      edge [fontname="sans-serif", fontsize=9]
      subgraph cluster_1 {
        label="Apps and clients"
        n1 [label="App/quay-displays\lHarbourlight Quay Displays\lservice, client_secret_basic\l1 secret\l", tooltip="App/quay-displays"]
      }
      subgraph cluster_2 {
        label="AuthorizationServer/timetables"
        n2 [label="AuthorizationServer/timetables\lHarbourlight Timetables\lhttps://timetables.test.harbourlight.example\l", tooltip="AuthorizationServer/timetables"]
        n3 [label="policy machines\lpriority 1\l", tooltip="AuthorizationServer/timetables/policy/machines"]
        n4 [label="rule client credentials\lclient_credentials, tokens for 60 min\l", tooltip="AuthorizationServer/timetables/policy/machines/rule/client credentials"]
        n5 [label="scope timetables.read\l", tooltip="AuthorizationServer/timetables/scope/timetables.read"]
      }
      n1 -> n3 [label="client", tooltip="client"]
      n2 -> n3 [tooltip="parent"]
      n2 -> n5 [tooltip="parent"]
      n3 -> n4 [tooltip="parent"]
      n5 -> n4 [label="scope", tooltip="scope"]
    }
    [exit status: 0]
    "#);
    let _ = scratch.run("graph --target default --format svg").ends_with(0);
}

#[test]
fn mistakes_are_shown_as_validate_shows_them() {
    let scratch = Scratch::new();
    scratch.edit("manifests/worker.yaml", "name: worker}\nspec: {scopes", "name: wroker}\nspec: {scopes");
    let output = scratch.run("graph --target default");
    insta::assert_snapshot!(output, @"
    ------- stderr -------
    error[IDP0420]: there is no document `App/wroker`, which Grant/wroker speaks of by its name
      --> manifests/worker.yaml:11:18
       |
    11 | metadata: {name: wroker}
       |                  ^^^^^^
       |
       = help: did you mean `worker`?

    1 error
    [exit status: 1]
    ");
    assert_eq!(output.stderr, scratch.run("validate --target default").stderr);
}

#[test]
fn a_choice_of_nothing_is_an_error() {
    let scratch = Scratch::new();
    insta::assert_snapshot!(scratch.run("graph --target default --select App/nobody"), @"
    ------- stderr -------
    error: no document that is declared has such an address

    hint: `idpctl graph` without `--select` draws all of them
    [exit status: 1]
    ");
    insta::assert_snapshot!(scratch.run("graph --target default --select nobody"), @"
    ------- stderr -------
    error: `nobody` is not a pattern of addresses: write KIND/NAME, for example 'App/web-*' or '*/billing'
    [exit status: 1]
    ");
    insta::assert_snapshot!(scratch.run("graph --target default --select Grant/*"), @r#"
    flowchart LR
      subgraph s1["Apps and clients"]
        n1["App/worker<br/>Worker<br/>service<br/>1 key"]
        n2["Grant/worker<br/>okta.users.read"]
      end
      n1 --> n2
    [exit status: 0]
    "#);
}

#[test]
fn what_mermaid_would_not_draw_is_drawn_and_told() {
    let scratch = Scratch::new();
    let mut text = String::new();
    for n in 0..501 {
        let spec =
            format!("{{apiVersion: idpctl/v1, kind: App, metadata: {{name: a{n}}}, spec: {{label: A{n}, accessPolicy: {{name: P}}}}}}");
        write!(text, "{spec}\n---\n").expect("text grows");
    }
    scratch.write("manifests/many.yaml", text.trim_end_matches("---\n"));
    let output = scratch.run("graph --target default");
    insta::assert_snapshot!(output.stderr, @"
    note: Mermaid draws no more than 500 arrows unless it is told to, and these are 502
    hint: choose a part of it with `--select`, or draw it with `--format dot` or `--format svg`
    ");
    assert_eq!((output.status, output.stdout.lines().filter(|line| line.contains("access policy| ")).count()), (0, 501));
    let _ = scratch.run("graph --target default --format dot").ends_with(0);
}

/// What would end a label, begin a command, be markup or turn the writing round, if somebody let it.
const HOSTILE: [&str; 14] = [
    "x\"];\nclick n1 call alert(1)",
    "%%{init: {\"theme\":\"dark\"}}%%",
    "<script>alert(1)</script> & &lt;b&gt; </title></svg>",
    "`end` | end ] } ) > \\",
    "end",
    "a\u{1b}[31m\u{202e}abc\r\nn99",
    "@everyone www.example.com http://example.com",
    "- list",
    "1. one",
    "# head #35; #quot; style: a#quot;",
    "$$x^2$$ fa:fa-car \\N \\l \\n",
    "ﬂ°°60¶ßscript",
    "]]>--><!--<![CDATA[",
    "subgraph",
];

/// Manifests with such text wherever they may have text of their own.
fn hostile() -> Scratch {
    let scratch = Scratch::new();
    let (mut documents, mut policies) = (Vec::new(), Vec::new());
    let mut declare = |kind: &str, name: &str, spec: serde_json::Value| {
        documents.push(serde_json::json!({"apiVersion": "idpctl/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}).to_string());
    };
    for (n, text) in HOSTILE.iter().enumerate() {
        let name = format!("hostile-{n}");
        declare("App", &name, serde_json::json!({"label": text, "accessPolicy": {"name": text}}));
        declare("GroupAssignment", &name, serde_json::json!({"groups": [{"name": text}]}));
        declare("Grant", &name, serde_json::json!({"app": {"label": format!("elsewhere {text}")}, "scopes": ["okta.users.read"]}));
        let rule = serde_json::json!({"name": text, "conditions": {"grantTypes": {"include": ["client_credentials"]}, "scopes": {"include": [text]}}});
        let clients = serde_json::json!({"clients": {"include": [name, {"label": format!("elsewhere {text}")}]}});
        policies.push(serde_json::json!({"name": text, "description": "hostile", "conditions": clients, "rules": [rule]}));
    }
    declare(
        "AuthorizationServer",
        "hostile",
        serde_json::json!({"name": "y".repeat(2_000), "audiences": [HOSTILE[2]], "policies": policies}),
    );
    // What has no place in a manifest gets in as an escape.
    let escape = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    scratch.write("manifests/hostile.yaml", &documents.join("\n---\n").chars().map(escape).collect::<String>());
    scratch
}

#[test]
fn a_flowchart_of_hostile_manifests_has_lines_of_its_own_alone() {
    let scratch = hostile();
    let output = scratch.run("graph --target default").ends_with(0);
    let mut lines = output.stdout.lines();
    assert_eq!(lines.next(), Some("flowchart LR"));
    let is_id = |text: &str, letter: char| text.strip_prefix(letter).is_some_and(|number| number.parse::<u32>().is_ok());
    for line in lines {
        let text = line.trim_start();
        let label = |text: &str| text.split("<br/>").all(is_flowchart_text);
        let declared = text.split_once("[\"").filter(|(id, rest)| is_id(id, 'n') && rest.strip_suffix("\"]").is_some_and(label));
        let elsewhere =
            text.split_once("([\"").filter(|(id, rest)| is_id(id, 'n') && rest.strip_suffix("\"]):::elsewhere").is_some_and(label));
        let cluster = text.strip_prefix("subgraph ").and_then(|text| text.split_once("[\""));
        let cluster = cluster.filter(|(id, rest)| is_id(id, 's') && rest.strip_suffix("\"]").is_some_and(label));
        let words: Vec<_> = text.split_whitespace().collect();
        let edge = is_id(words[0], 'n') && words.last().is_some_and(|id| is_id(id, 'n')) && words.len() >= 3;
        let arrow = edge.then(|| text[words[0].len() + 1..text.len() - words[words.len() - 1].len() - 1].to_owned());
        let arrows = ["", "|client|", "|scope|", "|group|", "|access policy|"].map(|label| [format!("-->{label}"), format!("-.->{label}")]);
        let drawn = arrow.is_some_and(|arrow| arrows.iter().flatten().any(|known| *known == arrow));
        let fixed = text == "end" || text == "classDef elsewhere stroke-dasharray:4 3";
        assert!(declared.or(elsewhere).or(cluster).is_some() || drawn || fixed, "{line}");
    }
}

/// Whether a text is letters, digits, blanks, marks between letters, and entities by number.
fn is_flowchart_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '#' {
            let Some((number, after)) = rest.split_once(';') else { return false };
            if number.parse::<u32>().is_err() {
                return false;
            }
            rest = after;
        } else if !(c.is_alphanumeric() || " -_./,".contains(c)) {
            return false;
        }
    }
    !text.is_empty() && text.starts_with(|c: char| c.is_alphanumeric() || c == '#')
}

#[test]
fn dot_of_hostile_manifests_has_statements_of_its_own_alone() {
    let scratch = hostile();
    let output = scratch.run("graph --target default --format dot").ends_with(0);
    let statements = statements(&output.stdout);
    let quoted = statements.iter().flatten().filter(|token| token.starts_with('"')).count();
    assert!(quoted > 200, "{quoted}");
    for statement in &statements {
        for token in statement.iter().filter(|token| !token.starts_with('"')) {
            let generated =
                token.strip_prefix('n').or_else(|| token.strip_prefix("cluster_")).is_some_and(|number| number.parse::<u32>().is_ok());
            let words = [
                "digraph", "idpctl", "subgraph", "rankdir", "LR", "node", "edge", "shape", "box", "fontname", "fontsize", "label",
                "tooltip", "style", "dashed",
            ];
            let known = words.contains(&token.as_str()) || "{}[]=,->".contains(token.as_str()) || token.parse::<u32>().is_ok();
            assert!(generated || known, "`{token}` in {statement:?}");
        }
    }
    drawn_by_graphviz(&output.stdout);
}

/// Returns the tokens of DOT, line by line; a quoted text may have escapes, and may not have a line break.
fn statements(text: &str) -> Vec<Vec<String>> {
    let tokens = |line: &str| {
        let (mut tokens, mut rest) = (Vec::new(), line.trim_start());
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => {
                    let mut escaped = false;
                    let end = rest[1..].find(|c: char| {
                        let ends = c == '"' && !escaped;
                        escaped = c == '\\' && !escaped;
                        ends
                    });
                    end.expect("a quoted text ends on its line") + 2
                }
                '-' => 2,
                c if c.is_ascii_alphanumeric() => rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()),
                c => c.len_utf8(),
            };
            tokens.push(rest[..length].to_owned());
            rest = rest[length..].trim_start();
        }
        tokens
    };
    text.lines().map(tokens).collect()
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn drawn_by_graphviz(text: &str) {
    let Ok(mut dot) = Command::new("dot").arg("-Tcanon").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn() else {
        eprintln!("skipped: Graphviz is not there");
        return;
    };
    dot.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
    let output = dot.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_image_of_hostile_manifests_is_xml_with_elements_of_its_own_alone() {
    let scratch = hostile();
    let output = scratch.run("graph --target default --format svg").ends_with(0);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = output.stdout.trim_end();
    while !rest.is_empty() {
        let (text, after) = rest.split_once('<').unwrap_or((rest, ""));
        // The looks, which are ours, have no markup at all.
        assert!(open.last() == Some(&"style") || is_xml_text(text), "{text}");
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(["svg", "style", "rect", "g", "title", "text", "path"].contains(&name), "<{tag}>");
        let mut attributes = attributes;
        while !attributes.is_empty() {
            let (attribute, after) = attributes.split_once("=\"").expect("an attribute has a value");
            let (value, after) = after.split_once('"').expect("a value ends");
            let known = ["xmlns", "class", "width", "height", "viewBox", "role", "aria-label", "x", "y", "rx", "d", "text-anchor"];
            assert!(known.contains(&attribute) && is_xml_text(value), "<{tag}>");
            attributes = after.trim_start();
        }
        if !is_empty {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
    read_by_python(&output.stdout);
}

fn is_xml_text(text: &str) -> bool {
    let entities = ["amp;", "lt;", "gt;", "quot;", "#39;", "#64;", "#96;", "#124;"];
    !text.contains(['<', '>']) && text.split('&').skip(1).all(|after| entities.iter().any(|entity| after.starts_with(entity)))
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn read_by_python(text: &str) {
    let script = "import sys, xml.etree.ElementTree as tree; tree.fromstring(sys.stdin.buffer.read())";
    let Ok(mut python) = Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() else {
        eprintln!("skipped: Python is not there");
        return;
    };
    python.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
