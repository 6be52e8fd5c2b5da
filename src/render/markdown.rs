//! Text from anywhere to Markdown in which it is text and nothing else: no markup, no HTML, no mention, no end of what it stands in.
//!
//! Manifest text stands in code alone, where forges look for neither mentions nor references, and each piece is one line.

use crate::printable::printable;

/// Returns a text as a code span within a paragraph.
pub(super) fn code_span(text: &str) -> String {
    let text = printable(text);
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    // One space on each side is taken away again, and keeps the text's own backticks apart from the span's.
    let room = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{ticks}{room}{text}{room}{ticks}")
}

/// Returns a text as code within HTML.
pub(super) fn html_code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// Returns a text as text within HTML.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '@' => out.push_str("&#64;"),
            '`' => out.push_str("&#96;"),
            '|' => out.push_str("&#124;"),
            c => out.push(c),
        }
    }
    out
}

/// Returns lines as a block of code that is coloured as a diff. None of them can end it.
pub(super) fn diff_block(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let body: String = lines.iter().flat_map(|line| [printable(line), "\n".into()]).collect();
    format!("{fence}diff\n{body}{fence}\n")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_whatever_it_holds() {
        let spans = ["plain", "a`b", "`a``", " a ", "", "a|b <script> @everyone \u{202e}\u{1b}\n"].map(code_span);
        insta::assert_snapshot!(spans.join("\n"), @r"
        `plain`
        ``a`b``
        ``` `a`` ```
        `  a  `
        `  `
        `a|b <script> @everyone \u{202e}\u{1b}\n`
        ");
    }

    #[test]
    fn html_shows_what_it_is_given() {
        insta::assert_snapshot!(html_code("<script>&\"'`@x|\u{202e}\n</code>"), @r"<code>&lt;script&gt;&amp;&quot;&#39;&#96;&#64;x&#124;\u{202e}\n&lt;/code&gt;</code>");
    }

    #[test]
    fn no_line_ends_a_block() {
        insta::assert_snapshot!(diff_block(&["- a".to_owned(), "  ````".to_owned(), "+ x\ny".to_owned()]), @r"
        `````diff
        - a
          ````
        + x\ny
        `````
        ");
    }
}
