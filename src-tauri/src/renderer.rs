//! Which way the web view draws on Linux, decided before it starts.
//!
//! `WebKitGTK` hands frames over as DMA-BUF. With NVIDIA's own driver that often shows a blank window; with no
//! graphics device at all every frame is composed by the processor, and a blinking caret took half a core
//! (4.7 s of processor time in ten idle seconds, .4 s without). In both cases the plain way is chosen.
//! A choice that the user has made in the environment stands. To be dropped once `WebKitGTK` decides this well.

use std::path::Path;

/// The variable by which `WebKitGTK` is told; any value counts as the user's choice.
pub const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Whether this machine's web view should not hand frames over as DMA-BUF.
pub fn wants_plain_frames() -> bool {
    cfg!(target_os = "linux")
        && std::env::var_os(VARIABLE).is_none()
        && is_trouble(Path::new("/dev/dri"), Path::new("/proc/driver/nvidia"))
}

fn is_trouble(devices: &Path, nvidia: &Path) -> bool {
    let has_device = devices.read_dir().is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b"renderD"))
        })
    });
    !has_device || nvidia.exists()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::is_trouble;

    #[test]
    fn frames_are_plain_without_a_graphics_device_and_with_nvidias_driver() {
        let place = tempfile::tempdir().expect("a folder");
        let (devices, nvidia) = (place.path().join("dri"), place.path().join("nvidia"));
        assert!(is_trouble(&devices, &nvidia), "there is no device");
        fs::create_dir(&devices).expect("made");
        fs::write(devices.join("card0"), "").expect("written");
        assert!(is_trouble(&devices, &nvidia), "it cannot render");
        fs::write(devices.join("renderD128"), "").expect("written");
        assert!(!is_trouble(&devices, &nvidia));
        fs::create_dir(&nvidia).expect("made");
        assert!(is_trouble(&devices, &nvidia), "NVIDIA's driver");
    }
}
