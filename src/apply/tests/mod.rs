//! The parts of an apply that need no server.

mod expect;
mod report;
mod schedule;
