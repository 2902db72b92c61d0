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
    /// There is an icon in the tray.
    pub tray: bool,
    /// Closing the window leaves the program running in the tray.
    pub close_to_tray: bool,
    /// An icon is wanted, and this desktop shows none: closing the window ends the program.
    pub lacks_tray: bool,
    /// The program starts with the desktop.
    pub start_at_login: bool,
    /// A notification tells the end of the first large reading.
    pub notify_when_read: bool,
    /// The key for the launcher; empty for none.
    pub shortcut: String,
    /// Programs may take keys for themselves here; not so under Wayland.
    pub takes_keys: bool,
    /// What to bind to a key in the desktop's settings instead.
    pub toggle_command: String,
    /// The file that holds them.
    pub file: String,
    /// Keys that an administrator has set, of this page or not.
    pub locked: Vec<String>,
    /// The file in which he did, where there is one.
    pub policy: Option<String>,
}

/// What the tray and a notification say, in the user's language.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DesktopWords {
    /// Shows the window.
    pub open: String,
    /// Shows the launcher.
    pub launch: String,
    /// Above the ways to pause.
    pub pause: String,
    /// Pauses for an hour.
    pub pause_hour: String,
    /// Pauses until tomorrow morning.
    pub pause_tomorrow: String,
    /// Pauses until it is resumed.
    pub pause_until_resumed: String,
    /// Goes on.
    pub resume: String,
    /// Ends the program.
    pub quit: String,
    /// The first large reading has ended.
    pub read_title: String,
    /// What can be done now.
    pub read_text: String,
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

/// What program this is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct About {
    /// As of packages.
    pub version: String,
    /// The licences and notices of everything it is made with; absent where it was not packed.
    pub notices: Option<String>,
    /// Newer versions can be looked for here: the package says where they are.
    pub knows_updates: bool,
    /// They are looked for once a day.
    pub looks_for_updates: bool,
    /// A newer one that was found since the start.
    pub newer: Option<NewerVersion>,
}

/// A version after this one.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NewerVersion {
    /// As of packages.
    pub version: String,
    /// What is new, in words of those who made it.
    pub notes: String,
}
