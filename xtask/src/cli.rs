//! What the user asked for: arguments in, a `Verb` out.
//!
//! Owns the help text. Knows no file system: whether a folder exists is asked by the verb.
//! Invariant: an argument that is not understood is an error, never ignored.

use std::path::PathBuf;

use anyhow::{Result, bail};

pub(crate) const HELP: &str = "\
Sets up, builds, starts and tests Nuthatch. Call it from the repository's root.

Usage: cargo xtask <VERB>

Verbs:
  setup          Install what is missing: system packages, ONNX Runtime, pdfium, the built-in
                 model, the front end's packages. Says what it fetches before it does, verifies
                 each file, and does nothing that is done already.
  build          What compiling needs of `setup`, then every executable, optimised, side by side
                 with its libraries in target/release.
  run [FOLDER]   `build`, then the window, or a search prompt in the terminal where there is no
                 display. FOLDER is searched as well.
  test           `setup`, then every check: format, front end, clippy, tests, the real window.
      --quick    Leave out clippy and the window test.
  licences       Hold the dependencies' licences and sources to deny.toml, and write the notices that
                 ship with the program to target/bundle/THIRD-PARTY.txt.
      --advisories  Also look for known vulnerabilities; fetches their list.
  bundle [KIND…] `build`, then the packages of this system in target/bundle, with their sums and the list
                 of everything inside: deb and rpm, nsis and msi, or app and dmg; appimage on
                 demand. With NVIDIA's worker built, nuthatch-cuda as well.
      --as VERSION  State this version, to try what an update does.
  cuda           The models' worker for NVIDIA's cards, beside the other executables. Fetches
                 CUDA's compiler (104 MB) first; compiling takes a quarter of an hour.
  cuda bench     The reranking bench in a build for NVIDIA's cards; arguments behind it are the
                 bench's own.

Environment:
  CARGO_TARGET_DIR      Where to build, as everywhere in cargo.
  NUTHATCH_SETUP_CACHE  Where verified downloads are kept; by default in the user's cache folder,
                        so that a second checkout fetches nothing.
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Help,
    Setup,
    Build,
    Licences {
        with_advisories: bool,
    },
    Bundle {
        kinds: Vec<String>,
        version: Option<String>,
    },
    Cuda,
    CudaBench {
        arguments: Vec<String>,
    },
    Run {
        folder: Option<PathBuf>,
    },
    Test {
        quick: bool,
    },
}

pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Verb> {
    let args: Vec<String> = args.collect();
    if args.is_empty() || args.iter().any(|arg| arg == "--help" || arg == "-h") {
        return Ok(Verb::Help);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["help"] => Ok(Verb::Help),
        ["setup"] => Ok(Verb::Setup),
        ["build"] => Ok(Verb::Build),
        ["licences"] => Ok(Verb::Licences {
            with_advisories: false,
        }),
        ["licences", "--advisories"] => Ok(Verb::Licences {
            with_advisories: true,
        }),
        ["bundle", "--as", version, kinds @ ..] => bundle(kinds, Some(version)),
        ["bundle", kinds @ ..] => bundle(kinds, None),
        ["cuda"] => Ok(Verb::Cuda),
        ["cuda", "bench", arguments @ ..] => Ok(Verb::CudaBench {
            arguments: arguments.iter().map(ToString::to_string).collect(),
        }),
        ["run"] => Ok(Verb::Run { folder: None }),
        ["run", folder] | ["run", "--", folder] if *folder != "--" => {
            if folder.starts_with('-') && args.len() == 2 {
                bail!("`run` has no option `{folder}`; see `cargo xtask --help`");
            }
            Ok(Verb::Run {
                folder: Some(PathBuf::from(folder)),
            })
        }
        ["run", ..] => bail!("`run` takes one folder, not {}", args.len() - 1),
        ["test"] => Ok(Verb::Test { quick: false }),
        ["test", "--quick"] => Ok(Verb::Test { quick: true }),
        [
            verb @ ("setup" | "build" | "licences" | "cuda" | "test"),
            unknown,
            ..,
        ] => {
            bail!("`{verb}` does not understand `{unknown}`; see `cargo xtask --help`")
        }
        _ => bail!(
            "there is no verb `{}`; see `cargo xtask --help`",
            args.join(" ")
        ),
    }
}

/// The kinds of packages that tauri's bundler makes on some system.
const KINDS: [&str; 7] = ["deb", "rpm", "appimage", "nsis", "msi", "app", "dmg"];

fn bundle(kinds: &[&str], version: Option<&str>) -> Result<Verb> {
    if let Some(unknown) = kinds.iter().find(|kind| !KINDS.contains(kind)) {
        bail!(
            "`bundle` knows no kind `{unknown}`; it makes {}",
            KINDS.join(", ")
        );
    }
    Ok(Verb::Bundle {
        kinds: kinds.iter().map(ToString::to_string).collect(),
        version: version.map(ToOwned::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Verb> {
        parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn verbs_are_understood() {
        for (line, verb) in [
            ("", Verb::Help),
            ("run --help", Verb::Help),
            ("setup", Verb::Setup),
            ("build", Verb::Build),
            (
                "licences",
                Verb::Licences {
                    with_advisories: false,
                },
            ),
            (
                "bundle --as 0.2.0 deb",
                Verb::Bundle {
                    kinds: vec!["deb".into()],
                    version: Some("0.2.0".into()),
                },
            ),
            ("cuda", Verb::Cuda),
            (
                "cuda bench layers=4",
                Verb::CudaBench {
                    arguments: vec!["layers=4".into()],
                },
            ),
            ("run", Verb::Run { folder: None }),
            (
                "run notes",
                Verb::Run {
                    folder: Some("notes".into()),
                },
            ),
            (
                "run -- -odd",
                Verb::Run {
                    folder: Some("-odd".into()),
                },
            ),
            ("test", Verb::Test { quick: false }),
            ("test --quick", Verb::Test { quick: true }),
        ] {
            assert_eq!(parsed(line).ok(), Some(verb), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for line in [
            "icons",
            "setup now",
            "cuda now",
            "run a b",
            "run --release",
            "test --slow",
            "run --",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_names_every_verb() {
        for verb in ["setup", "build", "run [FOLDER]", "test", "--quick", "cuda"] {
            assert!(HELP.contains(&format!("  {verb} ")), "{verb}");
        }
    }
}
