//! End to end: the real binary against the emulated org over HTTP.

#[cfg(test)]
mod accepting;
#[cfg(test)]
mod approved;
#[cfg(test)]
mod between;
mod blame;
mod blame_forms;
#[cfg(test)]
mod client_interrupted;
#[cfg(test)]
mod client_references;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod comment;
#[cfg(test)]
mod comment_at_once;
#[cfg(test)]
mod comment_failures;
#[cfg(test)]
mod corpus;
mod crashes;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod emulated_data;
#[cfg(test)]
mod emulated_disk;
#[cfg(test)]
mod exported;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod first_steps;
#[cfg(test)]
mod fixture;
mod forge;
#[cfg(test)]
mod formats;
mod graphs;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod help;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_forms;
#[cfg(test)]
mod incremental;
#[cfg(test)]
#[path = "../inert.rs"]
mod inert;
#[cfg(test)]
mod issuers;
mod kills;
#[cfg(test)]
mod liar;
#[cfg(test)]
mod org;
mod overlays;
#[cfg(test)]
mod pipeline;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod readonly;
#[cfg(test)]
mod relay;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod review;
#[cfg(test)]
mod revisions;
#[cfg(test)]
mod rotation;
mod running;
#[path = "../scenario.rs"]
mod scenario;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod scratch;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod seed1;
#[cfg(test)]
mod seed2;
mod servers;
#[cfg(test)]
mod service_app;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod surroundings;
#[cfg(test)]
mod takeover;
#[cfg(test)]
mod takeover_choices;
#[cfg(test)]
mod takeover_failures;
#[cfg(test)]
mod tfstate;
mod tfstate_failures;
mod unreachable;
#[cfg(test)]
mod unresolved;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod verify_clients;
#[cfg(test)]
mod verify_registered;
mod verify_servers;
mod watch;
