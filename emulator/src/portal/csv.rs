//! Lists in one string: `code,token`, as sent becomes as stored.

use std::collections::BTreeSet;

use crate::switches::{PortalCsv, PortalUnknownEnum, Switches};

/// Returns what is stored for a list, or `None` if nothing of it is left; refuses with the value that is unknown.
pub(super) fn read(text: &str, known: &[&str], switches: &Switches) -> Result<Option<String>, String> {
    let is_known = |value: &&str| known.contains(value);
    let unknown = values(text).find(|value| !is_known(value));
    let kept = match (unknown, switches.portal_unknown_enum()) {
        (Some(unknown), PortalUnknownEnum::Refused) => return Err(format!("has no value `{unknown}`")),
        (Some(_), PortalUnknownEnum::Dropped) => values(text).filter(is_known).collect::<Vec<_>>().join(","),
        _ => text.to_owned(),
    };
    let stored = match switches.portal_csv() {
        PortalCsv::Kept => kept,
        PortalCsv::Sorted => values(&kept).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(","),
        PortalCsv::Spaced => values(&kept).collect::<Vec<_>>().join(", "),
    };
    Ok(Some(stored).filter(|stored| values(stored).next().is_some()))
}

fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str, choice: &str) -> String {
        let mut switches = Switches::default();
        if let Some((name, value)) = choice.split_once('=') {
            switches.set(name, value).unwrap();
        }
        format!("{:?}", read(text, &["code", "token", "none"], &switches))
    }

    #[test]
    fn a_list_is_stored_as_the_switches_say() {
        let table = [
            ("token,code", "", r#"Ok(Some("token,code"))"#),
            ("token, code,token", "", r#"Ok(Some("token, code,token"))"#),
            ("token, code,token", "portal-csv=sorted", r#"Ok(Some("code,token"))"#),
            ("token,code", "portal-csv=spaced", r#"Ok(Some("token, code"))"#),
            (" ,", "", "Ok(None)"),
            ("token,pear", "", r#"Err("has no value `pear`")"#),
            ("token,pear", "portal-unknown-enum=stored", r#"Ok(Some("token,pear"))"#),
            ("pear,token,code", "portal-unknown-enum=dropped", r#"Ok(Some("token,code"))"#),
            ("pear", "portal-unknown-enum=dropped", "Ok(None)"),
        ];
        for (text, choice, expected) in table {
            assert_eq!(stored(text, choice), expected, "{text} {choice}");
        }
    }
}
