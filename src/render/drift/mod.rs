//! Drift items as text for people and JSON for programs.

use serde_json::{Value, json};

use super::plan::{inert, list, not_compared_lines, places};
use super::style::{Style, Tone, counted, sentence};
use super::value::{change, path_text};
use crate::drift::blame::{Blame, LogRead, Through, Touch, Way, Who};
use crate::drift::{Cause, Item, Items, Mode, Reading, What};
use crate::report::{BlameLine, blame_lines, causes, departure, log_remark};

/// The version of the JSON form.
const FORMAT_VERSION: u32 = 1;

/// Returns the items as text: of a field, first what is declared and then what is there.
pub fn text(drift: &Items, style: Style) -> String {
    let Items { project, org, portal, items, findings, not_compared, log, reading } = drift;
    let head = format!("Drift of `{}` in {}", inert(project), places(org.as_ref(), portal.as_ref()));
    let mut sections = vec![vec![style.paint(Tone::Heading, head)]];
    for about in items.chunk_by(|a, b| a.address == b.address) {
        let mut lines = vec![style.paint(Tone::Changed, inert(&about[0].address))];
        for alike in about.chunk_by(|a, b| a.blame == b.blame) {
            lines.extend(alike.iter().flat_map(|item| self::lines(item, style)).map(|line| format!("    {line}")));
            lines.extend(alike[0].blame.iter().flat_map(|blame| self::blame(blame, style)));
        }
        sections.push(lines);
    }
    sections.extend(super::findings::sections(findings, style));
    let unread = not_compared_lines(not_compared.iter().map(|(address, why)| (address, why.as_str())));
    sections.extend(list("Not compared", Tone::Heading, unread, style));
    let log = log.iter().filter_map(log_remark).map(|what| vec![inert(&sentence(&what))]);
    sections.extend(list("The org's log", Tone::Heading, log, style));
    sections.push(vec![style.paint(Tone::Heading, summary(drift))]);
    sections.extend(reading.as_ref().and_then(read_how).map(|line| vec![line]));
    let mut text = sections.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

/// Returns the items as JSON.
pub fn json(drift: &Items) -> Value {
    let Items { project, org, portal, items, findings, not_compared, log, reading } = drift;
    let count = |cause| items.iter().filter(|item| item.cause == cause).count();
    let unread: Vec<_> = not_compared.iter().map(|(address, why)| json!({"address": address, "what": why})).collect();
    let mut tree = json!({
        "format_version": FORMAT_VERSION,
        "project": project,
        "org": org,
        "items": items.iter().map(entry).collect::<Vec<_>>(),
        "findings": super::findings::json(findings),
        "not_compared": unread,
        "summary": {
            "items": items.len(),
            "changed_live": count(Cause::ChangedLive),
            "pending": count(Cause::Pending),
            "either": count(Cause::Either),
            "findings": findings.len(),
        },
    });
    if let Some(portal) = portal {
        tree["portal"] = json!(portal);
    }
    if let Some(LogRead { since, unread, cut }) = log {
        tree["log"] = json!({"since": since, "unread": unread, "complete": unread.is_none() && !cut});
    }
    if let Some(Reading { mode, as_of, requests, because }) = reading {
        tree["reading"] = json!({"mode": mode.word(), "as_of": as_of.to_string(), "requests": requests});
        if let Mode::Incremental { touched, swept } = mode {
            tree["reading"]["touched"] = json!(touched);
            tree["reading"]["swept"] = json!(swept.to_string());
        }
        if let Some(because) = because {
            tree["reading"]["because"] = json!(because);
        }
    }
    tree
}

/// Says how the org was read, where only what had changed was asked for.
fn read_how(reading: &Reading) -> Option<String> {
    let Reading { mode, as_of: _, requests, because } = reading;
    let requests = counted(usize::try_from(*requests).unwrap_or(usize::MAX), "request");
    match (mode, because) {
        (Mode::Full, None) => None,
        (Mode::Full, Some(because)) => Some(format!("Everything was read, in {requests}: {}.", inert(because))),
        (Mode::Incremental { touched, swept }, _) => {
            let touched = counted(*touched, "touched object");
            Some(format!(
                "Read again of the org: {touched}, in {requests}; all of it was last read at {}.",
                swept.strftime("%Y-%m-%dT%H:%M:%SZ")
            ))
        }
    }
}

fn summary(drift: &Items) -> String {
    let Items { items, not_compared, .. } = drift;
    match (items.len(), not_compared.is_empty()) {
        (0, true) => "No drift: the org is as declared.".to_owned(),
        (0, false) => "No drift, as far as could be compared.".to_owned(),
        (n, _) => format!("{}: {}.", counted(n, "item"), causes(items)),
    }
}

fn lines(item: &Item, style: Style) -> Vec<String> {
    let Item { address: _, what, cause, origin: _, trace: _, blame: _ } = item;
    let mut lines = match what {
        What::Field { path, declared, live } => {
            change(&path_text(path), declared.as_ref(), live.as_ref(), false, Style { width: style.width.saturating_sub(24), ..style })
        }
        other => departure(other).iter().map(inert).collect(),
    };
    if let Some(first) = lines.first_mut() {
        first.push_str(&style.paint(Tone::Faint, format_args!("   ({})", cause.words())));
    }
    lines
}

fn entry(item: &Item) -> Value {
    let Item { address, what, cause, origin, trace: _, blame } = item;
    let cause = cause.words().replace(' ', "_");
    let mut entry = json!({"address": address, "cause": cause, "origin": origin});
    let more = match what {
        What::Field { path, declared, live } => json!({"what": "field", "path": path, "declared": declared, "live": live}),
        What::Missing => json!({"what": "missing"}),
        What::Undeclared { what } => json!({"what": "undeclared", "detail": what}),
        What::MarkLost => json!({"what": "mark_lost"}),
        What::MarkDiffers => json!({"what": "mark_differs"}),
        What::Copy { id } => json!({"what": "copy", "id": id}),
        What::Foreign { why } => json!({"what": "foreign", "detail": why}),
    };
    if let (Value::Object(entry), Value::Object(more)) = (&mut entry, more) {
        entry.extend(more);
    }
    if let Some(Blame { touches, more, remark }) = blame {
        entry["blame"] = json!({"touches": touches.iter().map(touch).collect::<Vec<_>>(), "more": more, "remark": remark});
    }
    entry
}

/// Returns who touched something, as lines for people.
fn blame(blame: &Blame, style: Style) -> Vec<String> {
    let line = |line: &BlameLine| {
        let BlameLine { what, link, search } = line;
        let place = match (link, search) {
            (Some(link), _) => Some(inert(link)),
            (None, Some(search)) => Some(format!("in the org's log: {}", inert(search))),
            (None, None) => None,
        };
        let place = place.map(|place| style.paint(Tone::Faint, format_args!("          {place}")));
        [format!("        {}", inert(what))].into_iter().chain(place).collect::<Vec<_>>()
    };
    blame_lines(blame).iter().flat_map(line).collect()
}

fn touch(touch: &Touch) -> Value {
    let Touch { event, at, kind, did, who, through, link, search } = touch;
    let Who { sort, id, name, login, token } = who;
    let Through { way, agent, path, ip } = through;
    let mut actor = json!({"sort": sort.as_str(), "id": id, "name": name});
    for (member, value) in [("login", login), ("api_token", token)] {
        if let Some(value) = value {
            actor[member] = json!(value);
        }
    }
    let mut through = json!({"way": way.map(Way::as_str), "agent": agent, "path": path});
    if let Some(ip) = ip {
        through["ip"] = json!(ip);
    }
    json!({"event": event.0, "at": at, "type": kind, "what": did, "actor": actor, "through": through, "link": link, "search": search})
}

#[cfg(test)]
pub(super) mod tests;
