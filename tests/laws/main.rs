//! The laws, in process, over the emulated org in memory and paused time: a plan after an apply is empty, applying twice is
//! applying once, and the same input gives the same bytes; and the stories of what happens to an org in between.

mod arbitrary;
mod deletion;
mod faults;
mod generate;
mod identity;
mod inputs;
mod interruptions;
mod laws;
mod lossfree;
mod real_objects;
mod replacement;
mod secrets;
mod story;
mod world;
