//! Files inside a file: members of an archive, mails of a mailbox, attachments.
//!
//! Owns their names, their order, and what unpacking them may cost; what they hold is read by the
//! same parsers as any file. The parent is told when one begins and when it is read, so that a
//! worker which dies costs one of them, and the next worker goes on behind it.
//! Invariants: nothing is written to any disk; members are numbered in the order in which they are
//! met, which is the same each time. Start reading at [`Nest::give`].

use std::{
    collections::{BTreeSet, HashSet},
    io::{self, Read},
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    Content, Failure, Format, HEAD_BYTES, Input, extension, identify,
    pictures::Wanted,
    titles,
    worker::{Message, Request},
};
use crate::document::{Hash, Text};

/// Containers in containers, at most.
const MAX_DEPTH: u32 = 20;
/// Members of one file, those of its members included.
const MAX_MEMBERS: u32 = 200_000;
/// What everything inside a file may unpack to ...
const MAX_UNPACKED_BYTES: u64 = 2 << 30;
/// ... and how many times as much as the file itself takes, ...
const MAX_EXPANSION: u64 = 100;
/// ... which is not held against small files.
const ALWAYS_UNPACKED_BYTES: u64 = 16 << 20;
/// Of one member, so much is unpacked.
const MAX_MEMBER_BYTES: u64 = 256 << 20;
/// Longest name of a member that is kept.
const MAX_NAME_BYTES: usize = 512;

/// A file that was found inside another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Where in the file it is, folders and outer containers first, divided by `/`.
    pub path: String,
    /// What of it was unpacked.
    pub size_bytes: u64,
    /// Nanoseconds since 1970 of its last change, where the container says so.
    pub modified_ns: Option<i64>,
    /// Hash of what was unpacked.
    pub hash: Hash,
    /// The format's name and what was read.
    pub outcome: Result<(String, Text), Failure>,
}

/// What the parent has already of a file whose reading was broken off.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Resume {
    /// Members below this number are there.
    pub(super) n_done: u32,
    /// Numbers of members that ended their worker.
    pub(super) fatal: Vec<u32>,
    /// Pages that did.
    pub(super) fatal_pages: Vec<u32>,
}

/// What a container says of a member.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Member<'a> {
    /// Its name there, with folders.
    pub(super) name: &'a str,
    /// Nanoseconds since 1970 of its last change.
    pub(super) modified_ns: Option<i64>,
}

/// Why nothing more of a container is read; the reason for its being read in part.
#[derive(Debug)]
pub(super) struct Stop(pub(super) String);

/// How much of a document the parent has.
#[derive(Debug, Default)]
struct Told {
    bytes: usize,
    marks: usize,
    boxes: usize,
    styles: usize,
    scans: usize,
}

impl Told {
    /// What is new, which the parent is about to be told.
    fn rest_of(&mut self, text: &Text) -> Text {
        let rest = Text {
            title: titles::telling(text.title.clone()),
            author: text.author.clone(),
            written: text.written.clone(),
            text: text.text.get(self.bytes..).unwrap_or_default().to_owned(),
            marks: text.marks.get(self.marks..).unwrap_or_default().to_vec(),
            boxes: text.boxes.get(self.boxes..).unwrap_or_default().to_vec(),
            styles: text.styles.get(self.styles..).unwrap_or_default().to_vec(),
            n_pages: text.n_pages,
            unit: text.unit,
            scans: text.scans.get(self.scans..).unwrap_or_default().to_vec(),
            partial: None,
        };
        *self = Self {
            bytes: text.text.len(),
            marks: text.marks.len(),
            boxes: text.boxes.len(),
            styles: text.styles.len(),
            scans: text.scans.len(),
        };
        rest
    }
}

/// The unpacking of one file, however deep it goes.
pub(super) struct Unpacking<'a> {
    tell: &'a mut dyn FnMut(Message) -> io::Result<()>,
    resume: &'a Resume,
    wanted: Option<&'a Wanted>,
    n_begun: u32,
    n_bytes_left: u64,
    max_text_bytes: usize,
    told: Told,
}

impl<'a> Unpacking<'a> {
    /// Of a file that takes so many bytes itself.
    pub(super) fn new(
        file_bytes: u64,
        request: &'a Request,
        tell: &'a mut dyn FnMut(Message) -> io::Result<()>,
    ) -> Self {
        let by_size = file_bytes.saturating_mul(MAX_EXPANSION);
        Self {
            tell,
            resume: &request.resume,
            wanted: request.wanted.as_ref(),
            n_begun: 0,
            n_bytes_left: by_size.clamp(ALWAYS_UNPACKED_BYTES, MAX_UNPACKED_BYTES),
            max_text_bytes: request.max_text_bytes,
            told: Told::default(),
        }
    }

    fn tell(&mut self, message: Message) -> Result<(), Stop> {
        (self.tell)(message).map_err(|error| Stop(format!("nobody listens any more: {error}")))
    }
}

/// One container's members on their way to the parent.
pub(super) struct Nest<'a, 'b> {
    unpacking: &'a mut Unpacking<'b>,
    /// Path of the container in the outermost file, with a `/` behind it; empty for that itself.
    prefix: String,
    depth: u32,
    taken: HashSet<String>,
}

/// What came out of a container for one member.
struct Unpacked {
    bytes: Vec<u8>,
    is_cut: bool,
    error: Option<io::Error>,
}

impl<'a, 'b> Nest<'a, 'b> {
    /// The outermost file's.
    pub(super) fn new(unpacking: &'a mut Unpacking<'b>) -> Self {
        Self {
            unpacking,
            prefix: String::new(),
            depth: 0,
            taken: HashSet::new(),
        }
    }

    /// Unpacks one member, reads it and tells the parent. Hidden ones are passed over, as they are
    /// in folders.
    pub(super) fn give(&mut self, member: Member<'_>, content: &mut dyn Read) -> Result<(), Stop> {
        let Some(name) = self.name(member.name) else {
            return Ok(());
        };
        let number = self.unpacking.n_begun;
        self.unpacking.n_begun += 1;
        if number >= MAX_MEMBERS {
            return Err(Stop(format!("only its first {MAX_MEMBERS} files are read")));
        }
        if self.unpacking.resume.fatal.contains(&number) {
            return Ok(());
        }
        let path = format!("{}{name}", self.prefix);
        if let Some(wanted) = self.unpacking.wanted {
            return self.go_to(wanted, &name, &path, content);
        }
        self.unpacking.tell(Message::Begun {
            number,
            path: path.clone(),
        })?;
        let unpacked = self.unpack(content)?;
        let format = format_of(&name, &unpacked);
        let is_done = number < self.unpacking.resume.n_done;
        if is_done && !format.as_ref().is_ok_and(|format| format.holds_files) {
            return Ok(());
        }
        let outcome = format.and_then(|format| {
            let text = self.read(format, &path, &unpacked)?;
            Ok((format.name.to_owned(), text))
        });
        self.unpacking.tell(Message::Child(Box::new(Child {
            path,
            size_bytes: unpacked.bytes.len() as u64,
            modified_ns: member.modified_ns,
            hash: *blake3::hash(&unpacked.bytes).as_bytes(),
            outcome,
        })))
    }

    /// Reads a member only if it is the one whose pages are wanted, or holds that.
    fn go_to(
        &mut self,
        wanted: &Wanted,
        name: &str,
        path: &str,
        content: &mut dyn Read,
    ) -> Result<(), Stop> {
        let inner = wanted.inner.as_deref().unwrap_or_default();
        let leads_there = inner
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if !leads_there {
            return Ok(());
        }
        let unpacked = self.unpack(content)?;
        let read = format_of(name, &unpacked).and_then(|format| self.read(format, path, &unpacked));
        match read {
            Ok(_) if inner == path => Err(Stop("the wanted file was found".into())),
            Ok(_) => Ok(()),
            Err(failure) => Err(Stop(failure.to_string())),
        }
    }

    /// To be asked before each page of a document whose pages may end their reader: whether it did
    /// not do that yet. Tells the parent where it is, and what was read so far. Of what lies inside a
    /// file no page is told, since that is a member's end.
    pub(super) fn turn_to(&mut self, number: u32, text: &Text) -> bool {
        if self.depth > 0 || self.unpacking.wanted.is_some() {
            return true;
        }
        if self.unpacking.resume.fatal_pages.contains(&number) {
            return false;
        }
        let read = Box::new(self.unpacking.told.rest_of(text));
        // A parent that is gone is noticed when the document is done.
        let _ = self.unpacking.tell(Message::Page { number, read });
        true
    }

    /// Tells the parent of a member that cannot be unpacked.
    pub(super) fn refuse(&mut self, member: Member<'_>, failure: Failure) -> Result<(), Stop> {
        let Some(name) = self
            .name(member.name)
            .filter(|_| self.unpacking.wanted.is_none())
        else {
            return Ok(());
        };
        let number = self.unpacking.n_begun;
        self.unpacking.n_begun += 1;
        let path = format!("{}{name}", self.prefix);
        self.unpacking.tell(Message::Begun {
            number,
            path: path.clone(),
        })?;
        self.unpacking.tell(Message::Child(Box::new(Child {
            path,
            size_bytes: 0,
            modified_ns: member.modified_ns,
            hash: Hash::default(),
            outcome: Err(failure),
        })))
    }

    /// The pages that are wanted of what is being read as pictures, if any are.
    fn wanted_here(&self) -> Option<BTreeSet<u32>> {
        let wanted = self.unpacking.wanted?;
        let here = self.prefix.strip_suffix('/');
        (wanted.inner.as_deref() == here).then(|| wanted.pages.clone())
    }

    fn unpack(&mut self, content: &mut dyn Read) -> Result<Unpacked, Stop> {
        let limit = self.unpacking.n_bytes_left.min(MAX_MEMBER_BYTES);
        let mut bytes = Vec::new();
        let error = content.take(limit + 1).read_to_end(&mut bytes).err();
        let is_cut = bytes.len() as u64 > limit;
        if is_cut && limit < MAX_MEMBER_BYTES {
            self.unpacking.n_bytes_left = 0;
            return Err(Stop(
                "what is packed in it is too large for it to be honest; the rest is not read"
                    .into(),
            ));
        }
        bytes.truncate(limit as usize);
        self.unpacking.n_bytes_left -= bytes.len() as u64;
        Ok(Unpacked {
            bytes,
            is_cut,
            error,
        })
    }

    fn read(&mut self, format: &Format, path: &str, unpacked: &Unpacked) -> Result<Text, Failure> {
        if format.holds_files && self.depth + 1 >= MAX_DEPTH {
            return Err(Failure::Failed(format!(
                "it lies more than {MAX_DEPTH} files inside files deep"
            )));
        }
        let input = Input {
            name: path,
            content: Content::Bytes(&unpacked.bytes),
            cut: unpacked.is_cut,
            max_text_bytes: self.unpacking.max_text_bytes,
            with_layout: false,
        };
        let mut nest = Nest {
            unpacking: &mut *self.unpacking,
            prefix: format!("{path}/"),
            depth: self.depth + 1,
            taken: HashSet::new(),
        };
        parse(format, &input, &mut nest)
    }

    /// The member's name as a part of a path: relative, readable, its own. None for what is hidden
    /// and for folders.
    fn name(&mut self, name: &str) -> Option<String> {
        if name.ends_with(['/', '\\']) {
            return None;
        }
        let parts: Vec<String> = name
            .split(['/', '\\'])
            .filter(|part| !part.is_empty() && *part != ".")
            .map(|part| if part == ".." { "_" } else { part })
            .map(|part| part.replace(char::is_control, "_"))
            .collect();
        let is_hidden = |part: &String| part.starts_with('.') || part == "__MACOSX";
        if parts.is_empty() || parts.iter().any(is_hidden) {
            return None;
        }
        let mut name = parts.join("/");
        if name.len() > MAX_NAME_BYTES {
            // The end tells the format.
            name = name.split_off(name.ceil_char_boundary(name.len() - MAX_NAME_BYTES));
        }
        Some(self.unique(&name))
    }

    fn unique(&mut self, name: &str) -> String {
        let mut found = name.to_owned();
        let mut n = 1;
        while !self.taken.insert(found.clone()) {
            n += 1;
            found = match name.rsplit_once('.') {
                Some((stem, extension)) if !extension.contains('/') => {
                    format!("{stem} ({n}).{extension}")
                }
                _ => format!("{name} ({n})"),
            };
        }
        found
    }
}

/// Lets a parser read, whose panic then is a reason.
pub(super) fn parse(
    format: &Format,
    input: &Input<'_>,
    nest: &mut Nest<'_, '_>,
) -> Result<Text, Failure> {
    let read = || match nest.wanted_here() {
        Some(pages) => give_pictures(format, input, &pages, nest.unpacking),
        None => (format.parse)(input, nest).map(|text| Text {
            title: titles::telling(text.title),
            ..text
        }),
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(Failure::Failed(
            "its reader failed on it (a fault of the program)".into(),
        ))
    })
}

/// Gives the parent the wanted pages instead of the text.
fn give_pictures(
    format: &Format,
    input: &Input<'_>,
    pages: &BTreeSet<u32>,
    unpacking: &mut Unpacking<'_>,
) -> Result<Text, Failure> {
    let Some(pictures) = format.pictures else {
        return Err(Failure::Failed("it has no pages that are pictures".into()));
    };
    let mut give = |picture| match unpacking.tell(Message::Picture(Box::new(picture))) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    pictures(input, &mut |page| pages.contains(&page), &mut give)?;
    Ok(Text::default())
}

fn format_of(name: &str, unpacked: &Unpacked) -> Result<&'static Format, Failure> {
    if let Some(error) = &unpacked.error {
        return Err(Failure::Failed(format!(
            "it could not be unpacked: {error}"
        )));
    }
    let head = unpacked.bytes.get(..HEAD_BYTES.min(unpacked.bytes.len()));
    identify(&extension(Path::new(name)), head.unwrap_or_default())
}

#[cfg(test)]
#[path = "nest/tests.rs"]
mod tests;
