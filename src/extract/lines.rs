//! Lines of a file that make one part of its text.
//!
//! Invariant: a part begins at its first line that is not blank.

use crate::document::{Mark, Text};

/// Lines that belong together.
#[derive(Default)]
pub(super) struct Part {
    text: String,
    line: u32,
}

impl Part {
    pub(super) fn push(&mut self, line: &str, number: u32) {
        if self.text.is_empty() {
            if line.trim().is_empty() {
                return;
            }
            self.line = number;
        } else {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    pub(super) fn end(&mut self, text: &mut Text) {
        let mark = Mark {
            line: Some(self.line),
            ..Mark::default()
        };
        text.push(&std::mem::take(&mut self.text), mark);
    }
}
