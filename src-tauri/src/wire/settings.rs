//! The settings that the window shows; the rest is in the file.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a user may change here, under the names of the file.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a line of the user's file"
)]
#[derive(Debug, Clone, Serialize, TS)]
pub struct Settings {
    /// Passages are found by meaning, too.
    pub meaning: bool,
    /// Text in pictures is recognised.
    pub read_pictures: bool,
    /// Background work waits on the battery.
    pub pause_on_battery: bool,
    /// It waits while others use more percent of the processor; 0 never.
    pub pause_above_load_percent: u32,
    /// It waits for so many seconds after a key in the search box.
    pub pause_after_typing_seconds: u32,
    /// Larger files are not opened.
    pub max_file_mib: u32,
    /// Folders that look generated and hold more files are asked about; 0 reads all.
    pub ask_above_files: u32,
    /// Searches that led somewhere are remembered.
    pub keep_history: bool,
    /// No connection is made.
    pub never_connect: bool,
    /// The file that holds them.
    pub file: String,
}

/// A setting's new value.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(untagged)]
pub enum Setting {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(u32),
    /// A name.
    Name(String),
}
