//! The system's own packages, where `apt-get` does not install them.
//!
//! Knows how to ask whether they are there and how they are called; installs nothing, since
//! other package managers' names and habits change too often to be driven unseen.
//! Invariant: says nothing where nothing is missing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command;
use crate::purpose::Purpose;

const LINUX: &str = "\
compiling needs a C and C++ compiler, make, pkg-config and the development files of WebKitGTK 4.1
  Fedora:   sudo dnf install gcc gcc-c++ make pkgconf-pkg-config webkit2gtk4.1-devel
  Arch:     sudo pacman -S --needed base-devel webkit2gtk-4.1
  openSUSE: sudo zypper install gcc gcc-c++ make pkg-config webkit2gtk3-devel";

const LINUX_TESTS: &str = "\
the window test needs xvfb-run, xauth, WebKitWebDriver and ImageMagick's `import`
  Fedora:   sudo dnf install xorg-x11-server-Xvfb xorg-x11-xauth webkit2gtk4.1 ImageMagick dejavu-sans-fonts
  Arch:     sudo pacman -S --needed xorg-server-xvfb xorg-xauth webkit2gtk-4.1 imagemagick ttf-dejavu
  elsewhere `cargo xtask test --quick` leaves it out";

const MAC: &str = "compiling needs the Xcode command line tools: xcode-select --install";

const WINDOWS: &str = "\
the window needs the WebView2 runtime, which Windows 11 brings and Windows 10 gets from Microsoft's \
\"Evergreen\" installer; compiling needs the Build Tools for Visual Studio with \"Desktop development with C++\"";

/// An error that names what is missing, if anything is.
pub(crate) fn check(root: &Path, purpose: Purpose) -> Result<()> {
    if cfg!(target_os = "macos") {
        let tools = command::answer(command::program("xcode-select", root).arg("-p"));
        return if tools.is_some() { Ok(()) } else { bail!(MAC) };
    }
    if cfg!(windows) {
        // The C compiler needs no asking: this very program was linked with it.
        return if has_webview2(root) {
            Ok(())
        } else {
            bail!(WINDOWS)
        };
    }
    let library = ["--exists", "webkit2gtk-4.1"];
    let compiles = ["gcc", "g++", "make"].into_iter().all(command::on_path)
        && command::answer(command::program("pkg-config", root).args(library)).is_some();
    if !compiles {
        bail!(LINUX);
    }
    let tests = ["xvfb-run", "xauth", "WebKitWebDriver", "import"];
    if purpose == Purpose::Everything && !tests.into_iter().all(command::on_path) {
        bail!(LINUX_TESTS);
    }
    Ok(())
}

/// The runtime's installer registers itself under this key, for the machine or for the user.
fn has_webview2(root: &Path) -> bool {
    let client = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    [
        r"HKLM\SOFTWARE\WOW6432Node",
        r"HKLM\SOFTWARE",
        r"HKCU\Software",
    ]
    .into_iter()
    .any(|hive| {
        let key = format!(r"{hive}\{client}");
        command::answer(command::program("reg", root).args(["query", &key, "/v", "pv"])).is_some()
    })
}
