//! A Terraform state to what of it becomes manifests.

mod address;
mod attributes;
mod decode;
mod state;

#[cfg(test)]
mod state_tests;

pub use address::{Address, Key, Module};
pub use state::{Error, MAX_BYTES, Manages, Resource, State};
