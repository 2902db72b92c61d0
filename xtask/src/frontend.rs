//! ui/: its packages, its build, and the Node that both need.
//!
//! Knows which files make the build stale; knows nothing of what the front end shows.
//! Invariant: decides by times of change alone, so that asking costs no process; when in doubt it
//! builds, which takes a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::command;
use crate::debian;

/// What the build is made from, below ui/.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
    "package.json",
    "package-lock.json",
];

pub(crate) struct Frontend {
    ui: PathBuf,
    pub(crate) needs_packages: bool,
    pub(crate) needs_build: bool,
}

impl Frontend {
    pub(crate) fn look(checkout: &Checkout) -> Self {
        let ui = checkout.ui();
        let installed = changed(&ui.join("node_modules/.package-lock.json"));
        let needs_packages = is_stale(installed, changed(&ui.join("package-lock.json")));
        let built = built(&ui.join("dist/index.html"));
        let newest = SOURCES
            .iter()
            .filter_map(|name| newest_below(&ui.join(name)))
            .max();
        Self {
            needs_packages,
            needs_build: needs_packages || is_stale(built, newest),
            ui,
        }
    }

    /// Brings packages and build up to date.
    pub(crate) fn update(&self, root: &Path) -> Result<()> {
        if !self.needs_build {
            return Ok(());
        }
        if !self.ui.join("package-lock.json").is_file() {
            bail!(
                "{} has no package-lock.json; is the checkout whole?",
                self.ui.display()
            );
        }
        ensure_node(root)?;
        if self.needs_packages {
            let mut install = command::npm(&self.ui);
            install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
            command::succeed(&mut install)
                .context("could not install the front end's packages; npm's message is above")?;
        }
        command::succeed(command::npm(&self.ui).args(["run", "--silent", "build"]))
            .context("could not build the front end; the message above names the file")
    }
}

/// Installs Node where Debian's own is new enough, explains where it is not.
fn ensure_node(root: &Path) -> Result<()> {
    let found = command::answer(command::program("node", root).arg("--version"));
    let npm = command::answer(command::npm(root).arg("--version"));
    let new_enough = found
        .as_deref()
        .and_then(version)
        .is_some_and(is_new_enough);
    if new_enough && npm.is_some() {
        return Ok(());
    }
    if debian::is_here() {
        let wanted: &[&str] = if new_enough {
            &["npm"]
        } else {
            &["nodejs", "npm"]
        };
        let candidate = debian::candidate(root, wanted[0]);
        if new_enough
            || candidate
                .as_deref()
                .and_then(version)
                .is_some_and(is_new_enough)
        {
            println!("Installing {} with apt-get", wanted.join(" and "));
            return debian::install(root, wanted);
        }
    }
    let seen = match (&found, new_enough) {
        (Some(_), true) => "npm is missing".to_owned(),
        (Some(found), false) => format!("this is Node {found}"),
        (None, _) => "there is none on the PATH".to_owned(),
    };
    bail!(
        "the front end needs Node 20.19 or a later 20, or 22.12 or later, with npm; {seen}. \
         Install it with your system's package manager or a version manager for Node, \
         then run `cargo xtask setup` again"
    )
}

/// What Vite 8 accepts.
fn is_new_enough((major, minor): (u32, u32)) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        major => major > 22,
    }
}

/// Reads "v20.20.2", "20.19.2+dfsg-1" and "1:20.19.2".
fn version(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().trim_start_matches('v');
    let text = text
        .split_once(':')
        .map_or(text, |(_epoch, version)| version);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// A missing product is stale; so is one older than the newest of its sources.
pub(crate) fn is_stale(product: Option<SystemTime>, source: Option<SystemTime>) -> bool {
    match (product, source) {
        (None, _) => true,
        (Some(product), Some(source)) => product < source,
        (Some(_), None) => false,
    }
}

/// The latest change of a file, or of anything in a folder. Folders count too: a deleted file
/// shows only in the time of the folder that held it.
pub(crate) fn newest_below(path: &Path) -> Option<SystemTime> {
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    inside
        .filter_map(|entry| newest_below(&entry.path()))
        .chain(changed(path))
        .max()
}

/// When the page was built. The stand-in page that a bare `cargo build` writes in its place has no
/// script and does not count.
fn built(page: &Path) -> Option<SystemTime> {
    let is_built = fs::read_to_string(page).is_ok_and(|text| text.contains("<script"));
    is_built.then(|| changed(page)).flatten()
}

pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_product_is_stale_when_missing_or_older_than_its_sources() {
        let early = SystemTime::UNIX_EPOCH;
        let late = early + Duration::from_secs(1);
        assert!(is_stale(None, Some(early)));
        assert!(is_stale(Some(early), Some(late)));
        assert!(!is_stale(Some(late), Some(early)));
        assert!(!is_stale(Some(early), None));
    }

    #[test]
    fn deleting_a_source_shows_in_its_folder() {
        let folder = std::env::temp_dir().join(format!("xtask-stale-{}", std::process::id()));
        let deep = folder.join("deep");
        fs::create_dir_all(&deep).expect("a temporary folder");
        fs::write(deep.join("a.ts"), "").expect("write");
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        for path in [deep.join("a.ts"), deep.clone(), folder.clone()] {
            let opened = fs::File::open(&path).expect("open");
            if opened.set_modified(long_ago).is_err() {
                return; // some systems refuse it for folders
            }
        }
        assert_eq!(newest_below(&folder), Some(long_ago));
        fs::remove_file(deep.join("a.ts")).expect("remove");
        assert!(newest_below(&folder) > Some(long_ago));
        fs::remove_dir_all(folder).expect("tidy");
    }

    #[test]
    fn the_stand_in_page_is_no_build() {
        let page = std::env::temp_dir().join(format!("xtask-page-{}.html", std::process::id()));
        fs::write(&page, "<html><body>not built</body></html>").expect("write");
        assert_eq!(built(&page), None);
        fs::write(&page, "<html><script src=a.js></script></html>").expect("write");
        assert!(built(&page).is_some());
        fs::remove_file(&page).expect("tidy");
        assert_eq!(built(&page), None);
    }

    #[test]
    fn node_versions_are_read_and_judged() {
        for (text, good) in [
            ("v20.20.2", true),
            ("v20.18.9", false),
            ("v21.7.0", false),
            ("v22.11.0", false),
            ("v22.12.0", true),
            ("v24.0.1", true),
            ("18.19.0+dfsg-6~deb12u2", false),
            ("20.19.2+dfsg-1", true),
            ("1:20.19.2", true),
        ] {
            assert_eq!(version(text).map(is_new_enough), Some(good), "{text}");
        }
        assert_eq!(version("none"), None);
    }
}
