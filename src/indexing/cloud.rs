//! Files that lie in the cloud only: here is a placeholder, and reading it would fetch the rest.
//!
//! Knows how `OneDrive`, iCloud, Dropbox and the like mark them on each system; opens nothing.
//! Invariant: what is recognised here is never read, so that no search program fills a disk or a
//! line with what its owner has put away.

use std::{fs::Metadata, path::Path};

/// The reason that such a file is left out for.
pub(super) const REASON: &str =
    "it lies in the cloud, and only a placeholder here; it is read once it is on this machine";

/// Programs that mark placeholders by the file's name, on any system.
const EXTENSIONS: [&str; 3] = ["icloud", "nextcloud", "owncloud"];
/// Windows: reading the data, opening it, or both fetches it (`FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS`,
/// `…_ON_OPEN`), or it was moved away (`…_OFFLINE`).
#[cfg(any(windows, test))]
const WINDOWS_ATTRIBUTES: u32 = 0x0040_0000 | 0x0004_0000 | 0x1000;
/// macOS: the file system holds no data of it (`SF_DATALESS`).
#[cfg(any(target_os = "macos", test))]
const MACOS_FLAGS: u32 = 0x4000_0000;

/// Whether only a placeholder is here.
pub(super) fn is_placeholder(path: &Path, metadata: &Metadata) -> bool {
    is_named_so(path) || is_marked(metadata)
}

fn is_named_so(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

#[cfg(windows)]
fn is_marked(metadata: &Metadata) -> bool {
    use std::os::windows::fs::MetadataExt;
    metadata.file_attributes() & WINDOWS_ATTRIBUTES != 0
}

#[cfg(target_os = "macos")]
fn is_marked(metadata: &Metadata) -> bool {
    use std::os::macos::fs::MetadataExt;
    metadata.st_flags() & MACOS_FLAGS != 0
}

#[cfg(not(any(windows, target_os = "macos")))]
fn is_marked(_metadata: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_ordinary_file_has_is_no_mark() {
        // Archive, normal, compressed, sparse, not indexed, pinned.
        for attribute in [0x20, 0x80, 0x800, 0x200, 0x2000, 0x0008_0000] {
            assert_eq!(attribute & WINDOWS_ATTRIBUTES, 0, "{attribute:#x}");
        }
        // Hidden, compressed, immutable.
        for flag in [0x8000, 0x20, 0x2] {
            assert_eq!(flag & MACOS_FLAGS, 0, "{flag:#x}");
        }
    }

    #[test]
    fn placeholders_are_known_by_their_names_where_they_have_some() {
        assert!(is_named_so(Path::new("/a/report.pdf.nextcloud")));
        assert!(!is_named_so(Path::new("/a/nextcloud.pdf")));
        assert!(!is_named_so(Path::new("/a/nextcloud")));
    }
}
