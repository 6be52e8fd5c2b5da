//! End to end: the real binary against the emulated org over HTTP.

#[cfg(test)]
mod corpus;
mod help;
