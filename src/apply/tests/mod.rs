//! The parts of an apply that need no server, and one kind against the emulated org.

mod expect;
mod report;
mod schedule;
mod servers;
