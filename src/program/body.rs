//! What a request carries, with slots for what cannot be known before it is sent: secrets, and client ids of apps.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SecretSlots, present};
use crate::address::Address;
use crate::json::Path;
use crate::secret::SecretRef;

/// The body of a request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// None.
    #[default]
    None,
    /// A tree, with places that secrets are put into as it is sent.
    Json {
        /// The tree.
        tree: Value,
        /// The secrets.
        #[serde(default, with = "slots", skip_serializing_if = "SecretSlots::is_empty")]
        secrets: SecretSlots,
        /// The client ids.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clients: Vec<ClientSlot>,
    },
    /// The live object as it is read just before, without what only the server sets, with some edits.
    Edited {
        /// The edits.
        edits: Vec<Edit>,
        /// The secrets.
        #[serde(default, with = "slots", skip_serializing_if = "SecretSlots::is_empty")]
        secrets: SecretSlots,
        /// The client ids.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clients: Vec<ClientSlot>,
    },
}

/// A place of a body that the client id of an app is put into as it is sent: an app of the same plan has none before. Until then the app
/// stands there, as in a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSlot {
    /// Where.
    pub path: Path,
    /// The app of a document.
    pub app: Address,
}

/// One edit of a live object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Where.
    pub path: Path,
    /// The new value; `None` takes the member out.
    #[serde(default, with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl Body {
    /// Returns whether there is none.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Returns the secrets that the body takes.
    pub fn secrets(&self) -> impl Iterator<Item = (&Path, &SecretRef)> {
        match self {
            Self::None => None,
            Self::Json { secrets, .. } | Self::Edited { secrets, .. } => Some(secrets),
        }
        .into_iter()
        .flatten()
        .map(|(path, reference)| (path, reference))
    }

    /// Returns the places where client ids come.
    pub fn clients(&self) -> &[ClientSlot] {
        match self {
            Self::None => &[],
            Self::Json { clients, .. } | Self::Edited { clients, .. } => clients,
        }
    }
}

/// JSON has no maps with paths as keys: the slots are a list there.
mod slots {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Path, SecretRef, SecretSlots};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Slot<P, R> {
        path: P,
        secret: R,
    }

    pub(super) fn serialize<S: Serializer>(slots: &SecretSlots, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(slots.iter().map(|(path, secret)| Slot { path, secret }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretSlots, D::Error> {
        let slots = Vec::<Slot<Path, SecretRef>>::deserialize(deserializer)?;
        Ok(slots.into_iter().map(|Slot { path, secret }| (path, secret)).collect())
    }
}
