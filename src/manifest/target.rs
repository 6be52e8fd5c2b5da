//! A project and the user's wish to the target of a run. The emulator is never chosen by default while a real org could be meant.

use super::project::{Ownership, Project};
use super::vars::Variables;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::resource::did_you_mean;

/// Where a run reads and writes, and as whom it marks what it owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name in the project file; `None` if that has no targets.
    pub name: Option<String>,
    /// The ownership namespace.
    pub project: String,
    /// How objects of the project are recognised.
    pub ownership: Ownership,
    /// Which org and portal it is.
    pub place: Place,
    /// Values for `${var.NAME}`: the target's, and over them those of the command line.
    pub variables: Variables,
    /// Files and folders of the manifests, unless the command line names others.
    pub manifests: Vec<String>,
    /// Folders of patches of them.
    pub overlays: Vec<String>,
    /// The project's targets that are emulators, by name: what can be tried where there is no org.
    pub emulators: Vec<String>,
}

/// Which org and portal a target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The emulated org, inside the process.
    Emulator {
        /// The folder of its state, relative to the repository.
        data: String,
    },
    /// The org to which the credentials in the environment belong, which must be this one.
    Credentials {
        /// Asserted address of the Okta org.
        org_url: Option<String>,
        /// Asserted id of the Okta org.
        org_id: Option<String>,
        /// Asserted address of the Tyk portal.
        portal_url: Option<String>,
    },
}

/// What the user said about the target.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// `--target`.
    pub target: Option<String>,
    /// `--var`.
    pub variables: Variables,
    /// Whether credentials for a real org are at hand and the run is about to use them.
    pub real_org_at_hand: bool,
}

/// Chooses the target. `None` if it cannot be chosen; why is among the diagnostics.
pub(super) fn choose(project: &Project, wish: &Wish, diagnostics: &mut Diagnostics) -> Option<Target> {
    let names = || project.targets.keys().map(String::as_str);
    let listed = || names().collect::<Vec<_>>().join("`, `");
    let name = match &wish.target {
        Some(name) if project.targets.contains_key(name) => Some(name.as_str()),
        Some(name) => {
            let help = did_you_mean(name, names()).unwrap_or_else(|| match project.targets.len() {
                0 => "the project has no targets: define them in idpctl.yaml, or leave `--target` out".to_owned(),
                _ => format!("targets are `{}`", listed()),
            });
            diagnostics.push(Diagnostic::error(codes::TARGET_UNKNOWN, None, format!("there is no target `{name}`")).help(help));
            return None;
        }
        None if project.targets.len() == 1 => names().next(),
        None if project.targets.is_empty() => None,
        None if project.targets.contains_key("default") => Some("default"),
        None => {
            let help = format!("choose one with `--target`: `{}`", listed());
            diagnostics.push(Diagnostic::error(codes::TARGET_CHOICE, None, "the project has several targets").help(help));
            return None;
        }
    };
    let entry = name.and_then(|name| project.targets.get(name)).cloned().unwrap_or_default();
    if let (true, Some(name), true, None) = (entry.emulator.is_some(), name, wish.real_org_at_hand, &wish.target) {
        let message = format!("the target `{name}` is the emulator, but credentials for a real org are in the environment");
        let help = format!(
            "write `--target {name}` for the emulator, or define a target for the org; unset the variables that start with `OKTA_` and `TYK_` if they are not meant"
        );
        diagnostics.push(Diagnostic::error(codes::TARGET_EMULATOR, None, message).help(help));
        return None;
    }
    let emulators = project.targets.iter().filter(|(_, entry)| entry.emulator.is_some()).map(|(name, _)| name.clone()).collect();
    let okta = entry.okta.unwrap_or_default();
    let mut variables = entry.vars;
    variables.extend(wish.variables.clone());
    Some(Target {
        name: name.map(str::to_owned),
        project: entry.project.or_else(|| project.project.clone()).unwrap_or_else(|| "default".to_owned()),
        ownership: project.ownership,
        place: match entry.emulator {
            Some(emulator) => Place::Emulator { data: emulator.data },
            None => Place::Credentials {
                org_url: okta.org_url,
                org_id: okta.org_id,
                portal_url: entry.tyk_portal.and_then(|portal| portal.url),
            },
        },
        variables,
        manifests: entry.manifests.or_else(|| project.manifests.clone()).unwrap_or_else(|| vec!["manifests".to_owned()]),
        overlays: entry.overlays,
        emulators,
    })
}

#[cfg(test)]
mod tests {
    use super::super::project::{EmulatorEntry, OktaEntry, TargetEntry};
    use super::*;

    fn project(targets: &[&str]) -> Project {
        let entry = |name: &str| match name {
            "emulator" => TargetEntry { emulator: Some(EmulatorEntry { data: "e".to_owned() }), ..TargetEntry::default() },
            _ => TargetEntry {
                okta: Some(OktaEntry { org_url: Some(format!("https://{name}.okta.com")), org_id: None }),
                vars: [("host".to_owned(), name.to_owned()), ("port".to_owned(), "1".to_owned())].into(),
                ..TargetEntry::default()
            },
        };
        Project { targets: targets.iter().map(|name| ((*name).to_owned(), entry(name))).collect(), ..Project::default() }
    }

    fn chosen(targets: &[&str], wish: &Wish) -> String {
        let mut diagnostics = Diagnostics::default();
        let target = choose(&project(targets), wish, &mut diagnostics);
        let line = |d: &&Diagnostic| format!("{}: {}; {}", d.code, d.message, d.help.as_deref().unwrap_or_default());
        let faults = diagnostics.sorted().iter().map(line).collect::<Vec<_>>().join("\n");
        target.map_or(faults, |target| format!("{:?} {:?} {:?}", target.name, target.place, target.variables))
    }

    #[test]
    fn the_only_target_or_the_one_called_default_is_chosen() {
        let wish = Wish::default();
        let table = [&["prod"][..], &["default", "prod"], &["a", "b"], &["emulator"], &[]];
        insta::assert_snapshot!(table.map(|targets| chosen(targets, &wish)).join("\n"), @r#"
        Some("prod") Credentials { org_url: Some("https://prod.okta.com"), org_id: None, portal_url: None } {"host": "prod", "port": "1"}
        Some("default") Credentials { org_url: Some("https://default.okta.com"), org_id: None, portal_url: None } {"host": "default", "port": "1"}
        IDP0231: the project has several targets; choose one with `--target`: `a`, `b`
        Some("emulator") Emulator { data: "e" } {}
        None Credentials { org_url: None, org_id: None, portal_url: None } {}
        "#);
    }

    #[test]
    fn the_emulator_is_not_chosen_implicitly_while_a_real_org_is_at_hand() {
        let implicit = Wish { real_org_at_hand: true, ..Wish::default() };
        let explicit = Wish { target: Some("emulator".to_owned()), ..implicit.clone() };
        let misspelt = Wish { target: Some("emulater".to_owned()), ..Wish::default() };
        let outcomes = [implicit.clone(), explicit, misspelt].map(|wish| chosen(&["emulator"], &wish));
        insta::assert_snapshot!(outcomes.join("\n"), @r#"
        IDP0232: the target `emulator` is the emulator, but credentials for a real org are in the environment; write `--target emulator` for the emulator, or define a target for the org; unset the variables that start with `OKTA_` and `TYK_` if they are not meant
        Some("emulator") Emulator { data: "e" } {}
        IDP0230: there is no target `emulater`; did you mean `emulator`?
        "#);
        assert!(chosen(&["prod"], &implicit).contains("prod"));
    }

    #[test]
    fn variables_of_the_command_line_go_over_those_of_the_target() {
        let wish = Wish { variables: [("port".to_owned(), "2".to_owned()), ("x".to_owned(), "3".to_owned())].into(), ..Wish::default() };
        assert!(chosen(&["prod"], &wish).ends_with(r#"{"host": "prod", "port": "2", "x": "3"}"#));
    }
}
