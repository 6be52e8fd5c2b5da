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
