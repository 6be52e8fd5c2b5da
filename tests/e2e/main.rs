//! End to end: the real binary against the emulated org over HTTP.

mod corpus;
mod help;
