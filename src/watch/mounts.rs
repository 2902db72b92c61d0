//! Whether a folder lies on another machine, whose changes this system never hears of.
//!
//! Reads the table of mounts, which asks no server: a share that does not answer would block
//! whoever asks it. Elsewhere than on Linux nothing is told, and the folder is watched.

use std::path::{Path, PathBuf};

/// File systems whose files other machines change. Of FUSE's, those that lie on a network.
const NETWORKED: [&str; 19] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "fuse.davfs2",
    "fuse.gvfsd-fuse",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
    "gfs2",
    "glusterfs",
    "lustre",
    "nfs",
    "nfs4",
    "smb3",
    "virtiofs",
];

/// The kind of the network file system that a folder lies on; `None` for a disk of this machine.
pub fn network(folder: &Path) -> Option<String> {
    let table = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    network_in(&table, folder)
}

fn network_in(table: &str, folder: &Path) -> Option<String> {
    let mounts = table.lines().filter_map(mount);
    // Of two at one place, the later one hides the earlier.
    let (_, kind) = mounts
        .filter(|(place, _)| folder.starts_with(place))
        .max_by_key(|(place, _)| place.as_os_str().len())?;
    (NETWORKED.contains(&kind) || kind.starts_with("nfs") || kind.starts_with("smb"))
        .then(|| kind.to_owned())
}

/// Where a line's file system is mounted, and its kind.
fn mount(line: &str) -> Option<(PathBuf, &str)> {
    let (before, after) = line.split_once(" - ")?;
    let place = before.split(' ').nth(4)?;
    let kind = after.split(' ').next()?;
    Some((PathBuf::from(unescaped(place)), kind))
}

/// The kernel writes a space, a tab, a line's end and a backslash as `\` and three octal digits.
fn unescaped(place: &str) -> String {
    let codes = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    codes
        .iter()
        .fold(place.to_owned(), |place, (code, character)| {
            place.replace(code, character)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /home/me/the\\040share rw,relatime shared:20 - nfs4 server:/share rw,vers=4.2
41 22 0:36 / /mnt/stick rw shared:21 - fuseblk /dev/sdb1 rw
42 22 0:37 / /mnt/ssh rw shared:22 master:3 - fuse.sshfs me@server: rw
43 42 8:17 / /mnt/ssh/local rw shared:23 - ext4 /dev/sdc1 rw
44 22 0:38 / /mnt/over rw shared:24 - ext4 /dev/sdd1 rw
45 44 0:39 / /mnt/over rw shared:25 - cifs //server/over rw
";

    #[test]
    fn a_share_is_told_from_a_disk_by_the_innermost_mount() {
        let network = |folder: &str| network_in(TABLE, Path::new(folder));
        assert_eq!(network("/home/me/the share/docs").as_deref(), Some("nfs4"));
        assert_eq!(network("/home/me/the share"), Some("nfs4".into()));
        assert_eq!(network("/home/me/the shares"), None);
        assert_eq!(network("/mnt/stick/docs"), None);
        assert_eq!(network("/mnt/ssh/docs").as_deref(), Some("fuse.sshfs"));
        assert_eq!(network("/mnt/ssh/local/docs"), None);
        assert_eq!(network("/mnt/over/docs").as_deref(), Some("cifs"));
        assert_eq!(network_in("nonsense\n", Path::new("/")), None);
    }
}
