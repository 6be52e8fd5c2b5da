//! End to end: the real binary against the emulated org over HTTP.

#[cfg(test)]
mod corpus;
mod help;
#[cfg(test)]
mod org;
#[cfg(test)]
mod seed1;
#[cfg(test)]
mod seed2;
