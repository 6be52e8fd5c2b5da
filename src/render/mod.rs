//! Results to text and JSON: one file per thing that is shown. What came from outside is made inert here, once.

pub mod diagnostics;
