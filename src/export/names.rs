//! Names for live objects: DNS labels, unique, and the same whatever the order of the org's lists.
//!
//! A name comes from what people call the object. Where several would get the same one, none of them gets it as it is: each has the end of
//! its id behind it, so that another object that is made later takes nobody's name.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};

use crate::manifest::is_dns_label;
use crate::observed::Id;

/// How long a name is before anything is put behind it: a DNS label has 63 characters at most.
const LONGEST: usize = 48;

/// An object that needs a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nameless<'a> {
    /// Its id.
    pub(super) id: &'a Id,
    /// A name that somebody gave it, in a mark or from outside.
    pub(super) given: Option<&'a str>,
    /// What people call it.
    pub(super) called: &'a str,
    /// What it is called where that gives no name.
    pub(super) sort: &'static str,
}

/// Returns a name for each, none of them taken.
pub(super) fn names(nameless: &[Nameless<'_>], taken: &BTreeSet<&str>) -> BTreeMap<Id, String> {
    let mut named: BTreeMap<Id, String> = BTreeMap::new();
    let mut used: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    let rounds: [fn(&Nameless<'_>) -> Option<String>; 4] = [
        |object| object.given.filter(|name| is_dns_label(name)).map(str::to_owned),
        |object| Some(base(object)),
        |object| Some(format!("{}-{}", base(object), tail(object.id))),
        |object| Some(format!("{}-{}", base(object), hash(object.id))),
    ];
    for round in rounds {
        let open = nameless.iter().filter(|object| !named.contains_key(object.id));
        let mut candidates: BTreeMap<String, Vec<&Id>> = BTreeMap::new();
        for (name, object) in open.filter_map(|object| Some((round(object)?, object))) {
            candidates.entry(name).or_default().push(object.id);
        }
        for (name, ids) in candidates {
            if let ([only], true) = (ids.as_slice(), !used.contains(&name)) {
                named.insert((*only).clone(), name.clone());
            }
            // Nobody gets later what several wanted.
            used.insert(name);
        }
    }
    named
}

fn base(object: &Nameless<'_>) -> String {
    let name = slug(object.called);
    if name.is_empty() { object.sort.to_owned() } else { name }
}

/// Returns the end of an id, as far as it can stand in a name.
fn tail(id: &Id) -> String {
    let letters: Vec<char> = id.0.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let tail: String = letters[letters.len().saturating_sub(6)..].iter().collect();
    if tail.is_empty() { hash(id) } else { tail }
}

fn hash(id: &Id) -> String {
    let number = digest(&SHA256, id.0.as_bytes()).as_ref().iter().take(6).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{number:012x}")
}

/// Returns the letters and digits of a text with dashes between its words: a DNS label, or nothing.
pub(crate) fn slug(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let letters = plain(c);
        if letters.is_empty() && !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
        name.push_str(letters.as_str());
        if name.len() >= LONGEST {
            break;
        }
    }
    name.truncate(LONGEST);
    name.trim_matches('-').to_owned()
}

/// Returns the ASCII letters that a letter is written with where there are no others; none for what is no letter.
fn plain(c: char) -> String {
    match c {
        'a'..='z' | '0'..='9' => return c.to_string(),
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(objects: &[(&str, Option<&str>, &str)], taken: &[&str]) -> String {
        let ids: Vec<Id> = objects.iter().map(|(id, ..)| Id((*id).to_owned())).collect();
        let nameless: Vec<_> =
            ids.iter().zip(objects).map(|(id, (_, given, called))| Nameless { id, given: *given, called, sort: "app" }).collect();
        let named = names(&nameless, &taken.iter().copied().collect());
        named.iter().map(|(id, name)| format!("{id} {name}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_name_is_what_people_call_it_and_nobody_shares_one() {
        let objects = [
            ("0oa1aaaaaA", None, "Web Portal (prod)"),
            ("0oa2bbbbbB", None, "Billing"),
            ("0oa3cccccC", None, "billing!"),
            ("0oa4dddddD", Some("the-shop"), "Shop"),
            ("0oa5eeeeeE", None, "日本"),
            ("0oa6fffffF", None, "Ünïcode \u{202e}/../../etc Straße"),
            ("0oa7gggggG", None, "Taken"),
            ("0oa8hhhhhH", Some("No Label"), "Marked"),
        ];
        insta::assert_snapshot!(named(&objects, &["taken"]), @"
        0oa1aaaaaA web-portal-prod
        0oa2bbbbbB billing-bbbbbb
        0oa3cccccC billing-cccccc
        0oa4dddddD the-shop
        0oa5eeeeeE app
        0oa6fffffF unicode-etc-strasse
        0oa7gggggG taken-gggggg
        0oa8hhhhhH marked
        ");
    }

    proptest! {
        #[test]
        fn names_are_labels_and_do_not_depend_on_order(
            labels in prop::collection::vec(prop_oneof![any::<String>(), "[ab -]{0,3}"], 1..12), turn in 0usize..12,
        ) {
            let mut objects: Vec<(String, String)> =
                labels.into_iter().enumerate().map(|(n, label)| (format!("0oa{}x{n}", "Aa".repeat(n % 3)), label)).collect();
            let run = |objects: &[(String, String)]| {
                let ids: Vec<Id> = objects.iter().map(|(id, _)| Id(id.clone())).collect();
                let nameless: Vec<_> =
                    ids.iter().zip(objects).map(|(id, (_, called))| Nameless { id, given: None, called, sort: "app" }).collect();
                names(&nameless, &BTreeSet::new())
            };
            let once = run(&objects);
            let turn = turn % objects.len();
            objects.rotate_left(turn);
            prop_assert_eq!(&once, &run(&objects));
            prop_assert_eq!(once.len(), objects.len());
            prop_assert_eq!(once.values().collect::<BTreeSet<_>>().len(), objects.len());
            prop_assert!(once.values().all(|name| is_dns_label(name)), "{:?}", once);
        }
    }
}
