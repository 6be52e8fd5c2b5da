//! What became of every promised token, as text for people and JSON for programs, in address order.

use serde_json::{Map, Value, json};

use super::plan::inert;
use super::style::{Style, Tone};
use crate::verify::{Blame, Check, Outcome, Report, time};

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;
/// Every word for an outcome, in the order in which they are counted.
const WORDS: [&str; 5] = ["ok", "failed", "not verified", "not tried", "unpromised"];

/// Returns the report as text.
pub fn text(report: &Report, style: Style) -> String {
    let mut lines: Vec<_> = report.checks.iter().flat_map(|check| lines(check, style)).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(style.paint(Tone::Heading, summary(report)));
    lines.join("\n") + "\n"
}

/// Returns the report as JSON.
pub fn json(project: &str, report: &Report) -> Value {
    let checks: Vec<_> = report.checks.iter().map(entry).collect();
    let summary: Map<_, _> = WORDS.iter().map(|word| (word.replace(' ', "_"), json!(count(report, word)))).collect();
    json!({"format_version": FORMAT_VERSION, "project": project, "checks": checks, "summary": summary})
}

fn summary(report: &Report) -> String {
    let told: Vec<_> = WORDS.iter().filter(|word| count(report, word) > 0).map(|word| format!("{} {word}", count(report, word))).collect();
    if told.is_empty() { "Nothing to verify: no client is promised a token.".to_owned() } else { format!("{}.", told.join(", ")) }
}

fn count(report: &Report, word: &str) -> usize {
    report.checks.iter().filter(|check| check.outcome.word() == word).count()
}

const fn tone(outcome: &Outcome) -> Tone {
    match outcome {
        Outcome::Verified { .. } => Tone::Added,
        Outcome::NotTried { .. } | Outcome::Unpromised => Tone::Faint,
        Outcome::NotVerified { .. } => Tone::Changed,
        Outcome::Failed { .. } => Tone::Danger,
    }
}

fn lines(check: &Check, style: Style) -> Vec<String> {
    let Check { client, origin: _, server: _, scopes: _, secret: _, outcome } = check;
    let what = match outcome {
        Outcome::Unpromised => "no Grant and no rule promises it a token".to_owned(),
        Outcome::Verified { lifetime } => format!("{}, {}", token(check), time(i64::try_from(*lifetime).unwrap_or(i64::MAX))),
        Outcome::NotTried { .. } | Outcome::NotVerified { .. } | Outcome::Failed { .. } => token(check),
    };
    let head = style.paint(tone(outcome), format_args!("{:<12}", outcome.word()));
    let mut lines = vec![format!("{head}  {}  {}", inert(client), inert(&what)).trim_end().to_owned()];
    match outcome {
        Outcome::Verified { .. } | Outcome::Unpromised => {}
        Outcome::NotTried { why: blame } | Outcome::NotVerified { blame } => lines.extend(blamed(blame)),
        Outcome::Failed { blames, told } => {
            lines.extend(told.iter().map(|told| format!("    the server said: {}", inert(told))));
            lines.extend(blames.iter().flat_map(blamed));
        }
    }
    lines
}

fn token(check: &Check) -> String {
    let Check { scopes, server, secret, .. } = check;
    if scopes.is_empty() {
        return String::new();
    }
    let from = server.as_ref().map_or("the org", |server| server.name.as_str());
    let with = secret.as_ref().map(|name| format!(", with the secret {name}")).unwrap_or_default();
    format!("token from {from} for {}{with}", scopes.join(" "))
}

fn blamed(blame: &Blame) -> Vec<String> {
    let Blame { address, origin, what, remedy } = blame;
    let place = origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
    let head = format!("    {}{}: {}", inert(address), inert(&place), inert(what));
    std::iter::once(head).chain(hint(remedy)).collect()
}

/// Returns what to do, line by line: a command has one of its own.
fn hint(remedy: &str) -> impl Iterator<Item = String> {
    let words = ["hint: ", ""].into_iter().chain(std::iter::repeat(""));
    remedy.lines().zip(words).map(|(line, word)| format!("    {word}{}", inert(line)))
}

fn entry(check: &Check) -> Value {
    let Check { client, origin, server, scopes, secret, outcome } = check;
    let mut entry =
        json!({"client": client, "origin": origin, "server": server, "scopes": scopes, "outcome": outcome.word().replace(' ', "_")});
    if let Some(secret) = secret {
        entry["secret"] = json!(secret);
    }
    match outcome {
        Outcome::Unpromised => {}
        Outcome::Verified { lifetime } => entry["lifetime_seconds"] = json!(lifetime),
        Outcome::NotTried { why } => entry["why"] = blamed_entry(why),
        Outcome::NotVerified { blame } => entry["blames"] = json!([blamed_entry(blame)]),
        Outcome::Failed { blames, told } => {
            entry["told"] = json!(told);
            entry["blames"] = blames.iter().map(blamed_entry).collect();
        }
    }
    entry
}

fn blamed_entry(Blame { address, origin, what, remedy }: &Blame) -> Value {
    json!({"address": address, "origin": origin, "what": what, "remedy": Some(remedy).filter(|remedy| !remedy.is_empty())})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Address, Kind};
    use crate::diagnostic::Origin;

    fn report() -> Report {
        let app = |name: &str| Address::new(Kind::App, name);
        let server = || Some(Address::new(Kind::AuthorizationServer, "orders"));
        let origin = Origin { file: "a\u{202e}.yaml".into(), start: 0, end: 1, line: 3, column: 9 };
        let blame = |what: &str, remedy: &str, known: bool| Blame {
            address: app("hostile\u{1b}[31m").below(["secret", "<b>|`"]),
            origin: known.then(|| origin.clone()),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        };
        let check = |name: &str, server, scopes: &[&str], secret: Option<&str>, outcome| Check {
            client: app(name),
            origin: origin.clone(),
            server,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            secret: secret.map(str::to_owned),
            outcome,
        };
        let failed = Outcome::Failed {
            blames: vec![blame("it is\nINACTIVE", "say so, and\n    idpctl apply", true), blame("it is tried first", "", false)],
            told: Some("400 invalid_scope, \u{202e}no".to_owned()),
        };
        let unknown = Outcome::NotVerified { blame: Box::new(blame("no value", "set it", true)) };
        let checks = vec![
            check("a", None, &["okta.users.read"], None, Outcome::Verified { lifetime: 3600 }),
            check("a", server(), &["x", "y"], Some("new"), Outcome::Verified { lifetime: 90 }),
            check("b", server(), &["x\u{1b}"], None, failed),
            check("c", None, &[], None, unknown),
            check("d", None, &[], None, Outcome::Unpromised),
            check("e", None, &[], None, Outcome::NotTried { why: Box::new(blame("no manifest says", "say so", true)) }),
        ];
        Report { checks }
    }

    #[test]
    fn every_outcome_is_told_with_who_is_to_blame() {
        insta::assert_snapshot!(text(&report(), Style::default()), @r"
        ok            App/a  token from the org for okta.users.read, 60 min
        ok            App/a  token from orders for x y, with the secret new, 90 s
        failed        App/b  token from orders for x\u{1b}
            the server said: 400 invalid_scope, \u{202e}no
            App/hostile\u{1b}[31m/secret/<b>|` (a\u{202e}.yaml:3:9): it is\nINACTIVE
            hint: say so, and
                idpctl apply
            App/hostile\u{1b}[31m/secret/<b>|`: it is tried first
        not verified  App/c
            App/hostile\u{1b}[31m/secret/<b>|` (a\u{202e}.yaml:3:9): no value
            hint: set it
        unpromised    App/d  no Grant and no rule promises it a token
        not tried     App/e
            App/hostile\u{1b}[31m/secret/<b>|` (a\u{202e}.yaml:3:9): no manifest says
            hint: say so

        2 ok, 1 failed, 1 not verified, 1 not tried, 1 unpromised.
        ");
        let coloured = text(&report(), Style { colour: true, ..Style::default() });
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text(&report(), Style::default()));
    }

    #[test]
    fn the_json_form_tells_the_same() {
        insta::assert_snapshot!(super::super::json_text(&json("payments", &report())), @r#"
        {
          "format_version": 1,
          "project": "payments",
          "checks": [
            {
              "client": "App/a",
              "origin": "a\u202e.yaml:3:9",
              "server": null,
              "scopes": [
                "okta.users.read"
              ],
              "outcome": "ok",
              "lifetime_seconds": 3600
            },
            {
              "client": "App/a",
              "origin": "a\u202e.yaml:3:9",
              "server": "AuthorizationServer/orders",
              "scopes": [
                "x",
                "y"
              ],
              "outcome": "ok",
              "secret": "new",
              "lifetime_seconds": 90
            },
            {
              "client": "App/b",
              "origin": "a\u202e.yaml:3:9",
              "server": "AuthorizationServer/orders",
              "scopes": [
                "x\u001b"
              ],
              "outcome": "failed",
              "told": "400 invalid_scope, \u202eno",
              "blames": [
                {
                  "address": "App/hostile\u001b[31m/secret/<b>|`",
                  "origin": "a\u202e.yaml:3:9",
                  "what": "it is\nINACTIVE",
                  "remedy": "say so, and\n    idpctl apply"
                },
                {
                  "address": "App/hostile\u001b[31m/secret/<b>|`",
                  "origin": null,
                  "what": "it is tried first",
                  "remedy": null
                }
              ]
            },
            {
              "client": "App/c",
              "origin": "a\u202e.yaml:3:9",
              "server": null,
              "scopes": [],
              "outcome": "not_verified",
              "blames": [
                {
                  "address": "App/hostile\u001b[31m/secret/<b>|`",
                  "origin": "a\u202e.yaml:3:9",
                  "what": "no value",
                  "remedy": "set it"
                }
              ]
            },
            {
              "client": "App/d",
              "origin": "a\u202e.yaml:3:9",
              "server": null,
              "scopes": [],
              "outcome": "unpromised"
            },
            {
              "client": "App/e",
              "origin": "a\u202e.yaml:3:9",
              "server": null,
              "scopes": [],
              "outcome": "not_tried",
              "why": {
                "address": "App/hostile\u001b[31m/secret/<b>|`",
                "origin": "a\u202e.yaml:3:9",
                "what": "no manifest says",
                "remedy": "say so"
              }
            }
          ],
          "summary": {
            "ok": 2,
            "failed": 1,
            "not_verified": 1,
            "not_tried": 1,
            "unpromised": 1
          }
        }
        "#);
    }

    #[test]
    fn nothing_to_verify_is_said_in_one_sentence() {
        assert_eq!(text(&Report::default(), Style::default()), "Nothing to verify: no client is promised a token.\n");
    }
}
