//! Org and portal become [`Observed`](crate::observed::Observed): the lists of apps, authorization servers and providers, and of some of
//! them their details.
//!
//! Everything is a GET. The order of what comes out never depends on which answer came first, and what could not be read is reported
//! all together, each with its name.
//!
//! Two phases, because which details are needed shows only when the listed apps have been matched to documents:
//!
//! ```text
//! Sweep::list ─▶ Listed (org, apps; `with_servers`) ─▶ the caller binds ─▶ Listed::details(Details) ─▶ Observed
//! ```

mod client;
mod decode;
mod error;
mod groups;
mod log;
mod portal;
mod progress;
mod read;
mod server;
mod sweep;
mod touches;
mod want;

#[cfg(test)]
mod tests;

pub use client::{client, clients_named};
pub use error::{Error, Failure, Subject};
pub use groups::{assignment, assignments};
pub use log::{Cursor, Followed, any_of, between, follow};
pub use portal::{portal_list, portal_object};
pub use progress::{Progress, Silent, Step};
pub use read::{app, apps_labelled, grants, org, secrets};
pub use server::{part_list, part_object};
pub use sweep::{Expected, Listed, Sweep};
pub use touches::{Touches, touches};
