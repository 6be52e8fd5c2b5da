//! The `idpctl` command.

use std::process::ExitCode;

use idpctl::cli;

fn main() -> ExitCode {
    // A variable that is not UTF-8 is none that we read.
    let env = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    cli::run(std::env::args_os(), env).into()
}
