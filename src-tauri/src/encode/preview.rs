//! A preview into its shape.

use nuthatch::{document, document::FileId, engine};

use super::{count, id, name, range, ranges, shown, unit};
use crate::wire::{InnerFile, Part, Preview, Style, Styled};

pub(crate) fn preview(preview: engine::Preview) -> Preview {
    Preview {
        name: name(&preview.path),
        path: shown(&preview.path),
        title: preview.title,
        page: preview.page,
        unit: unit(preview.unit),
        n_pages: preview.n_pages,
        line: preview.line,
        text: preview.text,
        passage: preview.passage.map(range),
        highlights: ranges(&preview.highlights),
        parts: preview.parts.into_iter().map(part).collect(),
        styles: preview.styles.into_iter().map(styled).collect(),
        inside: preview.inside.into_iter().map(inner).collect(),
        more_before: preview.more_before,
        more_after: preview.more_after,
    }
}

fn part(part: engine::Part) -> Part {
    Part {
        span: range(part.span),
        heading: part.heading.map(u32::from),
        label: part.label,
        line: part.line,
    }
}

fn styled((span, style): engine::SetCharacters) -> Styled {
    use document::Style as Set;
    let style = match style {
        Set::Item { depth, sign } => Style::Item {
            depth: u32::from(depth),
            sign,
        },
        Set::Quote { depth } => Style::Quote {
            depth: u32::from(depth),
        },
        Set::CodeBlock => Style::CodeBlock,
        Set::Emphasis => Style::Emphasis,
        Set::Strong => Style::Strong,
        Set::Struck => Style::Struck,
        Set::Code => Style::Code,
        Set::Link => Style::Link,
        Set::Cell {
            row,
            column,
            is_name,
        } => Style::Cell {
            // As the program counts that made it: from 1.
            row: count(u64::from(row) + 1),
            column,
            is_name,
        },
    };
    Styled {
        span: range(span),
        style,
    }
}

fn inner((file, name): (FileId, String)) -> InnerFile {
    InnerFile {
        file_id: id(file.0),
        name,
    }
}
