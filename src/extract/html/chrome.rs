//! What of a page is not its text: menus, banners, what is hidden, what is no writing at all.
//!
//! Pure, one element at a time. Errs towards keeping: a menu too many is noise, a paragraph too few
//! is not found.

use ego_tree::NodeRef;
use scraper::{Node, node::Element};

/// How much is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeaveOut {
    /// Only what is no writing.
    Nothing,
    /// What a browser would not show as well.
    Hidden,
    /// Menus, banners and the like as well.
    Chrome,
}

/// Descendants of a page's header that are searched for its heading.
const MAX_SEARCHED: usize = 500;

/// Whether nothing inside this element is read. `in_content`: it lies in an article or in what the
/// page calls its main part.
pub(super) fn is_left_out(
    node: NodeRef<'_, Node>,
    element: &Element,
    leave_out: LeaveOut,
    in_content: bool,
) -> bool {
    is_no_writing(element.name())
        || (leave_out >= LeaveOut::Hidden && is_hidden(element))
        || (leave_out >= LeaveOut::Chrome && is_chrome(node, element, in_content))
}

/// `rt` and `rp` are the reading above a Chinese character, in the midst of its word.
fn is_no_writing(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "noscript" | "template" | "svg" | "iframe" | "rt" | "rp" | "datalist"
    )
}

fn is_hidden(element: &Element) -> bool {
    let style = element.attr("style").unwrap_or_default();
    let style: String = style.split_whitespace().collect();
    let style = style.to_ascii_lowercase();
    element
        .attr("hidden")
        .is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
        || element.attr("aria-hidden") == Some("true")
        || style.contains("display:none")
        || style.contains("visibility:hidden")
        || (element.name() == "dialog" && element.attr("open").is_none())
}

fn is_chrome(node: NodeRef<'_, Node>, element: &Element, in_content: bool) -> bool {
    let name = element.name();
    if matches!(name, "html" | "body" | "main" | "article") {
        return false;
    }
    let role = element.attr("role").unwrap_or_default();
    match (name, role) {
        ("nav" | "button" | "select" | "dialog", _)
        | (_, "navigation" | "search" | "dialog" | "alertdialog" | "menu" | "menubar") => true,
        ("aside" | "footer", _) | (_, "contentinfo" | "complementary") => !in_content,
        ("header", _) | (_, "banner") => !in_content && !holds_the_title(node),
        _ => ["class", "id"]
            .into_iter()
            .filter_map(|attribute| element.attr(attribute))
            .any(names_chrome),
    }
}

fn holds_the_title(header: NodeRef<'_, Node>) -> bool {
    let mut below = header.descendants().take(MAX_SEARCHED);
    below.any(|node| matches!(node.value(), Node::Element(element) if element.name() == "h1"))
}

/// Names that pages give to menus, and to the question about cookies.
fn names_chrome(names: &str) -> bool {
    let asks_for_consent = |name: &str| {
        let about = ["cookie", "consent", "gdpr"];
        let shape = [
            "banner", "notice", "bar", "popup", "modal", "overlay", "dialog",
        ];
        name.contains("onetrust")
            || (about.iter().any(|word| name.contains(word))
                && shape.iter().any(|word| name.contains(word)))
    };
    names.split_whitespace().any(|name| {
        let name = name.to_ascii_lowercase();
        matches!(
            name.as_str(),
            "navbar"
                | "navbox"
                | "sidebar"
                | "breadcrumb"
                | "breadcrumbs"
                | "skip-link"
                | "mw-editsection"
                | "mw-jump-link"
                | "headerlink"
                | "sphinxsidebar"
        ) || asks_for_consent(&name)
    })
}
