//! Dynamically registered clients, declared and live, in the form of apps, in which everything that follows looks at clients.

use serde_json::{Map, Value};

use crate::bind::Bound;
use crate::desired::{App, as_app};
use crate::json::{Packed, Path};
use crate::observed::{LiveApp, LiveClient, Status};

/// A registered client in the form of an app.
#[derive(Debug, Clone)]
pub struct Registered {
    /// What is declared.
    pub(super) wanted: App,
    /// What is there.
    pub(super) live: Option<LiveApp>,
}

/// Returns the declared clients, in address order.
pub fn registered(bound: &Bound<'_>) -> Vec<Registered> {
    let one = |client: &crate::bind::BoundClient<'_>| Registered {
        wanted: client.wanted.in_app_form(),
        live: client.live.map(|(live, _)| in_app_form(live)),
    };
    bound.clients.iter().map(one).collect()
}

/// The endpoint shows no status: a client that is out of force is refused like one that is unknown.
fn in_app_form(live: &LiveClient) -> LiveApp {
    let mut body = Value::Object(Map::new());
    for (member, value) in live.body.as_object().into_iter().flatten() {
        as_app(&Path::root().key(member)).set(&mut body, value.clone());
    }
    LiveApp {
        id: live.id.clone(),
        label: live.name.clone(),
        client_id: live.id.0.clone(),
        status: Status::Active,
        access_policy: None,
        marker: None,
        body: Packed::of(&body),
        withheld: Vec::new(),
    }
}
