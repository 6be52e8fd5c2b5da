//! One operation of a JSON Patch (RFC 6902) on a group's assignment: of all operations Okta knows `replace` and `remove`.

use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    switches::{PatchAbsent, Switches},
};

/// What an operation does.
enum Verb<'a> {
    Replace(&'a Value),
    Remove,
}

/// Changes an assignment as an operation says, or refuses it.
pub(super) fn apply(assignment: &mut Value, operation: &Value, switches: &Switches) -> Result<(), Refusal> {
    let verb = match operation["op"].as_str() {
        Some("replace") => Verb::Replace(operation.get("value").ok_or_else(|| refuse("value", "The field cannot be left blank"))?),
        Some("remove") => Verb::Remove,
        _ => return Err(refuse("op", "must be one of replace, remove")),
    };
    let path = operation["path"].as_str().and_then(|path| path.strip_prefix('/')).unwrap_or_default();
    let attribute = path.strip_prefix("profile/").filter(|attribute| !attribute.is_empty() && !attribute.contains('/'));
    match (path, attribute, verb) {
        ("priority", _, Verb::Replace(value)) if value.is_u64() => assignment["priority"] = value.clone(),
        ("priority", _, Verb::Replace(_)) => return Err(refuse("value", "a priority is a whole number from 0")),
        ("profile", _, Verb::Replace(value)) if value.is_object() => assignment["profile"] = value.clone(),
        ("profile", _, Verb::Replace(_)) => return Err(refuse("value", "a profile is an object")),
        ("profile", _, Verb::Remove) => assignment["profile"] = json!({}),
        (_, Some(attribute), verb) => {
            // The escapes of a JSON pointer (RFC 6901, 4).
            let attribute = attribute.replace("~1", "/").replace("~0", "~");
            let profile = assignment["profile"].as_object_mut().ok_or_else(Refusal::internal)?;
            if !profile.contains_key(&attribute) && switches.patch_absent() == PatchAbsent::Refuse {
                return Err(refuse("path", "there is no such attribute"));
            }
            match verb {
                Verb::Replace(value) => profile.insert(attribute, value.clone()),
                Verb::Remove => profile.shift_remove(&attribute),
            };
        }
        _ => return Err(refuse("path", "must be that of a priority or of an attribute of the profile")),
    }
    Ok(())
}

fn refuse(member: &str, cause: &str) -> Refusal {
    Refusal::invalid(member, format!("{member}: {cause}"))
}
