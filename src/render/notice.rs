//! Drift as what is posted to a webhook: all of it as JSON for programs, or a few inert lines as Slack and what speaks like it take them.

use serde_json::{Value, json};

use super::drift;
use super::style::counted;
use crate::drift::{Item, Items, What};
use crate::printable::printable_head;
use crate::report::causes;

/// How many objects a message names.
const NAMED: usize = 20;

/// Returns the whole report, and what it comes to in a sentence.
pub fn generic(items: &Items) -> Value {
    json!({"format_version": 1, "event": "drift", "summary": summary(items, str::to_owned), "report": drift::json(items)})
}

/// Returns a message for Slack's incoming webhooks, and for those of others that take the same (Mattermost, Rocket.Chat).
///
/// What comes from the org or from manifests stands in code, where nothing is a link, a mention or emphasis.
pub fn slack(items: &Items) -> Value {
    let mut lines = vec![format!("*{}*", summary(items, code))];
    let objects: Vec<_> = items.items.chunk_by(|a, b| a.address == b.address).collect();
    lines.extend(objects.iter().take(NAMED).map(|about| line(about)));
    if objects.len() > NAMED {
        lines.push(format!("and {} more", objects.len() - NAMED));
    }
    if !items.items.is_empty() {
        let blamed = items.items.iter().any(|item| item.blame.is_some());
        let who = if blamed { "." } else { ", `idpctl drift --blame` who changed them." };
        lines.push(format!("`idpctl drift` shows the values{who}"));
    }
    json!({"text": lines.join("\n")})
}

/// Returns what somebody is told once more only if it has changed: what departs, and from what, but not when or how it was read, nor who
/// is blamed for it.
pub fn substance(items: &Items) -> Value {
    let mut items = items.clone();
    items.items.iter_mut().for_each(|item| item.blame = None);
    let report = drift::json(&items);
    json!([report["project"], report["org"], report["portal"], report["items"], report["not_compared"]])
}

fn summary(items: &Items, code: impl Fn(&str) -> String) -> String {
    let org = items.org.as_ref().map(|org| &*org.url);
    let places: Vec<_> = org.into_iter().chain(items.portal.as_ref().map(|portal| &*portal.url)).map(&code).collect();
    let (project, places) = (code(&items.project), places.join(" and "));
    match items.items.len() {
        0 => format!("No drift of {project} in {places}"),
        n => format!("{} of drift of {project} in {places}: {}", counted(n, "item"), causes(&items.items)),
    }
}

fn line(about: &[Item]) -> String {
    let words = about.iter().map(|item| {
        let what = match &item.what {
            What::Field { path, .. } => code(path),
            What::Missing => "is missing".to_owned(),
            What::Undeclared { .. } => "is not declared".to_owned(),
            What::MarkLost | What::MarkDiffers => "the mark".to_owned(),
            What::Copy { .. } => "was copied".to_owned(),
            What::Foreign { .. } => "belongs to others".to_owned(),
        };
        format!("{what} ({})", item.cause.words())
    });
    let touches = about.iter().filter_map(|item| item.blame.as_ref()?.touches.first());
    let latest = touches.max_by_key(|touch| touch.at).map(|touch| format!("\n    {}", code_of(&touch.words(), 400))).unwrap_or_default();
    format!("• {}: {}{latest}", code(&about[0].address.to_string()), words.collect::<Vec<_>>().join(", "))
}

/// Returns a text as code, in which Slack still reads `&`, `<` and `>`, and which a backtick would end.
fn code(text: &str) -> String {
    code_of(text, 120)
}

fn code_of(text: &str, most: usize) -> String {
    let inert = printable_head(text, most).replace('`', "'");
    format!("`{}`", inert.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::drift::tests::items;

    #[test]
    fn a_message_names_what_departs_and_holds_nothing_that_is_obeyed() {
        let mut drift = items();
        drift.items[0].what = What::Field { path: "profile.`<!channel>` & *x*\n@here".to_owned(), declared: None, live: None };
        let text = slack(&drift)["text"].as_str().unwrap().to_owned();
        insta::assert_snapshot!(text, @r"
        *8 items of drift of `payments` in `https://acme.okta.com`: 2 changed live, 2 pending (the manifest is newer than what was applied last), 4 either changed live or not applied yet*
        • `App/web`: `profile.'&lt;!channel&gt;' &amp; *x*\n@here` (changed live), `settings.notes.admin` (pending), the mark (either), the mark (pending), was copied (changed live)
        • `App/web/secret/ocs1`: is not declared (either)
        • `App/worker`: is missing (either)
        • `App/x`: belongs to others (either)
        `idpctl drift` shows the values, `idpctl drift --blame` who changed them.
        ");
        let one = drift.items[6].clone();
        let many = (0..30).map(|n| Item { address: crate::address::Address::new(one.address.kind, format!("a-{n}")), ..one.clone() });
        drift.items = many.collect();
        assert!(slack(&drift)["text"].as_str().unwrap().contains("\nand 10 more\n"));
        drift.items.clear();
        assert_eq!(slack(&drift), json!({"text": "*No drift of `payments` in `https://acme.okta.com`*"}));
    }

    #[test]
    fn when_and_how_it_was_read_and_who_did_it_is_no_news() {
        let (drift, mut later) = (items(), items());
        let reading = crate::drift::Reading { mode: crate::drift::Mode::Full, as_of: "2026-09-01T08:30:00Z".parse().unwrap(), requests: 7 };
        later.reading = Some(reading);
        let touch = crate::drift::blame::tests::touch("<!channel> `x` @here");
        later.items[0].blame = Some(crate::drift::blame::Blame { touches: vec![touch], ..Default::default() });
        let line = slack(&later)["text"].as_str().unwrap().lines().nth(2).unwrap().to_owned();
        insta::assert_snapshot!(line, @"    `2026-11-22 01:02:01Z: the user '&lt;!channel&gt; 'x' (address withheld)' of id '00u1' updated the app, from the Admin Console at '/admin/app/oidc_client/instance/0oa1' with 'Chrome'`");
        assert_eq!(substance(&drift), substance(&later));
        later.items[0].what = What::Field { path: "label".to_owned(), declared: Some(json!("Web")), live: Some(json!("other")) };
        assert_ne!(substance(&drift), substance(&later));
    }
}
