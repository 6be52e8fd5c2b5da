//! Actions to a plan: their order, the guards that they hit, and the file by which a plan is approved. Pure.

mod approval;
mod between;
mod difference;
mod file;
mod guards;
mod order;
mod own_app;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use approval::{Mismatch, approve};
pub use file::{BadPlan, FORMAT_VERSION, read, write};
pub use order::{Cycle, freeing, ordered};

use crate::address::Address;
use crate::bind::Bound;
use crate::desired::Desired;
use crate::diff::{Changes, LeftAlone};
use crate::findings::{self, Finding, Severity};
use crate::observed::{Id, Observed};
use crate::program::{Action, Probe, Verb};
use crate::secret::SecretRef;

/// What would be done, and everything that somebody who approves it should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this format; files of a newer one are refused.
    pub format_version: u32,
    /// The ownership namespace.
    pub project: String,
    /// The org that it was computed for; `None` if nothing is declared of one.
    pub org: Option<Org>,
    /// The portal that it was computed for; `None` if nothing is declared of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal: Option<Portal>,
    /// What was asked for.
    pub choices: Choices,
    /// The live apps that documents were matched with.
    pub bindings: BTreeMap<Address, Id>,
    /// What would be done, in an order in which it can be done.
    pub actions: Vec<Action>,
    /// Rules that make the plan refuse.
    pub guards: Vec<Guard>,
    /// Dangers that it brings.
    pub findings: Vec<Finding>,
    /// What was found and is not touched.
    pub left_alone: Vec<Note>,
    /// What could not be compared.
    pub not_compared: Vec<Note>,
    /// What else is worth knowing.
    pub notes: Vec<Note>,
}

/// The org that a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Org {
    /// Its id.
    pub id: String,
    /// Its URL.
    pub url: String,
}

/// The portal that a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Its URL.
    pub url: String,
}

impl Org {
    /// Returns the org that was read, if one was.
    pub fn of(observed: &Observed) -> Option<Self> {
        observed.org.as_ref().map(|org| Self { id: org.id.clone(), url: org.url.clone() })
    }
}

impl Portal {
    /// Returns the portal that was read, if one was.
    pub fn of(observed: &Observed) -> Option<Self> {
        observed.portal.as_ref().map(|portal| Self { url: portal.url.clone() })
    }
}

/// What was asked for when a plan was made.
///
/// `apply PLAN` takes over what a saved plan says of it. The flags that get past a guard are not part of a saved plan: they are given
/// again when it is applied, so that nobody gets past a guard by editing a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Choices {
    /// The target's name.
    pub target: Option<String>,
    /// Variables given with `--var`.
    pub vars: BTreeMap<String, String>,
    /// Whether what is ours and no longer declared goes.
    pub prune: bool,
    /// Whether secrets are compared.
    pub secrets: SecretsMode,
    /// Providers whose registration tokens are sent again.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub resend: BTreeSet<Address>,
    /// The part of the manifests that this is about.
    pub select: Vec<String>,
    /// Apps that may be recognised by their label.
    #[serde(skip)]
    pub adopt: BTreeSet<Address>,
    /// Apps that may be replaced.
    #[serde(skip)]
    pub allow_replace: BTreeSet<Address>,
    /// How many deletions are allowed.
    #[serde(skip)]
    pub max_deletes: Option<usize>,
    /// The `client_id` of the app that plans and applies, if it signs in as one.
    #[serde(skip)]
    pub own_client: Option<String>,
    /// Whether that app may be changed.
    #[serde(skip)]
    pub allow_own_app: bool,
    /// How bad a danger the plan may not add.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
}

impl Choices {
    /// Returns the flags that get past a guard, as they are to be given again with a saved plan.
    pub fn guard_flags(&self) -> String {
        let Self {
            target: _,
            vars: _,
            prune: _,
            secrets: _,
            resend: _,
            select: _,
            adopt,
            allow_replace,
            max_deletes,
            own_client: _,
            allow_own_app,
            fail_on: _,
        } = self;
        let adopt = adopt.iter().map(|address| format!(" --adopt {address}"));
        let replace = allow_replace.iter().map(|address| format!(" --allow-replace {address}"));
        let own = allow_own_app.then(|| " --allow-own-app".to_owned());
        adopt.chain(replace).chain(max_deletes.map(|most| format!(" --max-deletes {most}"))).chain(own).collect()
    }
}

/// How many deletions a plan may hold unless said otherwise.
pub const MAX_DELETES: usize = 5;

/// Whether live secrets are read, which leaves an entry in the org's log for each client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretsMode {
    /// They are read and compared by hash.
    #[default]
    Compare,
    /// They are not.
    Skip,
}

/// A rule that makes a plan refuse, until the flag that names it is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Guard {
    /// What it is about, if it is about one object.
    pub address: Option<Address>,
    /// Which rule.
    pub rule: GuardRule,
    /// Why it refuses.
    pub why: String,
    /// The flag that allows it; without one, what to do instead is said in `why`.
    pub flag: Option<String>,
}

/// The rules that make a plan refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardRule {
    /// The app belongs to another project or document.
    Foreign,
    /// A client was found by its name alone, and nobody has said that it is the one.
    Adoption,
    /// The object is protected.
    Protected,
    /// The app would be replaced by another.
    Replacement,
    /// A new secret would go to a file that is there.
    SecretFile,
    /// There are more deletions than allowed.
    MaxDeletes,
    /// The app is the one that idpctl signs in as.
    OwnApp,
    /// The plan adds dangers that are worse than allowed.
    Findings,
}

/// Something worth knowing about an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub address: Address,
    /// What is worth knowing.
    pub what: String,
    /// The flag that would change it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
}

/// Makes a plan of the actions that carry out some changes.
pub fn plan(
    actions: Vec<Action>,
    changes: &Changes<'_>,
    bound: &Bound<'_>,
    observed: &Observed,
    desired: &Desired,
    choices: Choices,
) -> Result<Plan, Cycle> {
    let actions = ordered(actions)?;
    let mut findings = findings::planned(changes, desired);
    let ours = guards::findings(changes, &choices).into_iter().chain(between::findings(changes, bound, observed));
    findings.extend(ours.map(|finding| finding.accepted_by(desired)));
    findings::sort(&mut findings);
    let mut plan = Plan {
        format_version: FORMAT_VERSION,
        project: desired.project.clone(),
        org: Org::of(observed),
        portal: Portal::of(observed),
        bindings: bound.ids(),
        guards: guards::guards(&actions, changes, bound, &findings, &choices),
        findings,
        left_alone: changes.left_alone.iter().map(Note::from).collect(),
        not_compared: changes.not_compared.iter().cloned().map(Note::of).collect(),
        notes: bound.notes.iter().cloned().map(Note::of).collect(),
        choices,
        actions,
    };
    plan.not_compared.extend(between::not_compared(changes, bound, observed));
    plan.not_compared.sort();
    plan.notes.sort();
    Ok(plan)
}

impl Plan {
    /// Returns whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Returns how many actions do each thing.
    pub fn counts(&self) -> BTreeMap<Verb, usize> {
        self.actions.iter().fold(BTreeMap::new(), |mut counts, action| {
            *counts.entry(action.verb).or_default() += 1;
            counts
        })
    }

    /// Returns how many writes it takes.
    pub fn writes(&self) -> usize {
        self.actions.iter().map(|action| action.steps.len()).sum()
    }

    /// Returns the secrets whose values are needed before the first write.
    pub fn secrets_needed(&self) -> BTreeSet<SecretRef> {
        crate::program::secrets_needed(&self.actions)
    }
}

impl Plan {
    /// Returns the files that secrets are written to.
    pub fn outputs(&self) -> BTreeSet<&str> {
        let probes = self.actions.iter().flat_map(|action| &action.steps).map(|step| &step.probe);
        probes.filter_map(|probe| if let Probe::SecretFile(file) = probe { Some(file.as_str()) } else { None }).collect()
    }
}

impl Note {
    fn of((address, what): (Address, String)) -> Self {
        Self { address, what, flag: None }
    }
}

impl From<&LeftAlone> for Note {
    fn from(left: &LeftAlone) -> Self {
        Self { address: left.address.clone(), what: left.what.clone(), flag: left.flag.clone() }
    }
}

#[cfg(test)]
mod tests;
