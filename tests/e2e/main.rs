//! End to end: the real binary against the emulated org over HTTP.

mod corpus;
mod help;
mod org;
mod readme;
mod repository;
mod schemas;
mod seed1;
mod seed2;
mod unresolved;
