//! Declarative reconciler for OAuth clients: YAML manifests in git, Okta and a Tyk portal as they should be.
//!
//! ```text
//! manifests ──load──▶ documents ──resolve──▶ Desired ─┐
//!                                                     ├─bind─▶ Bound ─diff─▶ Changes ─program─▶ Actions ─plan─▶ Plan ─┬─render
//! Okta, Tyk ──observe (GET only)──▶ Observed ─────────┘                                                               └─apply──▶ Outcomes
//! ```
//!
//! Everything between `Desired`/`Observed` and `Plan` is pure: no async, file system, environment, clock or network. Kinds today are `App`,
//! `ClientCredentials`, `Grant`, `GroupAssignment`, `Client` and `AuthorizationServer` of an Okta org, and `OAuthProvider` and `ClientType` of a Tyk portal;
//! either is read only where some manifest speaks of it.
//!
//! # How a run goes
//!
//! 1. [`manifest`] reads YAML strictly, keeping the position of every value; [`desired`] resolves references, merges the documents that speak of one
//!    live object, and checks what the server would refuse. Mistakes gather in [`diagnostic::Diagnostics`] and are shown together.
//! 2. [`observe`] lists org and portal, side by side, through a [`http::Reader`]. What it keeps is [`observed::Clean`]: secret members are gone before anything can see them.
//!    A clock may have it read only what the System Log shows to be touched since the last time.
//! 3. [`bind`] decides, once, which document is which live object, so that nothing after it asks about identity.
//! 4. [`diff`] compares field by field. One table for each kind ([`resource`]) says how: as a set, in order, by key, what absent equals, what cannot
//!    change. The same table drives validation, edits, schemas and `explain`.
//! 5. [`program`] turns each change into steps of *pre, request, post*: what must hold for the request to be sent, and how it is known to be done. A second run
//!    after a kill and a retry after an ambiguous answer are therefore the same code.
//! 6. [`plan`] orders the actions, applies the guards, and is a file format: a saved plan is compared with a fresh one, never executed by itself.
//! 7. [`render`] shows it, in most forms by way of a [`report`]. [`apply`] carries it out with the only [`http::Writer`] there is. [`drift`] reads the
//!    same comparison the other way. [`review`] makes it between two revisions of the manifests, which [`revision`] has from git, with no org at all;
//!    [`graph`] says which declared object needs which. [`export`] goes the whole way back: from what was read to the documents that declare it.
//!    [`terraform`] has what to export, and under which names, from a Terraform state.
//! 8. [`verify`] says which tokens the manifests promise, [`obtain`] asks for them, and what does not come as promised is blamed on an object.
//!
//! [`pipeline`] composes these for the command line, the tests and the benches.
//!
//! # What holds throughout
//!
//! - A plan cannot write: what comes before `apply` is given a type that can only send GET.
//! - What is not declared is not changed: an update edits the live object as it is and sends back the rest.
//! - A secret is a [`secret::Secret`], which nothing can print, and stands in a request as a slot until it is sent. One that the server makes is
//!   written to the file that its document names ([`secrets::Outputs`]), and nowhere else.
//! - The same input gives the same bytes: order comes from addresses, never from hashing or timing.
//!
//! # Layers
//!
//! A module imports from those above it:
//!
//! ```text
//! printable address diagnostic secret clock env request select      words that everybody uses
//! json resource manifest observed desired                          the two sides
//! bind diff findings program plan drift review export terraform    from both to a plan; from two revisions to what differs; from an
//! graph report verify scopes render                                org to manifests; what needs what; how it is shown
//! forge                                                            which comment of a pull request is the one, and what is asked of a forge
//!     ── effects below this line ──
//! http secrets revision observe obtain apply                       the org, values of secrets, what git has, tokens of clients, the only writer
//! comment notify                                                   the one comment of a pull request, at GitHub or GitLab; webhooks
//! pipeline cli                                                     the composition, the commands
//! ```

pub mod address;
pub mod apply;
pub mod bind;
pub mod cli;
pub mod clock;
pub mod comment;
pub mod desired;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod env;
pub mod export;
pub mod findings;
pub mod forge;
pub mod graph;
pub mod http;
pub mod json;
pub mod manifest;
pub mod notify;
pub mod observe;
pub mod observed;
pub mod obtain;
pub mod pipeline;
pub mod plan;
pub mod printable;
pub mod program;
pub mod render;
pub mod report;
pub mod request;
pub mod resource;
pub mod review;
pub mod revision;
pub mod scopes;
pub mod secret;
pub mod secrets;
pub mod select;
pub mod terraform;
pub mod verify;
