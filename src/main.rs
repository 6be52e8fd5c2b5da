//! The `idpctl` command.
fn main() {}
