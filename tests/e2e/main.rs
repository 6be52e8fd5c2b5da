//! End to end: the real binary against the emulated org over HTTP.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod first_steps;
#[cfg(test)]
mod help;
#[cfg(test)]
mod org;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod seed1;
#[cfg(test)]
mod seed2;
