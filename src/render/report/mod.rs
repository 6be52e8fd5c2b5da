//! A report in the forms that plans, comparisons and drift have in common.

mod fit;
#[cfg(test)]
pub(crate) mod fixture;
mod markdown;
#[cfg(test)]
mod tests;

pub use markdown::markdown;
