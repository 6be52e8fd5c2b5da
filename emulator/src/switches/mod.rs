//! What the facts about Okta and the portal leave open, as named choices.
//!
//! Wherever no recording, specification or documentation says how they behave, the org asks a switch instead of a guess that
//! nobody can see; those of the portal start with `portal-`. [`TABLE`] lists them all; the first value of each is its default.

#[macro_use]
mod define;
mod list;

pub use self::list::*;
use crate::error::Error;

/// One switch, for help texts and documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its values, the default first.
    pub values: &'static [&'static str],
    /// The open question that it stands for.
    pub about: &'static str,
}

fn unknown_name(name: &str, value: &str) -> Error {
    let names: Vec<_> = TABLE.iter().map(|switch| switch.name).collect();
    Error::Switch { name: name.into(), value: value.into(), possible: format!("there are {}", names.join(", ")) }
}

fn unknown_value(name: &str, value: &str, values: &[&str]) -> Error {
    Error::Switch { name: name.into(), value: value.into(), possible: format!("its values are {}", values.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_every_switch_can_be_set() {
        for switch in TABLE {
            for value in switch.values {
                Switches::default().set(switch.name, value).unwrap();
            }
        }
    }

    #[test]
    fn the_first_value_is_the_default() {
        for switch in TABLE {
            assert!(switch.values.len() > 1, "{}", switch.name);
        }
        let mut chosen = Switches::default();
        assert_eq!(chosen.absent_secret(), AbsentSecret::Keep);
        chosen.set("absent-client-secret", "regenerate").unwrap();
        assert_eq!(chosen.absent_secret(), AbsentSecret::Regenerate);
    }

    #[test]
    fn an_unknown_name_or_value_is_told_what_there_is() {
        let mut switches = Switches::default();
        let value = switches.set("hide-default", "maybe").unwrap_err();
        insta::assert_snapshot!(value, @"no such switch as `hide-default=maybe`; its values are hidden, visible");
        let name = switches.set("hide", "visible").unwrap_err().to_string();
        assert!(name.contains("hide-default"), "{name}");
    }
}
