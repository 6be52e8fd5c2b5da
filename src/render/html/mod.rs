//! A report as one page that needs nothing else: what is dangerous stands first, then object after object with both sides beside each other.
//!
//! Whatever came from a manifest, from the org or from the command line is made printable and is escaped by the template. The page loads nothing, and its
//! policy lets no script and no style run but its own two, which are known by their digests.

mod field;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use askama::Template as _;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::graph::{self, svg_within};
use super::plan::inert;
use super::style::{capital, sentence};
use super::value::shortened;
use crate::address::Address;
use crate::findings::{Finding, Severity, Standing};
use crate::printable::printable_head;
use crate::report::{BlameLine, ObjectView, Place, Remark, Report, Section, Subject, Told, Turn, each_once, short};
use crate::review::Side;
use field::{Field, Sides, field, parts};

/// Longer messages are cut.
const MESSAGE: usize = 1_000;
/// A graph of more than this is none to look at.
const MOST_NODES: usize = 200;
/// Of so many objects each is open; of more, those that are dangerous.
const FEW: usize = 6;

static STYLE: LazyLock<String> = LazyLock::new(|| format!("{}{}", include_str!("page.css"), graph::STYLE));
const SCRIPT: &str = include_str!("page.js");

/// What the page may do: run its own script, wear its own style, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let known = |text: &str| format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())));
    format!("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'", known(&STYLE), known(SCRIPT))
});

#[derive(askama::Template)]
#[template(path = "page.html", config = "src/render/html/askama.toml")]
struct Page<'a> {
    policy: &'a str,
    style: &'static str,
    script: &'static str,
    title: String,
    heading: &'static str,
    name: String,
    about: Vec<(&'static str, String)>,
    verdict: String,
    refused: bool,
    dangers: Vec<(usize, &'static str)>,
    no_findings: &'static str,
    findings: Vec<FindingPart>,
    guards: Vec<RemarkPart>,
    objects_heading: String,
    kinds: BTreeSet<&'static str>,
    words: BTreeSet<&'static str>,
    columns: [&'static str; 2],
    sections: Vec<SectionPart>,
    closing: Option<&'static str>,
    known: Vec<FindingPart>,
    asides: Vec<(&'static str, &'static str, Vec<RemarkPart>)>,
    graphs: Vec<(Option<String>, String)>,
    command: String,
}

/// A piece of a text, and whether it stands out.
struct Part {
    text: String,
    strong: bool,
}

struct FindingPart {
    severity: &'static str,
    code: String,
    title: String,
    link: &'static str,
    address: String,
    anchor: Option<String>,
    path: Option<String>,
    place: Option<String>,
    targets: Option<String>,
    what: Vec<Part>,
    remedy: Vec<Part>,
    reason: Option<String>,
}

struct RemarkPart {
    address: Option<String>,
    what: Vec<Part>,
    flag: Option<String>,
}

struct SectionPart {
    name: Option<String>,
    project: String,
    remark: Option<&'static str>,
    settings: Vec<Field>,
    objects: Vec<ObjectPart>,
}

struct BlamePart {
    what: Vec<Part>,
    link: Option<String>,
    search: Option<String>,
}

struct ObjectPart {
    id: String,
    kind: &'static str,
    class: &'static str,
    sign: char,
    word: &'static str,
    address: String,
    title: Option<String>,
    dangers: Vec<&'static str>,
    open: bool,
    was: Option<(String, String)>,
    notes: Vec<Vec<Part>>,
    blame: Vec<BlamePart>,
    columns: Vec<&'static str>,
    fields: Vec<Field>,
    place: Option<String>,
}

/// Returns a report as a page.
pub fn html(report: &Report) -> String {
    let Report { subject, summary, command, sections, closing } = report;
    let (heading, name, about) = head(subject, sections);
    let objects: usize = sections.iter().map(|section| section.objects.len()).sum();
    let found = report.found();
    let (new, known): (Vec<_>, Vec<_>) = each_once(&found).into_iter().partition(|told| told.finding.standing == Standing::New);
    let part = |told: &Told<'_>| finding_part(told, sections);
    let remarks = |of: fn(&Section) -> &Vec<Remark>| sections.iter().flat_map(of).map(remark).collect::<Vec<_>>();
    let asides = [
        ("Left alone", "left-alone", remarks(|section| &section.left_alone)),
        ("Not compared", "not-compared", remarks(|section| &section.not_compared)),
        ("Notes", "notes", remarks(|section| &section.notes)),
    ];
    let all = || sections.iter().flat_map(|section| &section.objects);
    let page = Page {
        policy: &POLICY,
        style: &STYLE,
        script: SCRIPT,
        title: format!("idpctl: {heading} {name}"),
        heading,
        name,
        about,
        verdict: capital(&inert(summary)),
        refused: sections.iter().any(|section| !section.guards.is_empty()),
        dangers: report.counts().into_iter().map(|(count, severity)| (count, severity.as_str())).collect(),
        no_findings: if matches!(subject, Subject::Drift(_)) {
            "Nothing that differs is known to be dangerous."
        } else {
            "Nothing that this change adds is known to be dangerous."
        },
        findings: new.iter().map(part).collect(),
        guards: remarks(|section| &section.guards),
        objects_heading: format!("{objects} object{}", if objects == 1 { "" } else { "s" }),
        kinds: all().map(|object| object.address.kind.as_str()).collect(),
        words: all().map(|object| object.word).collect(),
        columns: columns(subject),
        sections: sections
            .iter()
            .enumerate()
            .map(|(at, each)| section(at, each, sections.len() > 1, objects <= FEW, columns(subject)))
            .collect(),
        closing: closing.filter(|_| !matches!(subject, Subject::Drift(_))),
        known: known.iter().map(part).collect(),
        asides: asides.into_iter().filter(|(_, _, remarks)| !remarks.is_empty()).collect(),
        graphs: sections.iter().enumerate().filter_map(|(at, each)| pictured(at, each, sections.len() > 1)).collect(),
        command: inert(command),
    };
    page.render().expect("nothing that the template shows can fail")
}

fn head(subject: &Subject, sections: &[Section]) -> (&'static str, String, Vec<(&'static str, String)>) {
    let target = match sections {
        [Section { target: Some(name), .. }] => Some(("target", inert(name))),
        _ => None,
    };
    let places = |place: &Place| {
        let Place { project: _, org, portal } = place;
        let org = org.iter().flat_map(|org| [("org", inert(&org.url)), ("id", inert(&org.id))]);
        org.chain(portal.iter().map(|portal| ("portal", inert(&portal.url)))).chain(target.clone()).collect()
    };
    match subject {
        Subject::Plan(place) => ("Plan for", inert(&place.project), places(place)),
        Subject::Drift(place) => ("Drift of", inert(&place.project), places(place)),
        Subject::Comparison { base, head } => {
            let side = |side: &Side| format!("{} ({})", inert(&side.name), short(&side.commit));
            let later = head.as_ref().map_or_else(|| "the working tree".to_owned(), side);
            let project = sections.first().map(|section| inert(&section.project)).unwrap_or_default();
            let sides = [("from", side(base)), ("to", later)];
            ("Difference in", project, sides.into_iter().chain(target).collect())
        }
    }
}

const fn columns(subject: &Subject) -> [&'static str; 2] {
    match subject {
        Subject::Plan(_) => ["Live", "Planned"],
        Subject::Drift(_) => ["Declared", "Live"],
        Subject::Comparison { .. } => ["Before", "After"],
    }
}

fn finding_part(told: &Told<'_>, sections: &[Section]) -> FindingPart {
    let Told { at, finding, targets } = told;
    let section = &sections[*at];
    let Finding { code, severity, standing: _, address, path, origin, what, remedy, reason } = finding;
    FindingPart {
        severity: severity.as_str(),
        code: code.to_string(),
        title: capital(finding.title()),
        link: finding.link(),
        address: inert(address),
        anchor: about(finding, section).map(|object| id(*at, object)),
        path: path.as_ref().map(|path| shortened(&path.to_string())),
        place: origin.as_ref().map(inert),
        targets: (!targets.is_empty()).then(|| inert(&targets.join(", "))),
        what: parts(&sentence(&printable_head(what, MESSAGE))),
        remedy: parts(&sentence(&printable_head(remedy, MESSAGE))),
        reason: reason.as_ref().map(|reason| printable_head(reason, MESSAGE)),
    }
}

/// Returns what the manifests of a target declare as a picture, in which objects lead to what becomes of them.
fn pictured(at: usize, section: &Section, is_one_of_many: bool) -> Option<(Option<String>, String)> {
    let graph = section.graph.as_ref().filter(|graph| !graph.edges.is_empty() && graph.nodes.len() <= MOST_NODES)?;
    let anchor = |address: &Address| section.objects.iter().position(|object| object.address == *address).map(|object| id(at, object));
    Some((section.target.as_ref().filter(|_| is_one_of_many).map(inert), svg_within(graph, anchor)))
}

/// Returns which object a finding is about: of an object and what stands below it, the nearest.
fn about(finding: &Finding, section: &Section) -> Option<usize> {
    let Address { kind, name, child } = &finding.address;
    let is_around = |other: &Address| other.kind == *kind && other.name == *name && child.starts_with(&other.child);
    let around = section.objects.iter().enumerate().filter(|(_, object)| is_around(&object.address));
    around.max_by_key(|(_, object)| object.address.child.len()).map(|(at, _)| at)
}

fn id(section: usize, object: usize) -> String {
    format!("object-{section}-{object}")
}

fn remark(remark: &Remark) -> RemarkPart {
    let Remark { address, what, flag } = remark;
    RemarkPart { address: address.as_ref().map(inert), what: parts(&printable_head(what, MESSAGE)), flag: flag.as_ref().map(inert) }
}

fn section(at: usize, section: &Section, is_one_of_many: bool, is_open: bool, columns: [&'static str; 2]) -> SectionPart {
    let mut dangers = vec![BTreeSet::new(); section.objects.len()];
    for finding in section.added() {
        if let Some(object) = about(finding, section) {
            dangers[object].insert(std::cmp::Reverse(finding.severity));
        }
    }
    let objects = section.objects.iter().zip(dangers).enumerate();
    let objects = objects.map(|(number, (each, dangers))| ObjectPart {
        open: is_open || dangers.first().is_some_and(|worst| worst.0 == Severity::High) || each.turn == Turn::Replaced,
        dangers: dangers.into_iter().map(|severity| severity.0.as_str()).collect(),
        ..object(id(at, number), each, columns)
    });
    SectionPart {
        name: section.target.as_ref().filter(|_| is_one_of_many).map(inert),
        project: inert(&section.project),
        remark: section.remark.or((section.is_empty && is_one_of_many).then_some("No difference.")),
        settings: section.settings.iter().map(|each| field(each, Sides::Both)).collect(),
        objects: objects.collect(),
    }
}

/// Returns an object without what is dangerous about it.
fn object(id: String, object: &ObjectView, columns: [&'static str; 2]) -> ObjectPart {
    let ObjectView { address, title, turn, word, was, fields, notes, blame, origin } = object;
    let sides = Sides::of(fields);
    ObjectPart {
        id,
        kind: address.kind.as_str(),
        class: class(*turn),
        sign: turn.symbol(),
        word,
        address: inert(address),
        title: title.as_ref().map(|title| shortened(title)),
        open: false,
        dangers: Vec::new(),
        was: was.as_ref().map(|(from, by)| (inert(from), by.replace('`', ""))),
        notes: notes.iter().map(|note| parts(&sentence(&printable_head(note, MESSAGE)))).collect(),
        blame: blame.iter().map(blame_part).collect(),
        columns: sides.pick(columns),
        fields: fields.iter().map(|each| field(each, sides)).collect(),
        place: origin.as_ref().map(inert),
    }
}

fn blame_part(line: &BlameLine) -> BlamePart {
    let BlameLine { what, link, search } = line;
    BlamePart {
        what: parts(&sentence(&printable_head(what, MESSAGE))),
        link: link.as_ref().map(inert),
        search: search.as_ref().filter(|_| link.is_none()).map(inert),
    }
}

const fn class(turn: Turn) -> &'static str {
    match turn {
        Turn::Replaced => "replaced",
        Turn::Removed => "removed",
        Turn::Renamed => "renamed",
        Turn::Changed => "changed",
        Turn::Added => "added",
    }
}
