//! Outlook's items (msg): mails, and appointments and contacts as far as they have text.
//!
//! Each is a folder of properties in the container of old Office files. It reads like any mail: headers,
//! body, and what hangs on it as files inside it; a mail that hangs on it is read with it, since it is
//! no file. Invariant: a property that is missing or damaged costs itself.

mod unpack;

use std::io::Cursor;

use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};

use super::{
    Failure, Format, Input, USUAL, contains, dates, html, limit, mail,
    nest::{Member, Nest, Stop},
    ole::Streams,
    plain, rtf,
};
use crate::document::{Mark, Text};

pub(super) static OUTLOOK: Format = Format {
    name: "msg",
    version: 2,
    extensions: &["msg", "oft"],
    holds_files: true,
    parse,
    ..USUAL
};

/// Whether a container whose list of streams stands near its beginning is a mail.
pub(super) fn is_one(head: &[u8]) -> bool {
    let name = "__properties_version1.0".encode_utf16();
    let name: Vec<u8> = name.flat_map(u16::to_le_bytes).collect();
    contains(head, &name)
}

/// Numbers of properties, as \[MS-OXPROPS\] lists them.
const SUBJECT: u16 = 0x0037;
/// Whom a mail is from, and who sent it for them. Of addresses first the one that others know, then
/// the one of the own system.
const FROM_NAME: u16 = 0x0042;
const FROM_ADDRESSES: [u16; 2] = [0x5d02, 0x0065];
const SENDER_NAME: u16 = 0x0c1a;
const SENDER_ADDRESSES: [u16; 2] = [0x5d01, 0x0c1f];
/// Recipients as they are shown, where they are not listed.
const SHOWN_RECIPIENTS: [u16; 3] = [0x0e04, 0x0e03, 0x0e02];
const SUBMITTED: u16 = 0x0039;
const DELIVERED: u16 = 0x0e06;
const BODY: u16 = 0x1000;
const BODY_RTF: u16 = 0x1009;
const BODY_HTML: u16 = 0x1013;
const BODY_PAGE: u16 = 0x3fde;
const MESSAGE_PAGE: u16 = 0x3ffd;
const DISPLAY_NAME: u16 = 0x3001;
const RECIPIENT_ADDRESSES: [u16; 2] = [0x39fe, 0x3003];
const RECIPIENT_KIND: u16 = 0x0c15;
const ATTACHMENT_NAMES: [u16; 3] = [0x3707, 0x3704, DISPLAY_NAME];
const ATTACHMENT_DATA: u16 = 0x3701;

/// Mails in mails, at most.
const MAX_DEPTH: u32 = 10;
/// Recipients and attachments of one mail.
const MAX_MEMBERS: usize = 10_000;
/// Bytes before the properties of a mail, of one in a mail, and of what belongs to one.
const OWN_HEADER: usize = 32;
const INNER_HEADER: usize = 24;
const MEMBER_HEADER: usize = 8;

fn parse(input: &Input<'_>, nest: &mut Nest<'_, '_>) -> Result<Text, Failure> {
    let mut reader = Reader {
        streams: Streams::open(input)?,
        max_text_bytes: input.max_text_bytes,
        text: Text::default(),
    };
    let whole = reader.item("", OWN_HEADER);
    reader.text.title = reader.string(&whole, SUBJECT);
    reader.text.author = reader.sender(&whole);
    reader.text.written = whole.date();
    let stopped = reader.read(&whole, 0, nest).err();
    let mut text = reader.text;
    text.partial = stopped.map(|Stop(reason)| reason);
    if text.text.is_empty() {
        return Err(Failure::Skipped("there is no text in it".into()));
    }
    limit(&mut text, input.max_text_bytes);
    Ok(text)
}

/// A folder of properties.
struct Item {
    folder: String,
    /// Those of fixed length: 16 bytes each.
    fixed: Vec<u8>,
    /// Of strings that are not in Unicode.
    encoding: &'static Encoding,
}

impl Item {
    /// A property of fixed length.
    fn number(&self, id: u16) -> Option<u64> {
        let (properties, _) = self.fixed.as_chunks::<16>();
        let found = properties
            .iter()
            .find(|property| property.get(2..4) == Some(&id.to_le_bytes()))?;
        Some(u64::from_le_bytes(*found.last_chunk()?))
    }

    fn date(&self) -> Option<String> {
        let ticks = [SUBMITTED, DELIVERED];
        let mut ticks = ticks.into_iter().filter_map(|id| self.number(id));
        ticks.find_map(dates::of_windows)
    }
}

struct Reader<'a> {
    streams: Streams<'a>,
    max_text_bytes: usize,
    text: Text,
}

impl Reader<'_> {
    fn item(&mut self, folder: &str, n_header_bytes: usize) -> Item {
        let fixed = self.bytes(folder, "__properties_version1.0");
        let mut item = Item {
            folder: folder.to_owned(),
            fixed: fixed.get(n_header_bytes..).unwrap_or_default().to_vec(),
            encoding: WINDOWS_1252,
        };
        let pages = [MESSAGE_PAGE, BODY_PAGE];
        let mut pages = pages.into_iter().filter_map(|id| item.number(id));
        let found = pages.find_map(|page| rtf::encoding_of_page(page as u32 as i32));
        item.encoding = found.unwrap_or(WINDOWS_1252);
        item
    }

    /// Headers, body and what hangs on it.
    fn read(&mut self, item: &Item, depth: u32, nest: &mut Nest<'_, '_>) -> Result<(), Stop> {
        let part = |label: &str| Mark {
            label: Some(label.to_owned()),
            ..Mark::default()
        };
        let headers = self.headers(item);
        self.text.push(&headers, part("headers"));
        let body = self.body(item);
        self.text.push(&body, part("body"));
        for name in self.members(item, "__attach_version1.0_#") {
            if self.text.text.len() > self.max_text_bytes {
                break;
            }
            self.attachment(
                &format!("{}/{name}", item.folder),
                item.encoding,
                depth,
                nest,
            )?;
        }
        Ok(())
    }

    fn headers(&mut self, item: &Item) -> String {
        let mut people = [Vec::new(), Vec::new(), Vec::new()];
        for name in self.members(item, "__recip_version1.0_#") {
            let mut one = self.item(&format!("{}/{name}", item.folder), MEMBER_HEADER);
            one.encoding = item.encoding;
            let kind = one.number(RECIPIENT_KIND).unwrap_or(1) & 0xff;
            let shown = self.person(&one, DISPLAY_NAME, &RECIPIENT_ADDRESSES);
            if let Some(people) = people.get_mut(kind.saturating_sub(1) as usize) {
                people.extend(shown);
            }
        }
        let is_listed = people.iter().any(|people| !people.is_empty());
        let mut shown = people.map(|people| (!people.is_empty()).then(|| people.join(", ")));
        for (people, id) in shown.iter_mut().zip(SHOWN_RECIPIENTS) {
            if !is_listed {
                *people = self.string(item, id);
            }
        }
        let [to, cc, bcc] = shown;
        let lines = [
            ("From", self.sender(item)),
            ("To", to),
            ("Cc", cc),
            ("Bcc", bcc),
            ("Date", item.date()),
            ("Subject", self.string(item, SUBJECT)),
        ];
        let lines = lines
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What its forms say.
    fn body(&mut self, item: &Item) -> String {
        let plain = self.string(item, BODY).unwrap_or_default();
        let page = self.bytes(&item.folder, &stream(BODY_HTML, "0102"));
        let page = if page.is_empty() {
            self.string(item, BODY_HTML).unwrap_or_default()
        } else {
            html::decode(&page)
        };
        let drawn = if page.is_empty() {
            let packed = self.bytes(&item.folder, &stream(BODY_RTF, "0102"));
            rtf::read(&unpack::unpack(&packed), self.max_text_bytes).text
        } else {
            html::read(&page, self.max_text_bytes).text
        };
        mail::of_both(vec![plain], vec![drawn]).join("\n\n")
    }

    /// A file, or a mail, which is read here.
    fn attachment(
        &mut self,
        folder: &str,
        encoding: &'static Encoding,
        depth: u32,
        nest: &mut Nest<'_, '_>,
    ) -> Result<(), Stop> {
        let inner = format!("{folder}/{}", stream(ATTACHMENT_DATA, "000D"));
        if self.streams.is_folder(&inner) && depth < MAX_DEPTH {
            let inner = self.item(&inner, INNER_HEADER);
            return self.read(&inner, depth + 1, nest);
        }
        let mut item = self.item(folder, MEMBER_HEADER);
        item.encoding = encoding;
        let mut names = ATTACHMENT_NAMES.into_iter();
        let name = names.find_map(|id| self.string(&item, id));
        let name = mail::one_part(name.as_deref().unwrap_or("attachment"));
        let content = self.bytes(folder, &stream(ATTACHMENT_DATA, "0102"));
        let member = Member {
            name: &name,
            modified_ns: None,
        };
        nest.give(member, &mut Cursor::new(content))
    }

    fn sender(&mut self, item: &Item) -> Option<String> {
        let from = self.person(item, FROM_NAME, &FROM_ADDRESSES);
        from.or_else(|| self.person(item, SENDER_NAME, &SENDER_ADDRESSES))
    }

    /// Name and address, or the one of them that there is.
    fn person(&mut self, item: &Item, name: u16, addresses: &[u16]) -> Option<String> {
        let name = self.string(item, name);
        let mut addresses = addresses.iter().filter_map(|&id| self.string(item, id));
        // The own system's addresses are paths that nobody knows.
        let address = addresses.find(|address| address.contains('@'));
        match (name, address) {
            (Some(name), Some(address)) if !name.contains(&address) => {
                Some(format!("{name} <{address}>"))
            }
            (name, address) => name.or(address),
        }
    }

    /// A string, whichever way it is written; `None` if there is nothing in it.
    fn string(&mut self, item: &Item, id: u16) -> Option<String> {
        let wide = self.bytes(&item.folder, &stream(id, "001F"));
        let text = if wide.is_empty() {
            let narrow = self.bytes(&item.folder, &stream(id, "001E"));
            match std::str::from_utf8(&narrow) {
                Ok(text) => text.to_owned(),
                Err(_) => item
                    .encoding
                    .decode_without_bom_handling(&narrow)
                    .0
                    .into_owned(),
            }
        } else {
            UTF_16LE.decode_without_bom_handling(&wide).0.into_owned()
        };
        let text = plain::clean(&text.replace("\r\n", "\n"));
        let text = text.trim_matches(['\0', ' ', '\n']);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A stream's bytes; none where there is none.
    fn bytes(&mut self, folder: &str, name: &str) -> Vec<u8> {
        let found = self.streams.stream(&format!("{folder}/{name}"));
        found.ok().flatten().unwrap_or_default()
    }

    fn members(&self, item: &Item, prefix: &str) -> Vec<String> {
        let mut names = self
            .streams
            .names(&format!("{}/", item.folder), MAX_MEMBERS);
        names.retain(|name| name.starts_with(prefix));
        names
    }
}

/// The name of a property's stream.
fn stream(id: u16, kind: &str) -> String {
    format!("__substg1.0_{id:04X}{kind}")
}

#[cfg(test)]
#[path = "msg/tests.rs"]
mod tests;
