//! A role of a client as it is stored and answered.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    families::{Exchange, apps::document::App},
    ids::Kind,
};

/// Standard roles with their labels. The first four labels are recorded, the next three are the specification's; the others are
/// what other answers of Okta's have been seen with.
const STANDARD: [(&str, &str); 12] = [
    ("APP_ADMIN", "Application Administrator"),
    ("GROUP_MEMBERSHIP_ADMIN", "Group Membership Administrator"),
    ("HELP_DESK_ADMIN", "Help Desk Administrator"),
    ("USER_ADMIN", "Group Administrator"),
    ("ACCESS_CERTIFICATIONS_ADMIN", "Access Certifications Administrator"),
    ("ACCESS_REQUESTS_ADMIN", "Access Requests Administrator"),
    ("WORKFLOWS_ADMIN", "Workflows Administrator"),
    ("API_ACCESS_MANAGEMENT_ADMIN", "API Access Management Administrator"),
    ("ORG_ADMIN", "Organization Administrator"),
    ("READ_ONLY_ADMIN", "Read-only Administrator"),
    ("REPORT_ADMIN", "Report Administrator"),
    ("SUPER_ADMIN", "Super Organization Administrator"),
];
/// Standard roles that are bound to a resource set, as custom ones are, and the names of those sets.
const BOUND: [(&str, &str); 3] = [
    ("ACCESS_CERTIFICATIONS_ADMIN", "ACCESS_CERTIFICATIONS_IAM_POLICY"),
    ("ACCESS_REQUESTS_ADMIN", "ACCESS_REQUESTS_IAM_POLICY"),
    ("WORKFLOWS_ADMIN", "WORKFLOWS_IAM_POLICY"),
];

/// An admin role that a client has.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    /// `CUSTOM`, or the name of a standard role.
    pub(crate) kind: String,
    pub(super) label: String,
    pub(super) created: String,
    /// What a custom role, or one that is bound like it, consists of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) binding: Option<Binding>,
    /// The groups that it is for; all if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) groups: Vec<String>,
    /// The apps that it is for; all if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) apps: Vec<AppTarget>,
}

/// A role and the resources that it is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    role: String,
    resource_set: String,
}

/// All apps of a name, or one of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppTarget {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) app: Option<String>,
}

impl Role {
    fn new(x: &Exchange<'_>, id: String, kind: &str, label: &str, binding: Option<Binding>) -> Self {
        let (kind, label) = (kind.to_owned(), label.to_owned());
        Self { id, kind, label, created: x.now.clone(), binding, groups: Vec::new(), apps: Vec::new() }
    }

    /// Says whether a client cannot have both.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind && self.binding == other.binding
    }

    pub(super) fn render(&self, x: &Exchange<'_>, client: &App) -> Value {
        let link = |path: String| json!({"href": x.url(&path)});
        let assignee = link(format!("/oauth2/v1/clients/{}", client.client_id()));
        let mut body = json!({
            "id": self.id,
            "label": self.label,
            "type": self.kind,
            "status": "ACTIVE",
            "created": self.created,
            "lastUpdated": self.created,
            "assignmentType": "CLIENT",
        });
        let Some(Binding { role, resource_set: set }) = &self.binding else {
            body["_links"] = json!({"assignee": assignee});
            return body;
        };
        body["resource-set"] = json!(set);
        body["role"] = json!(role);
        body["_links"] = json!({
            "role": link(format!("/api/v1/iam/roles/{role}")),
            "resource-set": link(format!("/api/v1/iam/resource-sets/{set}")),
            "permissions": link(format!("/api/v1/iam/roles/{role}/permissions")),
            "member": link(format!("/api/v1/iam/resource-sets/{set}/bindings/{role}/members/{}", self.id)),
            "assignee": assignee,
        });
        body
    }
}

/// Returns a standard role. Its id is its name, in another alphabet.
pub(super) fn standard(x: &mut Exchange<'_>, kind: &str) -> Result<Role, Refusal> {
    let Some((_, label)) = STANDARD.iter().find(|(known, _)| *known == kind) else {
        let names: Vec<_> = STANDARD.iter().map(|(name, _)| *name).chain(["CUSTOM"]).collect();
        return Err(Refusal::invalid("type", format!("type: '{kind}' is none of {}", names.join(", "))));
    };
    let set = BOUND.iter().find(|(known, _)| *known == kind).map(|(_, set)| (*set).to_owned());
    let binding = set.map(|resource_set| Binding { role: kind.to_owned(), resource_set });
    let id = if binding.is_some() { x.tx.new_id(Kind::RoleBinding) } else { base32(kind) };
    Ok(Role::new(x, id, kind, label, binding))
}

/// Returns a custom role, which is called by its id, since the org does not know its label.
pub(super) fn custom(x: &mut Exchange<'_>, sent: &Value) -> Result<Role, Refusal> {
    let text = |name: &str| match &sent[name] {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::String(_) | Value::Null => Err(Refusal::invalid(name, format!("{name}: The field cannot be left blank"))),
        _ => Err(Refusal::malformed()),
    };
    let binding = Binding { role: text("role")?, resource_set: text("resource-set")? };
    let (id, label) = (x.tx.new_id(Kind::RoleBinding), binding.role.clone());
    Ok(Role::new(x, id, "CUSTOM", &label, Some(binding)))
}

/// Returns a text in base32 without padding.
fn base32(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = text.as_bytes().chunks(5).flat_map(|chunk| {
        let mut bytes = [0; 8];
        bytes[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bytes);
        let count = (chunk.len() * 8).div_ceil(5);
        (0..count).map(move |at| ALPHABET[usize::try_from(bits >> (35 - 5 * at) & 31).unwrap_or_default()])
    });
    letters.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::base32;

    #[test]
    fn ids_of_standard_roles_are_as_recorded() {
        assert_eq!(base32("HELP_DESK_ADMIN"), "JBCUYUC7IRCVGS27IFCE2SKO");
        assert_eq!(base32("GROUP_MEMBERSHIP_ADMIN"), "I5JE6VKQL5GUKTKCIVJFGSCJKBPUCRCNJFHA");
        assert_eq!(base32("APP_ADMIN"), "IFIFAX2BIRGUSTQ");
        assert_eq!(base32("USER_ADMIN"), "KVJUKUS7IFCE2SKO");
    }
}
