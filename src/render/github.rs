//! Marks as workflow commands of GitHub Actions, which puts them on the lines of a pull request. Each is one line, and nothing else stands on any.
//!
//! GitHub shows ten of each level a step: the worst come first, and what is none of this change's doing is left out.

use crate::findings::Standing;
use crate::printable::{printable, printable_head};
use crate::report::{Level, LineMark, Region};

/// Longer messages are cut.
const LONGEST: usize = 1_000;

/// Returns the commands.
pub fn github(marks: &[LineMark]) -> String {
    marks.iter().filter(|mark| mark.standing.is_none_or(|standing| standing == Standing::New)).map(command).collect()
}

fn command(mark: &LineMark) -> String {
    let LineMark { code, level, standing: _, address, path: _, targets, region, related: _, what, remedy, reason } = mark;
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let title = format!("{code}: {}", mark.title());
    let mut properties: Vec<_> = region.iter().flat_map(place).collect();
    properties.push(("title", title));
    let properties: Vec<_> = properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let about = address.iter().map(|address| format!("{address}: "));
    let targets = (!targets.is_empty()).then(|| format!(" (for {})", targets.join(", ")));
    let remedy = remedy.iter().map(|remedy| format!("\n{remedy}"));
    let in_vain = reason.iter().map(|reason| format!("\nAccepted in this very change, which does not count: {reason}"));
    let message: Vec<_> = about.chain([what.clone()]).chain(targets).chain(remedy).chain(in_vain).map(|part| data(&part)).collect();
    format!("::{name} {}::{}\n", properties.join(","), message.concat())
}

fn place(region: &Region) -> Vec<(&'static str, String)> {
    let Region { file, line, column, end } = region;
    let mut place = vec![("file", file.strip_prefix("./").unwrap_or(file).to_owned()), ("line", line.to_string())];
    match end {
        // GitHub knows columns within one line alone, and counts the last one in.
        Some((last, end)) if last == line => place.extend([("col", column.to_string()), ("endColumn", end.saturating_sub(1).to_string())]),
        Some((last, end)) => place.push(("endLine", if *end > 1 { *last } else { last.saturating_sub(1) }.to_string())),
        None => place.push(("col", column.to_string())),
    }
    place
}

/// Returns a text as the data of a command. Line breaks of our own are kept; those of others are escapes by then.
fn data(text: &str) -> String {
    let (own, text) = text.strip_prefix('\n').map_or(("", text), |text| ("%0A", text));
    format!("{own}{}", printable_head(text, LONGEST).replace('%', "%25"))
}

/// Returns a text as the value of a property.
fn property(text: &str) -> String {
    printable(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::inert::{assert_annotations, assert_printable};
    use super::super::report::fixture::{hostile, plan};
    use super::*;
    use crate::diagnostic::{Diagnostics, Sources};
    use crate::report::marks;

    #[test]
    fn findings_of_this_change_are_commands_the_worst_first() {
        let marks = marks(&plan().found(), &Diagnostics::default(), &Sources::default());
        insta::assert_snapshot!(github(&marks), @"
        ::error file=manifests/web.yaml,line=12,col=7,title=IDP4201%3A a policy that is opened to every client::App/web: the redirect URI `http://portal.example.com/cb` is added, over plain http%0Ause https, or a loopback address for a native app
        ::warning file=manifests/web.yaml,line=12,col=7,title=IDP4001%3A one secret comes and another goes in one apply::App/spa: the redirect URI `http://portal.example.com/cb` is added, over plain http%0Ause https, or a loopback address for a native app%0AAccepted in this very change, which does not count: trust me
        ");
    }

    #[test]
    fn nobody_s_text_begins_a_line_or_ends_a_property() {
        let marks = marks(&hostile().found(), &Diagnostics::default(), &Sources::default());
        let text = github(&marks);
        assert_annotations(&text);
        assert_printable(&text);
        assert_eq!(text.lines().count(), 2);
        insta::assert_snapshot!(text.lines().next().unwrap_or_default(), @r#"::error file=manifests/`````</summary></details><script>alert(1)</script> | @everyone #1 %3A%3Aerror%3A%3Ax %250A%3A%3Aset-output name=a%3A%3Ab \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https%3A//evil.example/) **b** [l](u) "' onload=x & 1. \r- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y].yaml,line=3,col=7,title=IDP4201%3A a policy that is opened to every client::App/`````\n<%252Fsummary><%252Fdetails><script>alert(1)<%252Fscript> | @everyone #1 \n::error::x %25250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%252F%252Fevil.example%252F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %257B%257B 7*7 %257D%257D #\u{23}[add-mask]x #\u{23}vso[y]/`````\n<%252Fsummary><%252Fdetails><script>alert(1)<%252Fscript> | @everyone #1 \n::error::x %25250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https:%252F%252Fevil.example%252F) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 %257B%257B 7*7 %257D%257D #\u{23}[add-mask]x #\u{23}vso[y]: the label is ``````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]` `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]%0A`````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]%0AAccepted in this very change, which does not count: `````\n</summary></details><script>alert(1)</script> | @everyone #1 \n::error::x %250A::set-output name=a::b \u{1b}[31m\u{202e}\u{200b} --> ]]> ![x](https://evil.example/) **b** [l](u) "' onload=x & 1. \r\n- ~~~ deadbeef01 {{ 7*7 }} #\u{23}[add-mask]x #\u{23}vso[y]"#);
    }
}
