//! The three laws, in process, over the emulated org in memory and paused time: a plan after an apply is empty, applying twice is
//! applying once, and the same input gives the same bytes.

mod generate;
mod laws;
mod real_objects;
mod world;
