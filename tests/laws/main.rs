//! The laws, in process, over the emulated org in memory and paused time: a plan after an apply is empty, applying twice is
//! applying once, and the same input gives the same bytes; and the stories of what happens to an org in between.

mod accepting;
mod arbitrary;
mod blame;
mod client_laws;
mod client_lossfree;
mod deletion;
mod export;
mod faults;
mod generate;
mod git_history;
mod identity;
mod incremental;
mod inputs;
mod kills;
mod laws;
mod line;
mod lossfree;
mod matrix;
mod portal;
mod portal_identity;
mod portal_laws;
mod portal_schemas;
mod rates;
mod real_objects;
mod real_servers;
mod replacement;
mod rereading;
mod review;
#[path = "../scenario.rs"]
mod scenario;
mod secrets;
mod servers;
mod story;
mod world;
