//! Charts inside the files of the Office programs: title, and the series with their values as they
//! were when the document was last saved.
//!
//! A chart is a few lines: what is written on it, then for each series its name and its points, as
//! `category value`. Where the values come from, in a workbook of its own, is not read again.

use std::collections::BTreeMap;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::office_xml::{attribute, damaged, entity};

/// Between the points of a series.
const POINT_BREAK: &str = " · ";

/// What a chart says, up to where its part is damaged.
pub(super) fn read(xml: &[u8]) -> (String, Result<(), String>) {
    let mut walk = Walk::default();
    let result = walk.read(xml);
    walk.end_series();
    (walk.lines.join("\n"), result)
}

/// What the values that are being read are.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Role {
    /// Not of a series.
    #[default]
    None,
    /// The series' name.
    Name,
    /// What the values are of.
    Category,
    /// The values.
    Value,
}

/// One chart's text on its way into lines.
#[derive(Debug, Default)]
struct Walk {
    lines: Vec<String>,
    /// Written on the chart itself: its title, an axis' title.
    paragraph: String,
    role: Role,
    name: String,
    /// Category and value by the point's number; either may be missing.
    points: BTreeMap<u32, (String, String)>,
    point: u32,
    in_series: bool,
    in_text: bool,
}

impl Walk {
    fn read(&mut self, xml: &[u8]) -> Result<(), String> {
        let mut reader = Reader::from_reader(xml);
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => self.start(&start),
                Ok(Event::Text(content)) if self.in_text => self.add(&content.xml10_content()),
                Ok(Event::CData(content)) if self.in_text => self.add(&content.xml10_content()),
                Ok(Event::GeneralRef(reference)) if self.in_text => self.add(&entity(&reference)),
                Ok(Event::End(end)) => self.end(end.local_name().as_ref()),
                Ok(Event::Eof) => return Ok(()),
                Err(error) => return Err(damaged(&error)),
                Ok(_) => {}
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "ser" => self.in_series = true,
            "tx" if self.in_series => self.role = Role::Name,
            "cat" | "xVal" => self.role = Role::Category,
            "val" | "yVal" => self.role = Role::Value,
            "pt" => {
                let number = attribute(element, "idx").and_then(|idx| idx.parse().ok());
                self.point = number.unwrap_or_default();
            }
            "t" => self.in_text = true,
            "v" => self.in_text = self.role != Role::None,
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        match self.role {
            Role::None => self.paragraph.push_str(text),
            Role::Name => self.name.push_str(text),
            Role::Category => self.points.entry(self.point).or_default().0.push_str(text),
            Role::Value => self.points.entry(self.point).or_default().1.push_str(text),
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" | "v" => self.in_text = false,
            "tx" | "cat" | "xVal" | "val" | "yVal" => self.role = Role::None,
            "p" => {
                let paragraph = std::mem::take(&mut self.paragraph);
                self.line(&paragraph);
            }
            "ser" => self.end_series(),
            _ => {}
        }
    }

    fn end_series(&mut self) {
        let points: Vec<String> = std::mem::take(&mut self.points)
            .into_values()
            .map(|(category, value)| format!("{category} {value}").trim().to_owned())
            .filter(|point| !point.is_empty())
            .collect();
        let name = std::mem::take(&mut self.name);
        let colon = if name.is_empty() || points.is_empty() {
            ""
        } else {
            ": "
        };
        self.line(&format!("{name}{colon}{}", points.join(POINT_BREAK)));
        self.in_series = false;
        self.role = Role::None;
    }

    fn line(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.lines.push(text.trim().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    const TITLE: &str = "<c:title><c:tx><c:rich><a:p><a:r><a:t>Ducks by </a:t></a:r>\
                         <a:r><a:t>year</a:t></a:r></a:p></c:rich></c:tx></c:title>";

    fn points(of: &[(u32, &str)]) -> String {
        let points = of
            .iter()
            .map(|(i, value)| format!("<c:pt idx=\"{i}\"><c:v>{value}</c:v></c:pt>"));
        points.collect::<Vec<_>>().concat()
    }

    fn chart() -> String {
        format!(
            "<c:chartSpace><c:chart>{TITLE}<c:ser><c:tx><c:strRef><c:f>S!$B$1</c:f>{}</c:strRef></c:tx>\
             <c:cat>{}</c:cat><c:val><c:formatCode>General</c:formatCode>{}</c:val></c:ser></c:chart></c:chartSpace>",
            points(&[(0, "Wild &amp; tame")]),
            points(&[(0, "2019"), (1, "2020"), (2, "2021")]),
            points(&[(0, "120"), (2, "150")]),
        )
    }

    #[test]
    fn a_chart_says_its_title_and_each_value_beside_its_category() {
        let (text, result) = read(chart().as_bytes());
        assert_eq!(result, Ok(()));
        assert_eq!(
            text,
            "Ducks by year\nWild & tame: 2019 120 · 2020 · 2021 150"
        );
    }

    #[test]
    fn a_chart_that_is_cut_off_keeps_what_was_read() {
        let whole = chart();
        let cut = whole.find("150").unwrap();
        let (text, result) = read(format!("{}</b>", &whole[..cut]).as_bytes());
        assert!(result.is_err());
        assert!(text.starts_with("Ducks by year\nWild & tame: 2019 120"));
    }
}
