//! A report as Markdown for a comment on a pull request: what it comes to first, then what is dangerous, then one block an object.

use serde_json::Value;

use super::super::markdown::{code_span, diff_block, html_code, prose};
use super::super::plan::inert;
use super::super::value::{difference_lines, one_line, path_text, shortened};
use super::fit::{Chapter, Frame, Group, Piece, Sort, fitted};
use crate::findings::{Finding, Standing};
use crate::printable::printable_head;
use crate::report::{BlameLine, FieldView, ObjectView, Place, Remark, Report, Section, Shown, Subject, short};
use crate::review::Side;

/// Longer values are shown on several lines.
const ONE_LINE: usize = 100;
/// Longer messages are cut.
const MESSAGE: usize = 600;

/// Returns a report as Markdown of at most 65,000 characters.
pub fn markdown(report: &Report) -> String {
    let Report { subject: _, summary: _, command, sections, closing } = report;
    let foot = closing.map(|words| format!("\n{words}\n")).unwrap_or_default();
    let chapters: Vec<_> = sections.iter().map(|section| chapter(section, report)).collect();
    fitted(&Frame { head: head(report), foot, command: command.clone() }, &chapters)
}

fn head(report: &Report) -> String {
    let dangers: Vec<_> = report.counts().iter().map(|(count, severity)| format!("{count} {}", severity.as_str())).collect();
    let dangers = if dangers.is_empty() { String::new() } else { format!("; findings: {}", dangers.join(", ")) };
    let what = format!("**idpctl: {}{dangers}**", report.summary);
    match &report.subject {
        Subject::Comparison { base, head, .. } => {
            let later = head.as_ref().map_or_else(|| "the working tree".to_owned(), side);
            let of = match report.sections.as_slice() {
                [Section { target: Some(name), .. }] => format!(", for the target {}", code_span(&inert(name))),
                [_] => String::new(),
                several => format!(", for {} targets", several.len()),
            };
            let nothing =
                if base.is_empty { format!("\n{} holds no manifests yet.\n", code_span(&inert(&base.name))) } else { String::new() };
            format!("{what} between {} and {later}{of}\n{nothing}", side(base))
        }
        Subject::Plan(place) | Subject::Drift(place) => format!("{what} in {}\n", self::place(place)),
    }
}

fn side(side: &Side) -> String {
    format!("{} ({})", code_span(&inert(&side.name)), short(&side.commit))
}

fn place(place: &Place) -> String {
    let Place { project, org, portal } = place;
    let org = org.as_ref().map(|org| format!("{} ({})", code_span(&inert(&org.url)), code_span(&inert(&org.id))));
    let portal = portal.as_ref().map(|portal| format!("the portal {}", code_span(&inert(&portal.url))));
    let places: Vec<_> = org.into_iter().chain(portal).collect();
    format!("{}, for {}", places.join(" and "), code_span(&inert(project)))
}

fn chapter(section: &Section, report: &Report) -> Chapter {
    let Section {
        target: _,
        project: _,
        remark: _,
        is_empty: _,
        findings: _,
        guards,
        settings,
        objects,
        left_alone,
        not_compared,
        notes,
        graph: _,
    } = section;
    let alone = |sort, text, name: &str| Group { pieces: vec![Piece { sort, text, name: (name.to_owned(), "") }], ..Group::default() };
    let target = section.target.as_deref().unwrap_or("the whole");
    let mut groups: Vec<_> = whole(section, report).into_iter().map(|text| alone(Sort::Setting, text, target)).collect();
    let added = section.added().map(|finding| Piece {
        sort: Sort::Finding(std::cmp::Reverse(finding.severity)),
        text: self::finding(finding),
        name: (format!("{} {}", finding.code, finding.address), ""),
    });
    groups.push(Group { open: "\n**Findings**\n\n".to_owned(), pieces: added.collect(), close: String::new() });
    let list = |heading: &str, sort, remarks: &[Remark]| Group {
        open: heading.to_owned(),
        pieces: remarks.iter().map(|remark| self::remark(remark, sort)).collect(),
        close: String::new(),
    };
    groups.push(list("\n**Refused**\n\n", Sort::Guard, guards));
    if !settings.is_empty() {
        let lines: Vec<_> = settings.iter().flat_map(field).collect();
        groups.push(alone(Sort::Setting, format!("\n{}", diff_block(&lines)), "project and target"));
    }
    groups.push(Group { pieces: objects.iter().map(object).collect(), ..Group::default() });
    let known: Vec<_> = section.known().collect();
    groups.push(folded("Known findings", known.iter().map(|finding| known_finding(finding)).collect()));
    for (heading, remarks) in [("Left alone", left_alone), ("Not compared", not_compared), ("Notes", notes)] {
        groups.push(folded(heading, remarks.iter().map(|remark| self::remark(remark, Sort::Note)).collect()));
    }
    Chapter { heading: heading(section), groups }
}

/// What is worth knowing and not worth the room: it takes a click.
fn folded(heading: &str, pieces: Vec<Piece>) -> Group {
    let open = format!("\n<details><summary>{heading} ({})</summary>\n\n", pieces.len());
    Group { open, pieces, close: "\n</details>\n".to_owned() }
}

fn heading(section: &Section) -> String {
    let name = |name| format!("\n#### Target {} of {}\n", code_span(&inert(name)), code_span(&inert(&section.project)));
    section.target.as_ref().map(name).unwrap_or_default()
}

/// What is to be said of a target as a whole.
fn whole(section: &Section, report: &Report) -> Option<String> {
    let nothing = section.is_empty && section.target.is_some() && matches!(report.subject, Subject::Comparison { .. });
    section.remark.or(nothing.then_some("No difference.")).map(|words| format!("\n{words}\n"))
}

fn finding(finding: &Finding) -> String {
    let Finding { code: _, severity, standing: _, address, path, origin, what, remedy, reason } = finding;
    let title = finding.title();
    let mut out = format!("- **{}** {} {title}: {}", severity.as_str(), rule(finding), code_span(&inert(address)));
    out.extend(path.iter().flat_map(|path| [" ".to_owned(), code_span(&shortened(&path.to_string()))]));
    out.extend(origin.iter().map(|origin| format!(", at {}", code_span(&inert(origin)))));
    out.extend(["\n  ", &prose(&printable_head(what, MESSAGE)), ".\n"]);
    out.extend(["  _What to do:_ ", &prose(&printable_head(remedy, MESSAGE)), "\n"]);
    out.extend(
        reason.iter().map(|reason| format!("  Accepted in this very change, which does not count: {}\n", code_span(&inert(reason)))),
    );
    out
}

/// Returns a finding's code, which leads to where one can read about it.
fn rule(finding: &Finding) -> String {
    match finding.link() {
        "" => finding.code.to_string(),
        link => format!("[{}]({link})", finding.code),
    }
}

fn known_finding(finding: &Finding) -> Piece {
    let Finding { code, severity, standing, address, path: _, origin, what, remedy: _, reason } = finding;
    let why = match (standing, reason) {
        (Standing::Accepted, Some(reason)) => format!("accepted: {}", code_span(&inert(reason))),
        (Standing::Accepted, None) => "accepted".to_owned(),
        _ => "there before".to_owned(),
    };
    let at = origin.as_ref().map(|origin| format!(" at {}", code_span(&inert(origin)))).unwrap_or_default();
    let what = prose(&printable_head(what, MESSAGE));
    let text = format!("- {} {} {}{at}: {what} ({why})\n", severity.as_str(), rule(finding), code_span(&inert(address)));
    Piece { sort: Sort::Note, text, name: (format!("{code} {address}"), "") }
}

fn remark(remark: &Remark, sort: Sort) -> Piece {
    let Remark { address, what, flag } = remark;
    let about = address.as_ref().map(|address| format!("{}: ", code_span(&inert(address)))).unwrap_or_default();
    let flag = flag.as_ref().map(|flag| format!(" ({})", code_span(&inert(flag)))).unwrap_or_default();
    let text = format!("- {about}{}{flag}\n", prose(&printable_head(what, MESSAGE)));
    Piece { sort, text, name: (address.as_ref().map_or_else(|| "the plan".to_owned(), ToString::to_string), "") }
}

fn object(object: &ObjectView) -> Piece {
    let ObjectView { address, title, turn, word, was, fields, notes, blame, origin: _ } = object;
    let title = title.as_ref().map(|title| format!(" {}", html_code(&shortened(title)))).unwrap_or_default();
    let was = was.as_ref().map(|(from, by)| format!(" (was {}, known by its {})", html_code(&inert(from)), by.replace('`', "")));
    let summary = format!("{} {} {word}{title}{}", turn.symbol(), html_code(&inert(address)), was.unwrap_or_default());
    let lines: Vec<_> = fields.iter().flat_map(field).collect();
    let fields = if lines.is_empty() { String::new() } else { format!("\n{}", diff_block(&lines)) };
    let notes: String = notes.iter().flat_map(|words| ["\n".to_owned(), prose(&printable_head(words, MESSAGE)), "\n".to_owned()]).collect();
    let blame: String = blame.iter().map(self::blame).collect();
    let blame = if blame.is_empty() { blame } else { format!("\n{blame}") };
    // Without an empty line, what follows a line of HTML would be HTML too.
    let text = format!("\n<details><summary>{summary}</summary>\n{fields}{notes}{blame}\n</details>\n");
    Piece { sort: Sort::Object(*turn), text, name: (address.to_string(), word) }
}

fn blame(line: &BlameLine) -> String {
    let BlameLine { what, link, search } = line;
    let place = match (link, search) {
        // A link is made of our own text and of what is escaped in it.
        (Some(link), _) => format!(" ([in the org's log]({link}))"),
        (None, Some(search)) => format!(" (in the org's log: {})", code_span(&inert(search))),
        (None, None) => String::new(),
    };
    format!("- {}{place}\n", prose(&printable_head(what, MESSAGE)))
}

/// Returns the lines of a field: what goes begins with `-`, what comes with `+`.
fn field(field: &FieldView) -> Vec<String> {
    let FieldView { path, before, after, remark, origin: _ } = field;
    let path = path_text(path);
    let remark = remark.as_ref().map(|words| format!("   ({words})")).unwrap_or_default();
    let values = || [before, after].into_iter().flatten();
    let fits = values().all(|side| side.value().is_none_or(|value| one_line(value).chars().count() <= ONE_LINE));
    // Of two lists the items are compared, each on its own line.
    let is_list =
        |side: &Option<Shown>| side.as_ref().and_then(Shown::value).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    let are_lists = is_list(before) && is_list(after);
    if values().any(|side| side.value().is_none()) || (fits && !are_lists) {
        let line = |sign: char, side: &Shown| match side {
            Shown::Value(value) => format!("{sign} {path}: {}", one_line(value)),
            Shown::Words(words) => format!("{sign} {path}: {}", inert(words)),
        };
        let mut lines: Vec<_> = before.iter().map(|side| line('-', side)).chain(after.iter().map(|side| line('+', side))).collect();
        if let Some(last) = lines.last_mut() {
            last.push_str(&remark);
        }
        return lines;
    }
    let mut lines = vec![format!("  {path}:{remark}")];
    let (before, after) = (before.as_ref().and_then(Shown::value), after.as_ref().and_then(Shown::value));
    lines.extend(difference_lines(&path, before, after).into_iter().map(|line| indented(&line)));
    lines
}

/// Moves the text of a diff's line in, and leaves its sign at the margin.
fn indented(line: &str) -> String {
    let (sign, text) = match line.get(..2) {
        Some(sign @ ("- " | "+ " | "  ")) => (sign, &line[2..]),
        _ => ("  ", line),
    };
    format!("{sign}  {text}")
}
