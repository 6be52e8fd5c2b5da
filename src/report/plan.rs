//! A plan as a report.

use super::{FieldView, ObjectView, Place, Remark, Report, Section, Shown, Subject, Turn, mark, shell_word};
use crate::address::Kind;
use crate::plan::{Choices, Guard, Note, Plan, SecretsMode};
use crate::program::{Action, Expect, Line, Verb};
use crate::resource::marker::Marker;

/// Every verb, in the order in which they are counted.
pub const VERBS: [Verb; 4] = [Verb::Create, Verb::Update, Verb::Replace, Verb::Delete];

/// Said of a replacement's fields.
pub const fn replacement_remark(kind: Kind) -> &'static str {
    match kind {
        Kind::Client => "cannot be changed: the client is replaced",
        _ => "cannot be changed: the app is replaced",
    }
}

impl From<&Plan> for Report {
    fn from(plan: &Plan) -> Self {
        let Plan {
            format_version: _,
            project,
            org,
            portal,
            choices,
            bindings: _,
            actions,
            guards,
            findings,
            left_alone,
            not_compared,
            notes,
        } = plan;
        let section = Section {
            target: choices.target.clone(),
            project: project.clone(),
            remark: None,
            is_empty: plan.is_empty(),
            findings: findings.clone(),
            guards: guards.iter().map(guard).collect(),
            settings: Vec::new(),
            objects: actions.iter().map(object).collect(),
            left_alone: left_alone.iter().map(note).collect(),
            not_compared: not_compared.iter().map(note).collect(),
            notes: notes.iter().map(note).collect(),
            graph: None,
        };
        Self {
            subject: Subject::Plan(Place { project: project.clone(), org: org.clone(), portal: portal.clone() }),
            summary: summary(plan),
            command: command(choices),
            sections: vec![section],
            closing: None,
        }
    }
}

fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    let told: Vec<_> = VERBS.iter().filter_map(|verb| Some(format!("{} {}", counts.get(verb)?, word(*verb)))).collect();
    let refused = if plan.guards.is_empty() { "" } else { ": refused" };
    match (told.is_empty(), plan.not_compared.is_empty()) {
        (true, _) if !refused.is_empty() => format!("nothing is planned{refused}"),
        (true, true) => "nothing to do".to_owned(),
        (true, false) => "nothing to do, as far as could be compared".to_owned(),
        (false, _) => {
            let requests = plan.writes();
            format!("{}, with {requests} request{}{refused}", told.join(", "), if requests == 1 { "" } else { "s" })
        }
    }
}

const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "to create",
        Verb::Update => "to update",
        Verb::Replace => "to replace",
        Verb::Delete => "to delete",
    }
}

fn command(choices: &Choices) -> String {
    let Choices {
        target,
        vars,
        prune,
        secrets,
        resend,
        select,
        // What gets past a guard changes nothing of what is shown but the guards.
        adopt,
        allow_replace: _,
        max_deletes: _,
        fail_on: _,
        own_client: _,
        allow_own_app: _,
    } = choices;
    let target = target.iter().map(|name| ("--target", name.clone()));
    let vars = vars.iter().map(|(name, value)| ("--var", format!("{name}={value}")));
    let select = select.iter().map(|pattern| ("--select", pattern.clone()));
    let adopt = adopt.iter().map(|address| ("--adopt", address.to_string()));
    let resend = resend.iter().map(|address| ("--resend", address.to_string()));
    let mut command = "idpctl plan".to_owned();
    for (flag, value) in target.chain(vars).chain(select).chain(adopt).chain(resend) {
        command.extend([" ", flag, " ", &shell_word(&value)]);
    }
    for (set, flag) in [(*prune, " --prune"), (*secrets == SecretsMode::Skip, " --secrets skip")] {
        command.push_str(if set { flag } else { "" });
    }
    command
}

fn guard(guard: &Guard) -> Remark {
    let Guard { address, rule: _, why, flag } = guard;
    Remark { address: address.clone(), what: why.clone(), flag: flag.clone() }
}

fn note(note: &Note) -> Remark {
    let Note { address, what, flag } = note;
    Remark { address: Some(address.clone()), what: what.clone(), flag: flag.clone() }
}

fn object(action: &Action) -> ObjectView {
    let Action { address, verb, title, fields, steps: _, after: _, lane: _, notes } = action;
    let turn = match verb {
        Verb::Create => Turn::Added,
        Verb::Update => Turn::Changed,
        Verb::Replace => Turn::Replaced,
        Verb::Delete => Turn::Removed,
    };
    // A scope or a secret is named by its address already.
    let named = address.child.len() > 1 || address.child.last() == Some(title);
    let mut shown: Vec<_> = fields.iter().map(|line| field(line, action)).collect();
    shown.extend(new_mark(action).map(|marker| FieldView {
        path: "mark".to_owned(),
        before: None,
        after: Some(Shown::Words(mark::words(marker))),
        remark: None,
        origin: None,
    }));
    ObjectView {
        address: address.clone(),
        title: (!named && !title.is_empty()).then(|| title.clone()),
        turn,
        word: word(*verb),
        was: None,
        blame: Vec::new(),
        origin: fields.iter().find_map(|line| line.origin.clone()),
        fields: shown,
        notes: notes.clone(),
    }
}

fn field(line: &Line, action: &Action) -> FieldView {
    let Line { path, before, after, secret, forces_replacement, origin } = line;
    let value = |side: &Option<serde_json::Value>| side.clone().map(Shown::Value);
    let words = |side: &Option<serde_json::Value>| side.is_some().then(|| Shown::Words(mark::of(side.as_ref())));
    let is_new = action.verb == Verb::Create || (action.verb == Verb::Replace && !forces_replacement);
    let is_mark = *path == Marker::path().to_string();
    let (before, after) = match (is_mark, *secret) {
        (true, _) => (words(before), words(after)),
        (_, true) => (None, Some(Shown::Words(if is_new { "(secret)" } else { "(secret, changed)" }.to_owned()))),
        _ => (value(before), value(after)),
    };
    let remark = if moved_again(line) {
        Some("again, since what is moved may push it on")
    } else {
        forces_replacement.then(|| replacement_remark(action.address.kind))
    };
    let path = if is_mark { "mark".to_owned() } else { path.clone() };
    FieldView { path, before, after, remark: remark.map(str::to_owned), origin: origin.clone() }
}

/// Returns whether a field is sent the value that it has: of siblings the order alone counts.
pub fn moved_again(line: &Line) -> bool {
    !line.secret && line.before.is_some() && line.before == line.after
}

/// Returns the mark that a new app is born with: it is no difference of a field, but worth a line all the same.
pub fn new_mark(action: &Action) -> Option<&Marker> {
    let path = Marker::path().to_string();
    if !matches!(action.verb, Verb::Create | Verb::Replace) || action.fields.iter().any(|line| line.path == path) {
        return None;
    }
    let expected = action.steps.iter().flat_map(|step| &step.post);
    expected.filter_map(|expect| if let Expect::Marked(marker) = expect { Some(marker) } else { None }).next_back()
}
