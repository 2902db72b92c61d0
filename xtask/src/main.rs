//! `cargo xtask`: sets up, builds, starts and tests Nuthatch.
//!
//! This file is the table of contents; each module below has one duty.
//! The program knows the names of the workspace's executables and folders, nothing of their code.
//! Invariant: nothing is fetched that is not pinned by a hash, nothing is done twice.
//! Start at `setup.rs` for what a machine needs, at `test.rs` for what must pass.

/// `cargo xtask bundle`.
mod bundle;
/// Where the checkout, its target folder and its cache lie.
mod checkout;
/// What the user asked for.
mod cli;
/// Child processes, with the environment a user's own shell would give them.
mod command;
/// `cargo xtask cuda`.
mod cuda;
/// The system's own packages where `apt-get` installs them.
mod debian;
/// The system's own packages where it does not.
mod elsewhere;
/// One pinned package into the cache.
mod fetch;
/// ui/: its packages and its build.
mod frontend;
/// `cargo xtask licences`.
mod licences;
/// The pinned table: versions, sizes, hashes, licences.
mod packages;
/// Verified files from the cache to where the executables look for them.
mod place;
/// The systems for which the table has files.
mod platform;
/// How much of the list a set-up needs.
mod purpose;
/// `cargo xtask build` and `run`.
mod run;
/// `cargo xtask setup`.
mod setup;
/// SHA-256 of a file.
mod sha256;
/// What was placed and verified before.
mod stamps;
/// `cargo xtask test`.
mod test;
/// Programs from the crates registry.
mod tools;

use std::process::ExitCode;

use checkout::Checkout;
use cli::Verb;
use purpose::Purpose;

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> anyhow::Result<ExitCode> {
    let verb = cli::parse(std::env::args().skip(1))?;
    if verb == Verb::Help {
        print!("{}", cli::HELP);
        return Ok(ExitCode::SUCCESS);
    }
    let checkout = Checkout::find()?;
    match verb {
        Verb::Help => Ok(ExitCode::SUCCESS),
        Verb::Setup => setup::ensure(&checkout, Purpose::Everything).map(|()| ExitCode::SUCCESS),
        Verb::Build => run::build(&checkout).map(|()| ExitCode::SUCCESS),
        Verb::Licences { with_advisories } => {
            licences::licences(&checkout, with_advisories).map(|()| ExitCode::SUCCESS)
        }
        Verb::Bundle { kinds, version } => {
            bundle::bundle(&checkout, &kinds, version.as_deref()).map(|()| ExitCode::SUCCESS)
        }
        Verb::Cuda => cuda::build(&checkout).map(|()| ExitCode::SUCCESS),
        Verb::CudaBench { arguments } => cuda::bench(&checkout, &arguments),
        Verb::Run { folder } => run::run(&checkout, folder.as_deref()),
        Verb::Test { quick } => Ok(test::test(&checkout, quick)),
    }
}
