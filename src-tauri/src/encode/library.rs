//! Pages of files, pages as pictures, and settings.

use std::path::Path;

use nuthatch::{
    engine::{Effect, ListedFile, PageView},
    settings::{Policy, Settings},
};
use serde_json::json;

use super::{count, id, shown};
use crate::{shortcut, windows, wire};

/// So many of the files that were found; one that is left over says that others follow.
pub(crate) fn file_page(found: Vec<ListedFile>, limit: usize) -> wire::FilePage {
    wire::FilePage {
        has_more: found.len() > limit,
        files: found
            .into_iter()
            .take(limit)
            .map(|file| wire::ListedFile {
                file_id: id(file.id.0),
                path: shown(&file.path),
                n_bytes: file.size_bytes as f64,
                reason: file.reason,
            })
            .collect(),
    }
}

pub(crate) fn rule_effect(effect: &Effect) -> wire::RuleEffect {
    wire::RuleEffect {
        n_known: count(effect.n_known),
        n_left_out: count(effect.n_left_out),
        named: effect.named.iter().map(|path| shown(path)).collect(),
    }
}

/// The length of the head in four bytes, the lowest first; the head; the grey pixels, row by row.
/// Empty where there is no picture.
pub(crate) fn page_view(view: Option<&PageView>) -> Vec<u8> {
    let Some(view) = view else {
        return Vec::new();
    };
    let picture = &view.picture;
    let head = json!({
        "width": picture.width(), "height": picture.height(), "lit": view.lit,
    });
    let head = head.to_string().into_bytes();
    let length = u32::try_from(head.len()).unwrap_or_default();
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(&head);
    bytes.extend_from_slice(picture.pixels());
    bytes
}

pub(crate) fn settings(
    settings: &Settings,
    policy: &Policy,
    file: &Path,
    lacks_tray: bool,
) -> wire::Settings {
    wire::Settings {
        meaning: settings.meaning,
        read_pictures: settings.read_pictures,
        pause_on_battery: settings.pause_on_battery,
        pause_above_load_percent: settings.pause_above_load_percent,
        pause_after_typing_seconds: count(settings.pause_after_typing_seconds),
        max_file_mib: count(settings.max_file_mib),
        ask_above_files: count(settings.ask_above_files),
        keep_history: settings.keep_history,
        never_connect: settings.never_connect,
        tray: settings.tray,
        close_to_tray: settings.close_to_tray,
        lacks_tray,
        start_at_login: settings.start_at_login,
        notify_when_read: settings.notify_when_read,
        shortcut: settings.shortcut.clone(),
        takes_keys: shortcut::may_take_keys(),
        toggle_command: windows::toggle_command(),
        file: shown(file),
        locked: policy.fixed().map(str::to_owned).collect(),
        policy: policy.file().map(shown),
    }
}
