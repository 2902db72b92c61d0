//! The system's own packages, where `apt-get` installs them: Debian, Ubuntu and their kin.
//!
//! Owns the list of package names. Knows nothing of other systems; `elsewhere.rs` does.
//! Invariant: asks before it installs, and installs only what is not there, as root, through sudo,
//! or not at all: then it says what to type.

use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, anyhow, bail};

use crate::command;
use crate::purpose::Purpose;

/// How one tells that a package is not needed any more.
enum Sign {
    /// Any provider of these programs will do.
    Programs(&'static [&'static str]),
    /// The package itself must be installed.
    Package,
}

struct Need {
    package: &'static str,
    sign: Sign,
    purpose: Purpose,
}

const NEEDS: [Need; 10] = [
    Need {
        package: "libwebkit2gtk-4.1-dev",
        sign: Sign::Package,
        purpose: Purpose::Compiling,
    },
    Need {
        package: "pkg-config",
        sign: Sign::Programs(&["pkg-config"]),
        purpose: Purpose::Compiling,
    },
    Need {
        package: "build-essential",
        sign: Sign::Programs(&["gcc", "g++", "make"]),
        purpose: Purpose::Compiling,
    },
    Need {
        package: "xvfb",
        sign: Sign::Package,
        purpose: Purpose::Everything,
    },
    Need {
        package: "xauth",
        sign: Sign::Package,
        purpose: Purpose::Everything,
    },
    Need {
        package: "webkit2gtk-driver",
        sign: Sign::Package,
        purpose: Purpose::Everything,
    },
    Need {
        package: "dbus",
        sign: Sign::Programs(&["dbus-daemon"]),
        purpose: Purpose::Everything,
    },
    Need {
        package: "chromium",
        sign: Sign::Programs(&["chromium"]),
        purpose: Purpose::Everything,
    },
    Need {
        package: "imagemagick",
        sign: Sign::Package,
        purpose: Purpose::Everything,
    },
    Need {
        package: "fonts-dejavu-core",
        sign: Sign::Package,
        purpose: Purpose::Everything,
    },
];

pub(crate) fn is_here() -> bool {
    cfg!(target_os = "linux") && command::on_path("apt-get") && command::on_path("dpkg-query")
}

/// The packages that this purpose needs and the system lacks.
pub(crate) fn missing(root: &Path, purpose: Purpose) -> Vec<&'static str> {
    let mut query = command::program("dpkg-query", root);
    query
        .args(["-W", "-f=${Package} ${Status}\\n"])
        .args(NEEDS.map(|need| need.package));
    // Fails as soon as one package is unknown, and prints the others all the same.
    let listing = query
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let listing = String::from_utf8_lossy(&listing);
    NEEDS
        .iter()
        .filter(|need| need.purpose == Purpose::Compiling || purpose == Purpose::Everything)
        .filter(|need| match need.sign {
            Sign::Programs(programs) => !programs.iter().all(|name| command::on_path(name)),
            Sign::Package => !is_installed(&listing, need.package),
        })
        .map(|need| need.package)
        .collect()
}

/// Installs packages, or says what to type where it may not.
pub(crate) fn install(root: &Path, packages: &[&str]) -> Result<()> {
    apt_get(root, packages).map_err(|error| {
        let names = packages.join(" ");
        anyhow!(
            "could not install {names}: {error:#}. Type this, then set up again:\n  \
             sudo apt-get update && sudo apt-get install --no-install-recommends {names}"
        )
    })
}

fn apt_get(root: &Path, packages: &[&str]) -> Result<()> {
    command::succeed(as_root(root)?.args(["update", "-qq"]))?;
    let mut install = as_root(root)?;
    install
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages);
    command::succeed(&mut install)
}

/// The version of a package that `apt-get` would install.
pub(crate) fn candidate(root: &Path, package: &str) -> Option<String> {
    let policy = command::answer(command::program("apt-cache", root).args(["policy", package]))?;
    candidate_in(&policy).map(str::to_owned)
}

fn as_root(root: &Path) -> Result<Command> {
    let is_root =
        command::answer(command::program("id", root).arg("-u")).is_some_and(|id| id == "0");
    let mut apt = if is_root {
        command::program("env", root)
    } else if command::on_path("sudo") {
        let mut sudo = command::program("sudo", root);
        if !std::io::stdin().is_terminal() {
            sudo.arg("-n"); // nobody is there to type a password
        }
        sudo.arg("env");
        sudo
    } else {
        bail!("only root may install packages, and there is no sudo");
    };
    apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(apt)
}

fn is_installed(listing: &str, package: &str) -> bool {
    listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .any(|(name, status)| name == package && status == "install ok installed")
}

fn candidate_in(policy: &str) -> Option<&str> {
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate:"))?
        .trim();
    (version != "(none)").then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_installed_package_counts() {
        let listing = "xvfb install ok installed\nxauth deinstall ok config-files\n";
        assert!(is_installed(listing, "xvfb"));
        assert!(!is_installed(listing, "xauth"));
        assert!(!is_installed(listing, "imagemagick"));
    }

    #[test]
    fn the_candidate_is_read_from_apt_caches_answer() {
        let policy =
            "nodejs:\n  Installed: (none)\n  Candidate: 20.19.2+dfsg-1\n  Version table:\n";
        assert_eq!(candidate_in(policy), Some("20.19.2+dfsg-1"));
        assert_eq!(candidate_in("nodejs:\n  Candidate: (none)\n"), None);
        assert_eq!(candidate_in(""), None);
    }
}
