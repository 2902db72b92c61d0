//! Which control words begin a group of something else than the text.
//!
//! Pure. Invariant: a group that says of itself that it may be passed over, and is not known, is.

/// Where characters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// Into the paragraph.
    Body,
    /// Nowhere.
    Nowhere,
    /// They name fonts.
    Fonts,
    /// They name a style.
    Styles,
    /// They are a fact about the document.
    Fact(Fact),
    /// The group of facts, whose own characters are none.
    Facts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Title,
    Author,
    Created,
}

/// What a word begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// Nothing: it is another kind of word.
    None,
    /// A group whose text belongs where it stands.
    Here,
    /// What stands beside the text.
    Note,
    /// Of two forms, the one in Unicode.
    Unicode,
    Other(Destination),
}

/// What a word begins; facts are told only in their own group.
pub(super) fn of(word: &[u8], is_optional: bool, is_fact: bool) -> Entry {
    let fact = |fact| {
        if is_fact {
            Entry::Other(Destination::Fact(fact))
        } else {
            Entry::None
        }
    };
    match word {
        b"fonttbl" => Entry::Other(Destination::Fonts),
        b"stylesheet" => Entry::Other(Destination::Styles),
        b"info" => Entry::Other(Destination::Facts),
        b"title" => fact(Fact::Title),
        b"author" => fact(Fact::Author),
        b"creatim" => fact(Fact::Created),
        // Notes, comments, what stands on every page, and text boxes.
        b"footnote" | b"annotation" | b"header" | b"headerl" | b"headerr" | b"headerf"
        | b"footer" | b"footerl" | b"footerr" | b"footerf" | b"shptxt" | b"dptxbxtext" => {
            Entry::Note
        }
        b"ud" => Entry::Unicode,
        // Drawings, formulas, results of fields and objects.
        b"shpinst" | b"shp" | b"fldrslt" | b"result" | b"moMath" | b"mr" | b"mt" | b"shppict"
        | b"pn" | b"pnseclvl" | b"listtext" | b"cs" | b"ts" => Entry::Here,
        b"upr" | b"colortbl" | b"pict" | b"objdata" | b"fldinst" | b"sp" | b"bkmkstart"
        | b"bkmkend" | b"nonshppict" | b"filetbl" | b"pntext" | b"xe" | b"tc" | b"rxe"
        | b"nextfile" | b"template" | b"private" | b"comment" | b"operator" | b"company"
        | b"keywords" | b"doccomm" | b"subject" | b"manager" | b"category" | b"hlinkbase"
        | b"generator" | b"htmltag" | b"mhtmltag" | b"revtbl" | b"datafield" | b"panose"
        | b"falt" | b"atnid" | b"atnauthor" | b"atndate" | b"atnref" | b"atrfstart"
        | b"atrfend" | b"buptim" | b"printim" | b"revtim" => Entry::Other(Destination::Nowhere),
        _ if is_optional => Entry::Other(Destination::Nowhere),
        _ => Entry::None,
    }
}
